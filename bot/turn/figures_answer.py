"""Short answers to the calculator's own questions, "how old?" and "how many mg a day?"."""

from __future__ import annotations

import re

from bot.kb.dose_rules import DoseRules
from bot.turn.figures_numbers import NUMBER, normalise, number
from bot.turn.figures_often import ALTERNATE, DAY, MORE, NOT_DAILY, OFTEN, THRICE, TWICE
from bot.turn.figures_scan import Figures

_MONTHS = 12  # of a year
_AGE_WORDS = (
    r"\b(?:i'm|im|i|am|he's|hes|she's|shes|it's|he|she|is|my|our|the|his|her|and|son|daughter|kid|"
    r"child|boy|girl|brother|sister|male|female|aged?|just|turned|now|already|today|old|yes|sorry)\b"
)
_SAID = (
    r"(?:no|nope|yes|yeah|yep|ok|it's|its|it is|that's|thats|i take (?:it|that|them)|taken|but|"
    r"and|sorry|actually|only)"
)
_HOW_OFTEN = re.compile(
    rf"\W*(?:{_SAID}\W+)*(?P<how>{NOT_DAILY}|{ALTERNATE}|"
    rf"(?:{TWICE}|{THRICE}|{MORE}|{OFTEN})(?:{NOT_DAILY}|{DAY})?|{DAY})\W*"
)
_YES = re.compile(r"\W*(?:yes|yeah|yep|yup|correct|right)(?:,? (?:it is|that's right))?\W*")
_NO = re.compile(r"\W*(?:no|nope|it's not|it isn't|not per day)\W*")


def not_a_day(text: str) -> bool:
    """Whether an answer to "is that per day?" is a no, and nothing else."""
    return _NO.fullmatch(normalise(text)) is not None


def how_often(text: str) -> str | None:
    """How often a dose is taken, where an answer to "is that per day?" says that only."""
    plain = normalise(text)
    if _YES.fullmatch(plain):
        return "a day"
    found = _HOW_OFTEN.fullmatch(plain)
    return None if found is None else found["how"].strip()


def in_mg(text: str, figures: Figures) -> str | None:
    """The answer with the mg that its one number leaves out; None where it may be no amount."""
    numbers = {*figures.bare, *figures.loose}
    if figures.doses and not numbers and not figures.ages:
        return text
    if figures.doses or figures.ages or len(numbers) != 1:
        return None
    plain = normalise(text)
    said = [m for m in re.finditer(NUMBER, plain) if number(m[0]) in numbers]
    return f"{plain[: said[-1].end()]} mg{plain[said[-1].end() :]}" if said else None


def in_months(text: str, rules: DoseRules) -> bool:
    """Whether an answer tells an age in months or weeks, under the least one."""
    said = re.sub(_AGE_WORDS, " ", normalise(text))
    found = re.fullmatch(r"\W*(\d{1,3})\s*(?:months?|mos?|weeks?|wks?)\W*", said)
    return found is not None and int(found[1]) < rules.age.years * _MONTHS


def plain_age(shape: str, rules: DoseRules) -> bool:
    """Whether an answer is an age and nothing else: not "12 next month", "about 12"."""
    words = rf"(?:[\s.,!()'-]|{_AGE_WORDS}|{rules.reads.year}(?!\w))*"
    value = re.search(r"<(?:n|bare|age)>", shape)
    return value is not None and re.fullmatch(rf"{words}{value[0]}{words}", shape) is not None
