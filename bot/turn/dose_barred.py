"""Why no dose is given lasts: pregnancy, breastfeeding, a child under 12; till it is taken back.

A refusal that the next message made forgotten would be none: "I'm pregnant", then "70 kg". Each
reason stands for itself: a child who turns out old enough ends no pregnancy. A child of whom
somebody speaks is the likely patient; a wife's pregnancy bars only the dose that is asked for her.
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
from bot.turn.figures_whose import KIN
from bot.turn.memory import Memory

_I_AM = r"\b(?:i'?m|i am|we'?re|we are|patient is|patient's)\b"  # "patient": a doctor asks
_CHILD = r"(?:kid|kiddo|child|little one)|(?:my|our) (?:\w+ )?(?:boy|girl)"
_THEY_ARE = rf"\b(?:he|she|{KIN}|{_CHILD})(?:'?s| is|,)?(?!\w)"
_A_CHILD = (  # "can a 10 year old take it"; not "since I was a 10 year old", "a 9 year old scar"
    r"(?<!\bwas )(?<!\bas )(?<!\blike )\ban? (?=<age>(?:\W*$|[.?!,;]| (?:take|have|use|get|be|go|"
    r"on|with|who|and|child|kid|boy|girl|son|daughter)\b))"
)
_MY_CHILD = r"\b(?:my|our)(?= (?:only |just )?<age>)"  # "my 9 year old"
_I_TURN = r"\bi(?:'ll be| will be| turn)\b"  # "I turn 12 next month" leaves "i <age>"
_SOMEBODY = rf"{_I_AM}|{_THEY_ARE}|\b(?:my|our) \w|\ban? \d|{_I_TURN}"
_HER = rf"\b(?:she|her|{KIN})\b"
_SUPPOSED = r"\b(?:if|when|once|after|until|till)\b[^.!?,;]*"  # what is not yet so
_PARENT = r"\b(?:mother|mum|mom|father|dad|parent)\b"
_LASTING = {Problem.PREGNANT, Problem.BREASTFEEDING, Problem.UNDER_AGE}
_BY_RED_FLAG = {
    "RF01": Problem.PREGNANT,
    "RF03": Problem.PREGNANT,  # she may be: no capsule until the prescriber was asked
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

    What somebody says of themselves or of a child bars it though they ask something else: "I'm
    11 years old". A message that takes all of it back ("not pregnant", "age 14") is read as it
    stands; where it says nothing else, the weight is asked for.
    """
    tells = request is None and re.search(_SOMEBODY, normalise(text)) is not None
    if not (memory.barred or memory.hers or memory.unanswered or tells):
        return memory, request
    figures = read_figures(text, rules)
    if tells:
        for why in _told(figures, rules):
            memory = barred(memory, why)
    memory = _of_another(memory, figures, rules)
    memory = _answered(memory, figures, rules)
    request = _open_still(request or _for_her(memory, figures, rules), memory)
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
    """What stands against a dose in what people say that they are, or that a child is."""
    shape = figures.shape
    who = rf"(?:{_I_AM}|{_THEY_ARE})"
    aged = re.search(rf"(?:{who}|{_MY_CHILD}|\bi) (?:only |just )?<age>|{_A_CHILD}", shape)
    if aged and figures.under(rules.age.years):
        yield Problem.UNDER_AGE
    small = "|".join(map(re.escape, rules.reads.infants))
    if re.search(rf"{who} (?:still |only |just )?(?:{small})(?!\w)", shape):
        yield Problem.UNDER_AGE
    for why, phrases in _states(rules):
        if intent.affirms(shape, phrases, rules.reads) and _is_said(_I_AM, phrases, shape):
            yield why


def _of_another(memory: Memory, figures: Figures, rules: DoseRules) -> Memory:
    """Remember that another person is pregnant or breastfeeds, or that she is not."""
    hers = list(memory.hers)
    for why, phrases in _states(rules):
        if not _is_said(_THEY_ARE, phrases, figures.shape):
            continue
        if intent.affirms(figures.shape, phrases, rules.reads):
            hers.append(why.value)
        elif _taken_back(why, figures, rules):
            hers = [old for old in hers if old != why.value]
    return memory.model_copy(update={"hers": tuple(dict.fromkeys(hers))})


def _answered(memory: Memory, figures: Figures, rules: DoseRules) -> Memory:
    """Forget what the triage had asked about, where a message takes it back."""
    left = [why for why in memory.unanswered if not _taken_back(Problem(why), figures, rules)]
    return memory.model_copy(update={"unanswered": tuple(left)})


def _for_her(memory: Memory, figures: Figures, rules: DoseRules) -> DoseRequest | None:
    """The dose of a person who is pregnant or breastfeeds, asked for without a weight."""
    asked = (
        memory.hers and re.search(_HER, figures.shape) and intent.asks(figures.shape, rules.reads)
    )
    return DoseRequest(anothers=True) if asked else None


def _open_still(request: DoseRequest | None, memory: Memory) -> DoseRequest | None:
    """The request, or why not: it is for her, or our question is unanswered."""
    if request is None:
        return None
    if request.anothers and memory.hers:
        return replace(request, problem=Problem(memory.hers[0]))
    if request.problem is None and memory.unanswered:
        return replace(request, problem=Problem(memory.unanswered[0]))
    return request


def _is_said(who: str, phrases: tuple[str, ...], shape: str) -> bool:
    """Whether a phrase is said of somebody, in one clause: "she is still breastfeeding"."""
    said = intent.says(shape, phrases)
    if said is None or re.match(who, said):  # "i'm nursing" is a phrase of its own
        return said is not None
    return bool(re.search(rf"{who}[^.!?,;]{{0,20}}(?<!\w){re.escape(said)}", shape))


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
