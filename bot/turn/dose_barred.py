"""Why no dose is given lasts: pregnancy, breastfeeding, a child under 12; till it is taken back.

A refusal that the next message made forgotten would be none: "I'm pregnant", then "70 kg".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.kb.dose_rules import DoseRules
from bot.turn import dose_intent as intent
from bot.turn.dose_asks import REFUSED
from bot.turn.figures import DoseRequest, Problem
from bot.turn.figures_read import read_figures
from bot.turn.figures_scan import Figures
from bot.turn.memory import Memory

_LASTING = {Problem.PREGNANT, Problem.BREASTFEEDING, Problem.UNDER_AGE}
_BY_RED_FLAG = {
    "RF01": Problem.PREGNANT,
    "RF22": Problem.BREASTFEEDING,
    "RF24": Problem.UNDER_AGE,
}


def barred(memory: Memory, why: Problem | None) -> Memory:
    """Remember a refusal that lasts, and no weight with it."""
    if why not in _LASTING:
        return memory
    return memory.model_copy(update={"barred": why.value, "weight_kg": None})


def barred_by(red_flags: Iterable[str], memory: Memory) -> Memory:
    """The same where red flags were raised, given by their ids."""
    why = next((_BY_RED_FLAG[one] for one in red_flags if one in _BY_RED_FLAG), None)
    return barred(memory, why)


def unbarred(memory: Memory) -> Memory:
    """Forget the refusal."""
    return memory.model_copy(update={"barred": None})


def still_barred(
    request: DoseRequest | None, text: str, rules: DoseRules, memory: Memory
) -> DoseRequest | None:
    """What a message asks of the calculator, refused for what was said before.

    A message that takes it back ("not pregnant", "age 14") is read as it stands; where it says
    nothing else, the weight is asked for.
    """
    if memory.barred is None:
        return request
    figures = read_figures(text, rules)
    back = _taken_back(Problem(memory.barred), figures, rules)
    if request is None:
        short = back and intent.short(figures.shape, rules.reads)
        return DoseRequest(problem=Problem.NO_WEIGHT) if short else None
    if back or request.problem in REFUSED:
        return request
    return replace(request, problem=Problem(memory.barred))


def _taken_back(why: Problem, figures: Figures, rules: DoseRules) -> bool:
    if why is Problem.UNDER_AGE:
        return bool(figures.ages) and min(figures.ages) >= rules.age.years
    phrases = rules.reads.pregnant if why is Problem.PREGNANT else rules.reads.breastfeeding
    said = intent.says(figures.shape, phrases) is not None
    return said and not intent.affirms(figures.shape, phrases, rules.reads)
