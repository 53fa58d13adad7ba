"""Why no dose is given lasts: pregnancy, breastfeeding, a child under 12; till it is taken back.

A refusal that the next message made forgotten would be none: "I'm pregnant", then "70 kg". Each
reason stands for itself: a child who turns out old enough ends no pregnancy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.kb.dose_rules import DoseRules
from bot.turn import dose_intent as intent
from bot.turn.dose_asks import REFUSED
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.figures_numbers import normalise
from bot.turn.figures_read import read_figures
from bot.turn.figures_scan import Figures
from bot.turn.figures_whose import I_AM
from bot.turn.memory import Memory

_SUPPOSED = r"\b(?:if|when|once|after|until|till)\b[^.!?,;]*"  # what is not yet so
_PARENT = r"\b(?:mother|mum|mom|father|dad|parent)\b"
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
    held = tuple(dict.fromkeys((*memory.barred, why.value)))
    return memory.model_copy(update={"barred": held, "weight_kg": None})


def barred_by(red_flags: Iterable[str], memory: Memory) -> Memory:
    """The same where red flags were raised, given by their ids."""
    for why in reasons(red_flags):
        memory = barred(memory, Problem(why))
    return memory


def reasons(red_flags: Iterable[str]) -> list[str]:
    """For which reasons red flags bar the calculator."""
    return [_BY_RED_FLAG[one].value for one in red_flags if one in _BY_RED_FLAG]


def unbarred(memory: Memory, taken_back: Iterable[str]) -> Memory:
    """Forget these reasons, and no other."""
    left = tuple(why for why in memory.barred if why not in taken_back)
    return memory.model_copy(update={"barred": left})


def still_barred(
    request: DoseRequest | None, text: str, rules: DoseRules, memory: Memory
) -> tuple[Memory, DoseRequest | None]:
    """What a message asks of the calculator, refused for what was said before.

    What somebody says of themselves bars it though they ask something else: "I'm 11 years old".
    A message that takes all of it back ("not pregnant", "age 14") is read as it stands; where it
    says nothing else, the weight is asked for.
    """
    of_oneself = request is None and re.search(I_AM, normalise(text)) is not None
    if not (memory.barred or of_oneself):  # most messages: no need to read their figures
        return memory, request
    figures = read_figures(text, rules)
    if of_oneself:
        for why in _told(figures, rules):
            memory = barred(memory, why)
    if not memory.barred:
        return memory, request
    back = [why for why in memory.barred if _taken_back(Problem(why), figures, rules)]
    if request is None:
        if not back or not intent.short(figures.shape, rules.reads):
            return memory, None
        request = DoseRequest(problem=Problem.NO_WEIGHT)
    memory = unbarred(memory, back)
    if not memory.barred or request.problem in REFUSED:
        return memory, request
    return memory, replace(request, problem=Problem(memory.barred[0]))


def _told(figures: Figures, rules: DoseRules) -> Iterator[Problem]:
    """What stands against a dose in what people say that they are."""
    shape = figures.shape
    if re.search(rf"{I_AM} (?:only |just )?<age>", shape) and figures.under(rules.age.years):
        yield Problem.UNDER_AGE
    for why, phrases in _states(rules):
        said = intent.says(shape, phrases)
        if said is None or not intent.affirms(shape, phrases, rules.reads):
            continue
        if re.search(rf"{I_AM}[^.!?,;]{{0,20}}{re.escape(said)}", shape):
            yield why


def _states(rules: DoseRules) -> tuple[tuple[Problem, tuple[str, ...]], ...]:
    reads = rules.reads
    return (Problem.PREGNANT, reads.pregnant), (Problem.BREASTFEEDING, reads.breastfeeding)


def _taken_back(why: Problem, figures: Figures, rules: DoseRules) -> bool:
    if why is Problem.UNDER_AGE:
        anothers = re.search(rf"{_SUPPOSED}<age>|{_PARENT}", figures.shape)
        return not anothers and figures.reaches(rules.age.years)
    phrases = dict(_states(rules))[why]
    said = intent.says(figures.shape, phrases)
    if said is None or re.search(_SUPPOSED + re.escape(said), figures.shape):
        return False
    return not intent.affirms(figures.shape, phrases, rules.reads)
