"""Amounts of medicine: "2 x 20mg daily" as mg a day, "0.5 mg/kg" as a ratio."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.turn.figures_numbers import NUMBER, number
from bot.turn.figures_scan import Dose, Scan

_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "a": 1, "couple": 2}
_COUNT = r"(?P<c>(?<![\w.,/])[1-9]|\b(?:one|two|three|four)\b)"
_EACH = r"(?:a|per|each|every|in a|/|in one)"
_PIECES = r"(?:capsules?|caps|pills?|tablets?|tabs?|softgels?)"
_DAY = (
    rf"(?:\s*(?:{_EACH}\s*)(?:single )?(?:day|d\b|24 ?h(?:ours)?|night|morning|evening|"
    rf"dia|día|jour|tag)\b|\s*(?:once\s+)?(?:daily|nightly|everyday|qd|od|once|в день|"
    rf"al día|ao dia|par jour|pro tag|am tag|günde)\b)"
)
_TWICE = (
    rf"(?:(?:2|two)(?: of them| {_PIECES})?(?= (?:a|per|each|every)? ?(?:day|daily))|"
    rf"twice|two times|2 times|2 ?x|x ?2|bid|bd|b\.i\.d\.?|every 12 ?(?:h|hours|hrs)|"
    rf"(?:in the |every |each )?mornings? and (?:at |every )?(?:nights?|evenings?)|am "
    rf"and pm|2/day)"
)
_THRICE = (
    rf"(?:(?:3|three)(?: of them| {_PIECES})?(?= (?:a|per|each|every)? ?(?:day|daily))|"
    rf"thrice|three times|3 times|3 ?x|x ?3|tid|tds|every 8 ?(?:h|hours|hrs))"
)
_MORE = (
    rf"(?:(?:4|four)(?: of them| {_PIECES})?(?= (?:a|per|each|every)? ?(?:day|daily))|"
    rf"four times|4 times|4 ?x|x ?4|qid)"
)
_NOT_DAILY = (
    rf"\s*(?:[a-z]+ )?(?:(?:once|twice|thrice|\d|two|three|four|five|six)"
    rf"\s*(?:times|x|days)?\s*{_EACH}\s*(?:week|month)|"
    rf"{_EACH}\s*(?:week|month|wk|course|year)\b|weekly|monthly|{_EACH}? ?(?:third|"
    rf"3rd|3|4|5) days|"
    r"(?:on |only on |every |just )?(?:weekends?|weekdays?|(?:mon|tues?|wed|"
    r"wednes|thu|thurs|fri|sat|satur|sun)(?:days?)?)\b|"
    r"\d days a week)"
)
_ALTERNATE = (
    r"\s*(?:[a-z]+ )?(?:every (?:other|second|2nd|2|two) days?|on alternate days|"
    r"alternate days|eod|qod)"
)
_NOUN = (
    rf"(?:\s*(?:of )?(?:isotretinoin|accutane|roaccutane|claravis|absorica|tane|"
    rf"generic|{_PIECES}|dose|total|in total))*"
)
_COUNTED = re.compile(rf"\s*(?:x|×|\*|times|{_PIECES})")
_NUMBERED = re.compile(
    r"(?P<one>\b(?:an?|per|each|every|one|the|this|last|next|first|second|third|whole) |/ ?)?"
    r"\b(?:day|week|wk|month|year|course|round|cycle|visit|phase|stage|grade)s? ?(?:#|no\.?)?\s*$"
)


def read_ratios(scan: Scan) -> None:
    """Amounts per kg, alone or as a range; "mg/kg" with no number becomes ``<per>``."""
    kg = rf"(?:1\s*)?(?:{scan.reads.kg}|k)(?![\w])"
    per = (
        r"(?:/|\bper\b|\ba\b|\bfor (?:each|every|1)\b|\bfor\b(?= (?:each|every))|"
        r"\beach\b|\bevery\b|\bpro\b|\bpor\b|\bpar\b|\bna\b|\bна\b|प्रति)"
    )
    mg = rf"(?:{scan.reads.mg})"
    day = rf"(?:\s*/?\s*(?:of (?:body ?)?weight|body ?weight|bw))?(?:{_DAY}|\s*/\s*d(?:ay)?\b)?"
    scan.mask(
        rf"{NUMBER}\s*(?:{mg})?\s*(?:-|to|or|and)\s*{NUMBER}\s*(?:{mg}\s*{per}\s*{kg}){day}",
        "ratios",
    )

    def took(match: re.Match[str]) -> str:
        value = Decimal("0.5") if match["half"] else number(match["n"])
        if value is None:
            scan.unreadable = True
            return "odd"
        scan.ratios.append(value)
        return "ratio"

    amount = rf"(?:(?P<n>{NUMBER})|(?P<half>\bhalf a))"
    scan.mask(rf"{amount}\s*(?:{mg}\s*{per}|/|\bper\b)\s*{kg}{day}", took)
    scan.mask(rf"\b{mg}\s*{per}\s*{kg}{day}", "per")
    scan.mask(
        rf"(?:/|\b(?:per|for (?:each|every)|each|every)\b)\s*(?P<n>{NUMBER})\s*"
        rf"(?:{scan.reads.kg})(?!\w)",
        lambda match: None if _body_weight(scan, match["n"]) else "per",
    )
    scan.mask(rf"\b(?:per|each|every)\s*(?:{scan.reads.kg}|{scan.reads.lb})(?!\w)", "per")


def _body_weight(scan: Scan, digits: str) -> bool:
    """Whether "per 45 kg" is said of a person, not "per 10 kg" of a rule."""
    value = number(digits)
    return value is not None and value >= scan.rules.weight.least_kg


def read_doses(scan: Scan) -> None:
    """Amounts in mg; the freest forms come last."""
    mg = rf"(?:{scan.reads.mg})(?!\w|\s*/\s*(?:dl|ml|l)\b)"
    _in_mg(scan)
    _two_moments(scan, mg)
    _sums(scan, mg)
    _alternating(scan, mg)
    _ranges(scan, mg)
    tail = (
        rf"(?P<noun>{_NOUN})(?:(?P<not>{_NOT_DAILY})|(?P<alt>{_ALTERNATE})"
        rf"|,?\s*(?:taken )?(?:(?P<x2>{_TWICE})|(?P<x3>{_THRICE})|(?P<x4>{_MORE}))"
        rf"(?P<x>{_NOT_DAILY}|{_DAY})?"
        rf"|(?P<day>{_DAY}))?"
    )

    def took(match: re.Match[str]) -> str | None:
        found = match.groupdict()
        amount = number(found["n"])
        if amount is None:
            scan.unreadable = True
            return "odd"
        count = found.get("c")
        if count and _is_numbered(match):
            return None
        amount *= Decimal(_COUNTS[count] if count in _COUNTS else int(count)) if count else 1
        amount *= 2 if found.get("x2") else 3 if found.get("x3") else 4 if found.get("x4") else 1
        amount /= 2 if found.get("alt") else 1
        before = match.string[max(0, match.start() - 30) : match.start()]
        part = re.search(r"(?:\bhalf|1/2|quarter)(?: of)?(?: an?| my| the)?\s*$", before)
        daily = not (part or found.get("not") or re.search("week|month", found.get("x") or ""))
        said = bool(
            found.get("day")
            or found.get("x")
            or found.get("x2")
            or found.get("x3")
            or found.get("alt")
        )
        after = match.string[match.end() : match.end() + 12]
        scan.doses.append(
            Dose(
                mg=amount if daily else None,
                words=match[0].strip(" ,"),
                said_daily=said,
                past=_is_past(before, after),
                amount=number(found["n"]),
            )
        )
        return "mg"

    times = rf"(?:x|×|\*|times|{_PIECES}\s*(?:of|x|at|@)?|of|@)?"
    scan.mask(
        rf"(?:(?P<neg>-|minus |negative )(?<![\w> ]-))(?=\d){NUMBER}\s*{mg}", lambda _: _odd(scan)
    )
    scan.mask(rf"{_COUNT}\s*{times}\s+(?P<n>{NUMBER})\s*{mg}{tail}", took)
    pieces = rf"{_COUNT}\s*{_PIECES}{_DAY},?\s*(?:of |at |each |\()*(?P<n>{NUMBER})\s*{mg}"
    scan.mask(rf"{pieces}(?:\s*(?:each|apiece|{_PIECES}))?", took)
    scan.mask(rf"{_COUNT}\s*(?:x|×|\*)\s*(?P<n>\d+)\s*{mg}{tail}", took)
    scan.mask(
        rf"(?P<n>{NUMBER})\s*-?\s*{mg}\s*(?:{_PIECES})?\s*(?:x|×|\*|times)"
        rf"\s*(?P<c>[1-9])(?!\s*(?:times|x)?\s*(?:a|per|/)?\s*(?:day|week|month|"
        rf"daily))(?!\d){tail}",
        took,
    )
    scan.mask(rf"(?P<n>{NUMBER})\s*-?\s*{mg}{tail}", took)
    by = (
        r"(?:\bon|\btak(?:e|es|ing)|\bme|\bhim|\bher|\bprescribed|\bat|\bto|\bgive|"
        r"\bgets?|\bgetting|\bdose of|\bdose is|\bdose:|\bof)"
    )
    scan.mask(rf"{by}\s+(?P<n>{NUMBER})(?P<day>{_DAY})", took)
    scan.mask(
        r"\b(?:and|now|currently|i'm|im|am|been)\s+on\s+(?P<n>[1-9]0|25|35)(?=\s*(?:$|[.,?!;]))",
        took,
    )


def _in_mg(scan: Scan) -> None:
    """Write "1 gram a day" and "500 mcg daily" in mg; without "a day" they are no dose."""

    def written(match: re.Match[str]) -> str:
        value = number(match["n"])
        if value is None:
            return match[0]
        return f"{value * (1000 if match['g'] else Decimal('0.001')):f} mg"

    unit = r"(?:(?P<g>g|gr|gm|gms|grams?|grammes?|gramm|gramos?|г)|mcg|µg|μg|ug|micrograms?)"
    scan.text = re.sub(rf"(?P<n>{NUMBER})\s*{unit}(?={_DAY}|,?\s*{_TWICE})", written, scan.text)
    scan.text = re.sub(r"\bnot (?:per|a|each|every) (?:week|month|day)\b", "", scan.text)
    scan.text = re.sub(r"\b(two|three|four|[2-4])\s+([1-4]0)'?s\b", r"\1 x \2 mg", scan.text)


def _two_moments(scan: Scan, mg: str) -> None:
    """Read "40 mg in the morning and 20 at night" is one day's dose."""
    morning = r"(?:in the |every |each )?(?:mornings?|am|breakfast|day)"
    evening = r"(?:in the |at |every |each )?(?:evenings?|nights?|pm|dinner|bedtime)"

    def took(match: re.Match[str]) -> str:
        return _sum(scan, match, match["a"], match["b"])

    scan.mask(
        rf"(?P<a>{NUMBER})\s*(?:{mg})?\s*(?:{morning})\s*(?:and|,|\+|&|then)"
        rf"*\s*(?P<b>{NUMBER})\s*(?:{mg})?\s*{evening}\b",
        took,
    )


