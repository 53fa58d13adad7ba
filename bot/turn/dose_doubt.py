"""For whom a dose was asked last, where that was no grown person on isotretinoin.

A child without an age, an animal, another medicine: the next weight may be theirs. A child's age
is asked for (``figures``); for the rest it is asked whether isotretinoin for a person is meant.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.kb.dose_rules import DoseRules, Reads
from bot.turn import dose_intent as intent
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.figures import confirmed, names_ours
from bot.turn.figures_read import read_figures
from bot.turn.figures_scan import Figures
from bot.turn.figures_whose import FOR_ME, child_named, told_young
from bot.turn.memory import Memory

_NOT_OURS = {Problem.PET, Problem.OTHER_DRUG}
_FOR_A_PERSON = rf"{FOR_ME}|\bfor (?:a|the) (?:person|man|woman)\b"
_MAY = r"(?:can|could|may|should|must|do|does|will|would)"
_TAKES = r"(?:\w+ )?(?:take|use|have|be on|go on|get|start|try)"
_YOUNG = re.compile(r"\b(?:born|birth|dob|grade|class|primary|year|yr|p ?\d)|\dth ")
_FOR_AN_ADULT = rf"{FOR_ME}|\bfor (?:a|the) (?:man|woman)\b"


def heard(text: str, rules: DoseRules, memory: Memory) -> Memory:
    """Remember for whom a message asks for a dose, whoever answers it; or take that back."""
    if not memory.doubts and not _named(text.lower(), rules.reads):
        return memory  # most messages: no need to read their figures
    figures = read_figures(text, rules)
    if (said := confirmed(figures.shape, rules, memory)) is not None:
        figures = read_figures(said, rules)
    left = [why for why in memory.doubts if not _taken_back(Problem(why), figures, rules)]
    return _doubting(memory, left, _doubts(figures, rules))


def doubting(memory: Memory, request: DoseRequest) -> Memory:
    """The same for what the calculator was asked; figures, or an age that was told, end it."""
    weighed, why = request.weight is not None, request.problem
    if weighed and why is None:
        return _doubting(memory, [], [])
    child = request.child or why is Problem.AGE
    left = [old for old in memory.doubts if child or not weighed or old != Problem.AGE.value]
    found = [Problem.AGE] if child else []
    return _doubting(memory, left, [*found, why] if why in _NOT_OURS else found)


def which_first(request: DoseRequest | None, memory: Memory) -> DoseRequest | None:
    """The request, or the question whether it is of isotretinoin for a person."""
    if request is None or request.weight is None or request.problem is not None:
        return request
    asked = any(Problem(why) in _NOT_OURS for why in memory.doubts)
    return replace(request, problem=Problem.WHICH_DRUG) if asked else request


def _doubting(memory: Memory, left: list[str], found: list[Problem]) -> Memory:
    doubts = tuple(dict.fromkeys((*left, *(why.value for why in found))))
    return memory.model_copy(update={"doubts": doubts})


def _named(text: str, reads: Reads) -> bool:
    """Whether a child, a birth, a school year, an animal or another medicine may be named."""
    if _YOUNG.search(text):
        return True
    whom = (*reads.children, *reads.infants, *reads.pets)
    return intent.says(text, whom) is not None or intent.other_drug(text, reads) is not None


def _doubts(figures: Figures, rules: DoseRules) -> list[Problem]:
    shape, reads = figures.shape, rules.reads
    other = intent.other_drug(shape, reads) is not None
    amount = other and intent.matches(shape, (*reads.asks, *reads.names))  # "how much ibuprofen"
    young = told_young(figures) or _for_a_child(shape, reads)
    if not (amount or intent.asks(shape, reads)):
        return [Problem.AGE] if young and not figures.ages else []
    named = {
        Problem.OTHER_DRUG: other,
        Problem.PET: intent.says(shape, reads.pets) is not None,
        Problem.AGE: (young or _child(shape, reads)) and not figures.ages,
    }
    return [why for why, said in named.items() if said]


def _child(shape: str, reads: Reads) -> bool:
    child = child_named(shape, reads) or intent.says(shape, reads.infants)
    return child is not None


def _for_a_child(shape: str, reads: Reads) -> bool:
    """Whether it is asked if children may take it: "can kids take it?", "is it ok for my son"."""
    words = "|".join(map(re.escape, (*reads.children, *reads.infants)))
    whom = rf"(?:(?:my|our|a|an|the|any|small|young|little) )*(?:{words})(?!\w)"
    return bool(re.search(rf"\b{_MAY} {whom} {_TAKES}\b|\b(?:for|in) {whom}", shape))


def _taken_back(why: Problem, figures: Figures, rules: DoseRules) -> bool:
    """Whether a message is of isotretinoin, of a person, or of one that is old enough."""
    shape, reads = figures.shape, rules.reads
    if why is Problem.AGE and figures.ages:
        return figures.reaches(rules.age.years)
    if not (intent.asks(shape, reads) or figures.weights or figures.doses):
        return False
    if why is Problem.OTHER_DRUG:
        return names_ours(figures, reads)
    if why is Problem.PET:
        return _child(shape, reads) or re.search(_FOR_A_PERSON, shape) is not None
    return re.search(_FOR_AN_ADULT, shape) is not None
