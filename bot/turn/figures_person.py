"""Ages and heights; a height is read only to keep it from being taken for a weight."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.turn.figures_numbers import NUMBER, number
from bot.turn.figures_scan import Scan

_WHO = (
    r"(?:i'm|im|i am|he's|hes|he is|she's|shes|she is|(?:my |our )?(?:son|"
    r"daughter|brother|sister|boy|"
    r"girl|kid|child|nephew|niece|cousin|student|teen(?:ager)?|little one)(?:'s| is|,)?)"
)
_SEX = r"(?:male|female|girl|boy|guy|man|woman|lady|dude|m|f)"
_FEET = r"(?:feet|foot|ft|')"
_INCHES = (
    r"(?:inches|inch|ins|in(?! (?:the|my|a|an|one|two|jan|feb|mar|apr|may|jun|jul|aug|"
    r"sep|oct|nov|dec|week|month|spring|summer|autumn|fall|winter|<))|''|\")"
)


def read_heights(scan: Scan) -> None:
    """Centimetres, metres, feet and inches."""
    number_ = r"(?<![\w.,])\d{1,3}(?:[.,]\d+)?"
    scan.mask(
        rf"(?<![\w.,])[3-8]\s*{_FEET}\s*(?:and )?\d{{1,2}}(?:[.,]\d+)"
        rf"?\s*(?:{_INCHES}|1/2)?(?!\d)(?!\s*(?:{scan.reads.kg}|{scan.reads.lb}|"
        rf"{scan.reads.st}|{scan.reads.mg})\b)",
        "height",
    )
    scan.mask(rf"(?<![\w.,])[3-8]\s*{_FEET}(?!\w)", "height")
    scan.mask(rf"{number_}\s*(?:cms?|centimet\w*|см|سم|厘米|millimet\w*|mm)\b", "height")
    scan.mask(
        rf"(?<![\w.,])[12](?:[.,]\d{{1,2}})?\s*(?:m|mtrs?|met(?:er|re)s?|м)"
        rf"\b(?:\s*\d\d\b(?!\s*(?:{scan.reads.kg}|{scan.reads.lb})))?|(?<![\w.,])"
        rf"[12]m\d\d\b",
        "height",
    )
    scan.mask(rf"(?<![\w.,])\d\d(?:[.,]\d+)?\s*{_INCHES}", "height")
    scan.mask(
        rf"(?:\b(?:i'm|im|i am|height|tall)\b[ :]*)(?:is )?[4-6] (?:\d|1[01])"
        rf"\b(?!\s*(?:{scan.reads.kg}|{scan.reads.lb}|{scan.reads.mg}|"
        rf"{scan.reads.st}))",
        "height",
    )
    scan.mask(r"\b(?:height|tall)\s*(?:is|:|=|of)*\s*[12]\d\d\b(?!\s*(?:kg|lb))", "height")


def read_ages(scan: Scan) -> None:
    """Ages said as ages: "19yo", "aged 14", "girl, 16", "8 months old", "not yet 12"."""
    age = r"(?P<age>(?<![\w.,])\d{1,3})(?:[.,]\d)?(?:\s*(?:and )?a half|\s+1/2)?"

    def took(match: re.Match[str]) -> str | None:
        value = number(match["age"])
        if value is None or value > 120:  # noqa: PLR2004
            return None
        scan.ages.append(value)
        return "age"

    def young(match: re.Match[str]) -> str | None:
        value = number(match["age"])
        if value is None:
            return None
        scan.ages.append(value - 1)
        return "age"

    unit = (
        rf"(?!\s*(?:{scan.reads.kg}|{scan.reads.lb}|{scan.reads.st}|{scan.reads.mg}|"
        rf"weeks?|months?|days?|%|mg|cm)\b)"
    )
    scan.mask(
        r"(?<![\w.,])\d{1,3}[\s-]*(?:months?|mo|weeks?|wk)[\s-]*old\b",
        lambda _: _add(scan, Decimal(0)),
    )
    scan.mask(rf"{age}\s*-?\s*(?:years?|yrs?|y)[\s.-]*(?:/\s*)?(?:olds?\b|o\b\.?|of age)", took)
    scan.mask(rf"{age}\s*-?\s*y\.?\s?/?o\b\.?", took)
    scan.mask(
        rf"\b(?:aged?|age is|age of|edad|возраст)\s*(?:is|:|of|=|-|about|around|"
        rf"almost)*\s*{age}\b{unit}(?:\s*(?:years?|yrs?))?",
        took,
    )
    scan.mask(
        rf"\b(?:turns?|turning|will be|'ll be|almost|nearly|not(?: even)?(?: yet)?|"
        rf"under|below|younger than)\s+{age}\b(?P<s>s?)(?=\s*(?:$|[.,?!;)]|yet|"
        rf"next|in|soon|and|years?|yrs?|is|this))(?!\s*(?:years?|yrs?) (?:of|on))"
        rf"(?:\s*(?:years?|yrs?))?",
        young,
    )
    scan.mask(r"(?<![\w.,])(?P<age>\d\d)\s?[mf]\b", took)
    scan.mask(rf"(?<!')\b[mf]\s?(?P<age>\d\d)\b{unit}", took)
    scan.mask(rf"{age},? (?:(?:yr|year) )?{_SEX}\b", took)
    scan.mask(rf"(?<!')\b{_SEX},? (?:of |is |\()?{age}\b{unit}", took)
    scan.mask(
        rf"\b(?:{_WHO}|she|he|who is|who's|i)\s+(?:turned |just turned |only |just "
        rf")?{age}\s*(?:years?|yrs?)\b(?! (?:on|in|into|of|off|clear|later|ago))",
        took,
    )
    scan.mask(
        rf"\b(?:child|kid|boy|girl|son|daughter|brother|sister|teen(?:ager)?)\s+(?:of|aged)\s+"
        rf"{age}\b{unit}",
        took,
    )
    scan.mask(rf"(?:^|,)\s*{age}\s*(?:years?|yrs?)\s*(?=,|$|and\b)", took)


def read_i_am(scan: Scan) -> None:
    """A bare "I'm 25": an age beside a weight, or where it is too low for a weight in kg."""
    least = scan.rules.weight.least_kg

    def took(match: re.Match[str]) -> str | None:
        value = number(match["n"])
        if value is None or not 0 < value < 120:  # noqa: PLR2004
            return None
        if scan.weights or scan.bare or value < least:
            scan.ages.append(value)
            return "age"
        return None

    scan.mask(
        rf"(?P<keep>\b{_WHO}\s+(?:only |just |turned |about |around |\()*)"
        rf"(?P<n>{NUMBER})(?!\s*[%/])",
        took,
    )


def _add(scan: Scan, age: Decimal) -> str:
    scan.ages.append(age)
    return "age"