def _sums(scan: Scan, mg: str) -> None:
    """Read "20 + 20 mg", "1 x 40 mg and 1 x 20 mg"."""

    def took(match: re.Match[str]) -> str:
        return _sum(scan, match, match["a"], match["b"])

    scan.mask(
        rf"(?P<a>{NUMBER})\s*(?:{mg})?\s*(?:\+|plus)\s*(?P<b>{NUMBER})\s*{mg}{_NOUN}(?:{_DAY})?",
        took,
    )
    single = r"(?:1|one|a)\s*(?:x|×|\*)?\s*"
    scan.mask(
        rf"\b{single}(?P<a>{NUMBER})\s*{mg}\s*{_NOUN}(?:and|,|&|then|\+)+\s*{single}"
        rf"(?P<b>{NUMBER})\s*{mg}{_NOUN}(?:{_DAY})?",
        took,
    )


def _alternating(scan: Scan, mg: str) -> None:
    """Read "alternating 20 and 40 mg" is the mean of both."""

    def took(match: re.Match[str]) -> str:
        first, second = number(match["a"]), number(match["b"])
        if first is None or second is None:
            scan.unreadable = True
            return "odd"
        scan.doses.append(Dose((first + second) / 2, match[0], said_daily=True))
        return "mg"

    scan.mask(
        rf"alternat\w*\s*(?:between )?(?P<a>{NUMBER})\s*(?:{mg})?\s*(?:and|with|/|"
        rf"to)\s*(?P<b>{NUMBER})\s*{mg}(?:{_DAY})?",
        took,
    )
    scan.mask(
        rf"(?P<a>{NUMBER})\s*(?:{mg})?\s*(?:one|1|on one) day,?\s*(?:and |then )?"
        rf"(?P<b>{NUMBER})\s*{mg}\s*(?:on )?(?:the )?(?:next|other)(?: day| one)?\b",
        took,
    )


