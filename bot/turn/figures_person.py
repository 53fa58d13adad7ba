"""Ages and heights; a height is read only to keep it from being taken for a weight."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.turn.figures_numbers import NUMBER, number
from bot.turn.figures_scan import Role, Scan

_GROWN = 21  # years from which "not 75" tells no age
OLDEST = 120  # years; a higher number is no age
_WHO = (
    r"(?:i'm|im|i am|he's|hes|he is|she's|shes|she is|(?:my |our )?(?:son|"
    r"daughter|brother|sister|boy|"
    r"girl|kid|child|grandson|granddaughter|grandchild|stepson|stepdaughter|nephew|niece|cousin|"
    r"student|teen(?:ager)?|little one)(?:'s| is|,)?)"
)
_SEX = r"(?:male|female|girl|boy|guy|man|woman|lady|dude|m|f)"
_FEET = r"(?:feet|foot|ft|')"
_INCHES = (
    r"(?:inches|inch|ins|in(?! (?:the|my|a|an|one|two|jan|feb|mar|apr|may|jun|jul|aug|"
    r"sep|oct|nov|dec|week|month|spring|summer|autumn|fall|winter|<))|''|\")"
)
_WHO_ELSEWHERE = (  # in the languages whose weights are read
    r"(?:tengo|tiene|tenho|tem|j'ai|il a|elle a|ho|ha|mam|ma|мне|ему|ей|ich bin|er ist|sie ist|"
    r"ik ben|उम्र|आयु)"
)
_WEEKDAY = r"(?:mon|tues?|wed|thu|fri|sat|sun)"
_LASTS = re.compile(  # what is said to last so many years, or to be so many ago
    r"(?:(?<!dose )(?<!dosage )\bfor|\b(?:over|past|last|had|acne|it|since|in|after|within|"
    r"of|been|off|on|next|every|hace|desde|há|faz|seit|depuis|da|уже|od))\s+"
    r"(?:(?:about|around|almost|nearly|over|the|like)\s+)*$"
)
_NO_AGE_AFTER = (
    r"(?!\s*(?:on|of|off|ago|clear|later|since|post|after|with|acne|in|into|from|de|di|से)(?!\w))"
)
_NO_YEARS = (
    r"(?:quarters?|thirds?|fifths?|tenths?|minds?|times|out of)"  # "i'm three quarters clear"
)
_UNIVERSITY = r"(?:uni\w*|colleges?|med\w*|nursing|law|degree|phd|residency|apprentice\w*)"
_NO_SCHOOL_AFTER = (  # "year 2 of treatment", "year 3 at uni", "in grade 4 acne"
    rf"(?!\d|[.,]\d|\s*(?:%|x\b|of\b|on\b|(?:in |at )?{_UNIVERSITY}|post\b|since\b|after\b|"
    r"acne|cystic|nodul\w*|treatment|months?\b|weeks?\b|days?\b))"
)
_TO_WEIGHT = (
    r"[\s,;/.()-]*(?:(?:and|y|e|et|und|en|i|и|&|old|male|female|boy|girl|[mf]|he|she|weigh\w*|at|"
    r"peso|pesa|вес|вешу|весит|वजन|wiege|wiegt|gewicht|体重|<height>)[\s,:]+)*"
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


def read_school(scan: Scan) -> None:
    """School years in which a child may be under 12: "year 6", "5th grade", "primary 4"."""
    reads = scan.reads
    amount = rf"(?!\s*(?:{reads.kg}|{reads.lb}|{reads.st}|{reads.mg})(?!\w))"
    year = r"(?:year|yr)\s?[1-7]"
    grade = r"[1-6](?:st|nd|rd|th)\s+(?:grade(?:rs?)?|class|standard|std)"
    pupil = r"(?:student|pupil|kid|child|boy|girl|schoolboy|schoolgirl)"
    named = (
        rf"(?<!acne )(?<!treatment )(?<!course )\b(?:{year}|{grade}|primary\s?[1-7])|"
        rf"\bin (?:the )?(?:(?:grade|class|standard|std)\s?[1-6]|p\s?[1-7])|"
        rf"\b(?:grade|class)\s?[1-6](?=s? {pupil})"
    )
    scan.mask(rf"(?:{named}){_NO_SCHOOL_AFTER}{amount}", "school")


def read_ages(scan: Scan) -> None:
    """Ages said as ages: "19yo", "aged 14", "girl, 16", "8 months old", "not yet 12"."""
    age = r"(?P<age>(?<![\w.,])\d{1,3})(?:[.,]\d)?(?:\s*(?:and )?a half|\s+1/2)?"

    def took(match: re.Match[str]) -> str | None:
        value = number(match["age"])
        if value is None or value > OLDEST:
            return None
        scan.ages.append(value)
        return "age"

    def young(match: re.Match[str]) -> str | None:
        value = number(match["age"])
        if value is None or (value > _GROWN and match[0].startswith("not")):
            return None  # "67, not 75"
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
        rf"under|below|(?:younger|less) than)\s+{age}\b(?P<s>s?)(?=\s*(?:$|[.,?!;)]|yet|"
        rf"next|in|soon|and|years?|yrs?|is|this|tomorrow|later|before|"
        rf"on (?:<date>|{_WEEKDAY})))(?!\s*(?:years?|yrs?) (?:of|on))"
        rf"(?:\s*(?:years?|yrs?))?",
        young,
    )
    scan.mask(r"(?<![\w.,])(?P<age>\d\d)\s?[mf]\b", took)
    scan.mask(rf"(?<!')\b[mf]\s?(?P<age>\d\d)\b{unit}", took)
    scan.mask(rf"{age},? (?:(?:yr|year) )?{_SEX}\b", took)
    scan.mask(rf"(?<!')\b{_SEX},? (?:of |is |\()?{age}\b{unit}", took)
    year = rf"{scan.reads.year}(?!\w)"
    scan.mask(
        rf"(?<!\w)(?:{_WHO}|{_WHO_ELSEWHERE}|she|he|who is|who's|i)\s+"
        rf"(?:turned |just turned |only |just )?{age}\s*{year}{_NO_AGE_AFTER}",
        took,
    )
    scan.mask(
        rf"\b(?:child|kid|boy|girl|son|daughter|brother|sister|teen(?:ager)?)\s+(?:of|aged)\s+"
        rf"{age}\b{unit}",
        took,
    )
    scan.mask(rf"(?:^|,)\s*{age}\s*(?:years?|yrs?)\s*(?=,|$|and\b)", took)
    scan.mask(rf"{age}\s*(?:岁|歲|歳)", took)
    weight = rf"{NUMBER}\s*(?:{scan.reads.kg}|{scan.reads.lb}|{scan.reads.st})(?!\w)"
    scan.mask(
        rf"{age}\s*-?\s*{year}(?={_TO_WEIGHT}{weight})",
        lambda m: None if _LASTS.search(m.string[: m.start()]) else took(m),
    )
    scan.mask(rf"(?P<keep>{weight}\W{{0,3}}(?:and )?){age}\s*-?\s*{year}{_NO_AGE_AFTER}", took)


def read_i_am(scan: Scan) -> None:
    """A bare "I'm 25": an age beside a weight, or where it is too low for a weight in kg."""
    least = scan.rules.weight.least_kg

    def took(match: re.Match[str]) -> str | None:
        value = number(match["n"])
        if value is None or not 0 < value < OLDEST:
            return None
        weighed = scan.bare or any(w.role is Role.NOW for w in scan.weights)
        if weighed or value < least:
            scan.ages.append(value)
            return "age"
        return None

    scan.mask(
        rf"(?P<keep>\b{_WHO}\s+(?:only |just |turned |about |around |\()*)"
        rf"(?P<n>{NUMBER})(?!s\b|\s*(?:[%/]|{_NO_YEARS}\b))",
        took,
    )


def _add(scan: Scan, age: Decimal) -> str:
    scan.ages.append(age)
    return "age"
