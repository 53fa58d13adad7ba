"""Numbers without a unit that are a weight by what is said around them, or was asked before."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from bot.kb.dose_rules import DoseRules
from bot.turn import dose_intent as intent
from bot.turn.dose_request import OURS, DoseRequest, Problem, kept_of
from bot.turn.figures_scan import Dose, Figures, Weight
from bot.turn.figures_whose import ANOTHERS_NUMBER, KIN, meanings
from bot.turn.memory import Memory

_I_AM = r"\b(?:i'm|im|i am)\s+(?:(?:about|around|only|just|like|now)\s+)*<n>(?=\W*$|[,.?!])"
_ABOUT_ME = r"\b(?:i'm|im|i am|weigh|weight)\b"
_PUTS_RIGHT = (
    r"\b(?:sorry|wait|oops|actually|correction|i meant?|meant|now|nope|no|not|don't|dont|"
    r"lost|gained|changed|typo|make (?:it|that)|should be|rather)\b|\*"
)
_AND = r"(?:(?:and|so|ok|okay|then|but|or)\W+)"
_WHAT_ABOUT = rf"(?:{_AND}*(?:what|how) about|(?:and|or)) <(?:n|bare)>(?: then| instead)?\W*"
_AND_FOR = re.compile(
    rf"(?:{_AND}*(?:what|how) about|{_AND}*and)(?: for)? "
    rf"(?P<whom>(?:my|our) (?:\w+ )?(?:{KIN}))(?: then| too)?\W*"
)


def i_am(figures: Figures, rules: DoseRules) -> Figures:
    """Read "I'm 70", and nothing else, as a number that may be a weight: we ask."""
    said = re.search(_I_AM, figures.shape)
    if said is None or len(figures.loose) != 1 or has_weight(figures) or figures.doses:
        return figures
    rest = figures.shape.replace(said[0], " ")
    alone = not intent.leftover(rest, rules.reads) and "<" not in rest
    if not (alone or intent.asks(rest, rules.reads)) or not meanings(figures.loose[0], rules):
        return figures
    shape = figures.shape.replace("<n>", "<bare>")
    return replace(figures, bare=figures.loose, loose=(), shape=shape)


def answered(figures: Figures, memory: Memory) -> Figures:
    """A lone number as the answer to "what is the weight?"."""
    if memory.asking not in OURS or has_weight(figures) or figures.doses:
        return figures
    numbers = figures.loose
    if len(numbers) != 1 or figures.ages:
        return figures
    return replace(figures, bare=tuple(numbers), loose=())


def put_right(figures: Figures, rules: DoseRules, memory: Memory) -> Figures | None:
    """Read "sorry, 85", said next to the figures for a weight, as a weight; None if it is none."""
    kept, shape = kept_of(memory), figures.shape
    rest = re.sub(_PUTS_RIGHT, " ", shape)
    if memory.asking is not None or "number" not in kept or rest == shape:
        return None
    if figures.doses or has_weight(replace(figures, bare=())) or re.search(r"\bon <n>", shape):
        return None
    if "daily" in kept and not re.search(_ABOUT_ME, shape):
        return None  # "sorry 60" may be mg
    numbers = {*figures.bare, *figures.loose} - {Decimal(kept["number"])}  # "not 80 but 85"
    if len(numbers) != 1 or not intent.only_figures(rest, rules.reads):
        return None
    number = numbers.pop()
    return replace(figures, bare=(number,), loose=()) if meanings(number, rules) else None


def next_one(figures: Figures, rules: DoseRules, memory: Memory) -> Figures | None:
    """Read "and for 80?", said next to the figures for a weight, as a weight; None if it is none.

    "What about 80?" may be mg as well, and is none.
    """
    shape, numbers = figures.shape, {*figures.bare, *figures.loose}
    if memory.asking is not None or "number" not in kept_of(memory) or len(numbers) != 1:
        return None
    weighed = re.search(rf"\bfor <(?:n|bare)>|{ANOTHERS_NUMBER}", shape)
    others = figures.doses or has_weight(replace(figures, bare=()))
    if not weighed or others or not intent.only_figures(shape, rules.reads):
        return None
    number = numbers.pop()
    return replace(figures, bare=(number,), loose=()) if meanings(number, rules) else None


def next_person(figures: Figures, memory: Memory) -> Figures | None:
    """Read "and for my wife?", said next to the figures for a weight, as asking for her dose."""
    said = _AND_FOR.fullmatch(figures.shape)
    if said is None or memory.asking is not None or "number" not in kept_of(memory):
        return None
    return replace(figures, shape=f"dose for {said['whom']}")


def weight_or_dose(figures: Figures, rules: DoseRules, memory: Memory) -> DoseRequest | None:
    """Ask of "and 80?", said next to the figures for a weight, which of the two it is."""
    numbers, kg = {*figures.bare, *figures.loose}, memory.weight_kg
    if kg is None or memory.asking is not None or "number" not in kept_of(memory):
        return None
    if len(numbers) != 1 or not re.fullmatch(_WHAT_ABOUT, figures.shape):
        return None
    number = numbers.pop()
    if not rules.least_daily_mg <= number <= rules.most_daily_mg:
        return None
    dose = Dose(number, f"{number} mg", said_daily=False, amount=number)
    weight = Weight(kg, "", "kg", str(kg))
    readings = meanings(number, rules)
    problem = Problem.WEIGHT_OR_DOSE
    return DoseRequest(weight=weight, readings=readings, doses=(dose,), problem=problem)


def has_weight(figures: Figures) -> bool:
    """Whether a body weight was said, in whatever form."""
    return bool(figures.weights or figures.bare or figures.ranged or figures.unreadable)