def _ranges(scan: Scan, mg: str) -> None:
    """Read "20-40 mg" is two doses, of which one is meant; "from 20 to 40 mg" is the second."""

    def took(match: re.Match[str]) -> str | None:
        first, second = number(match["a"]), number(match["b"])
        if first is None or second is None:
            return None
        moved = match["from"] is not None
        scan.doses.append(Dose(first, match["a"], said_daily=True, past=moved))
        scan.doses.append(Dose(second, match["b"], said_daily=True))
        return "mg"

    scan.mask(
        rf"(?P<from>\bfrom )?(?<![\d.] )(?P<a>{NUMBER})\s*(?:{mg})?\s*(?:-|\bto\b|\bor\b)"
        rf"\s*(?P<b>{NUMBER})\s*{mg}(?:{_DAY})?",
        took,
    )


def _sum(scan: Scan, match: re.Match[str], first: str, second: str) -> str:
    one, two = number(first), number(second)
    if one is None or two is None:
        scan.unreadable = True
        return "odd"
    scan.doses.append(Dose(one + two, match[0].strip(), said_daily=True))
    return "mg"


def _is_numbered(match: re.Match[str]) -> bool:
    """Whether the count is none: "week 2 of 40 mg", but not "each day 2 of 20 mg"."""
    numbered = _NUMBERED.search(match.string[: match.start("c")])
    if numbered is None or numbered["one"]:
        return False
    return _COUNTED.match(match.string, match.end("c")) is None


def _is_past(before: str, after: str) -> bool:
    """Whether a dose is one that was taken before, or is left for another."""
    if re.search(
        r"\b(?:from|was on|were on|used to take|instead of|not|because|previously|"
        r"first|initially|started (?:on|with|at)|before)\s*(?:my |the )?$",
        before,
    ):
        return True
    return bool(re.match(r"\s*(?:to|->|wasn't|before|last month|previously)\b", after))


def _odd(scan: Scan) -> str:
    scan.unreadable = True
    return "odd"
