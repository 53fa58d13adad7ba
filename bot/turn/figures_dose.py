"""Amounts of medicine: "2 x 20mg daily" as mg a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from bot.kb.dose_rules import Reads
from bot.turn.figures_numbers import NUMBER, number
from bot.turn.figures_often import (
    ALTERNATE,
    DAY,
    MORE,
    NOT_DAILY,
    OFTEN,
    OFTEN_BEFORE,
    PIECES,
    THRICE,
    TWICE,
)
from bot.turn.figures_scan import Dose, Scan

_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "a": 1, "couple": 2}
_COUNT = r"(?P<c>(?<![\w.,/])[1-9]\d{0,2}(?!\d)|\b(?:one|two|three|four)\b)"
_MANY = 10  # a count from which something else must tell that it is one
_COUNTED = re.compile(rf"\s*(?:x|×|\*|times|{PIECES})")
_NUMBERED = re.compile(
    r"(?P<one>\b(?:an?|per|each|every|one|the|this|last|next|first|second|third|whole) |/ ?)?"
    r"\b(?:day|week|wk|month|year|course|round|cycle|visit|phase|stage|grade)s? ?(?:#|no\.?)?\s*$"
)
_OF_PERSON = re.compile(
    r"\b(?:i'm|im|i am|(?:s?he)(?:'s|s| is)|weigh\w*|aged?|male|female|[mf])\s+$"
)
_PART_BEFORE = re.compile(
    rf"(?:\b(?:half|quarter|1/2)|\d[.,]\d+\s*(?:x|×|\*|{PIECES}))"
    rf"(?:\s*{PIECES})?(?: of)?(?: an?| my| the)?\s*$"
)
_MOMENT = (
    r"(?:(?:in the |at |every |each |with |after |before )?(?:mornings?|am|breakfast|noon|midday|"
    r"lunch(?:time)?|afternoons?|evenings?|nights?|pm|dinner|supper|bed(?:time)?)|"
    r"(?:in the |during the )?day(?:time)?)"
)
_AGAIN = rf"\b(?:another|extra|more(?! than)|plus|later|again|{_MOMENT})\b"
_APART = re.compile(  # equal amounts that are parts of a day's, not one amount said twice
    r"<mg>(?:[\s,;&+]|and|then|plus|at|\d+(?::\d\d)?|am|pm)*<mg>|"
    rf"<mg>[^.!?]*(?:{_AGAIN}[^.!?]*<mg>|<mg>[^.!?]*{_AGAIN})"
)
_MORE_OF_IT = re.compile(
    r"<mg>[^.!?]*(?:\b(?:another|extra|additional|plus) \d+(?!\s*[a-z])|"
    r"\d more(?=\s*(?:$|[,.?!;<]|at|in|with|later)))"
)


def read_doses(scan: Scan) -> None:
    """Amounts in mg; the freest forms come last."""
    mg = rf"(?:{scan.reads.mg})(?!\w|\s*/\s*(?:dl|ml|l)\b)"
    _in_mg(scan)
    _moments(scan, mg)
    _sums(scan, mg)
    _alternating(scan, mg)
    _ranges(scan, mg)
    tail = (
        rf"(?P<noun>{_noun(scan.reads)})(?:(?P<not>{NOT_DAILY})|(?P<alt>{ALTERNATE})"
        rf"|,?\s*(?:taken )?"
        rf"(?:(?P<x2>{TWICE})|(?P<x3>{THRICE})|(?P<x4>{MORE})|(?P<xn>{OFTEN}))"
        rf"(?P<x>{NOT_DAILY}|{DAY})?"
        rf"|(?P<day>{DAY}))?"
    )

    def took(match: re.Match[str]) -> str | None:
        found = match.groupdict()
        amount = number(found["n"])
        if amount is None:
            return scan.odd()
        if found.get("c") and not _is_count(match):
            return None
        count, times = _count(found.get("c")), _times(found)
        before = match.string[: match.start()][-40:]
        said = any(found.get(name) for name in ("day", "x", "x2", "x3", "xn", "alt"))
        part = _PART_BEFORE.search(before)
        weekly = found.get("not") or re.search("week|month", found.get("x") or "")
        often = times is None or OFTEN_BEFORE.search(before) or (count >= _MANY and not said)
        after = match.string[match.end() : match.end() + 12]
        scan.doses.append(
            Dose(
                mg=None if part or weekly or often or times is None else amount * count * times,
                words=match[0].strip(" ,"),
                said_daily=said,
                past=_is_past(before, after),
                amount=None if often else amount,
            )
        )
        return "mg"

    times = rf"(?:x|×|\*|times|{PIECES}\s*(?:of|x|at|@)?|of(?: the| my| these| those)?|@)?"
    scan.mask(
        rf"(?:(?P<neg>-|minus |negative )(?<![\w> ]-))(?=\d){NUMBER}\s*{mg}", lambda _: scan.odd()
    )
    scan.mask(rf"{_COUNT}\s*{times}\s+(?P<n>{NUMBER})\s*{mg}{tail}", took)
    pieces = rf"{_COUNT}\s*{PIECES}(?P<day>{DAY}),?\s*(?:of |at |each |\()*(?P<n>{NUMBER})\s*{mg}"
    scan.mask(rf"{pieces}(?:\s*(?:each|apiece|{PIECES}))?", took)
    scan.mask(rf"{_COUNT}\s*(?:x|×|\*)\s*(?P<n>\d+)\s*{mg}{tail}", took)
    scan.mask(
        rf"(?P<n>{NUMBER})\s*-?\s*{mg}\s*(?:{PIECES})?\s*(?:x|×|\*|times)"
        rf"\s*(?P<c>[1-9]\d?)(?!\s*(?:times|x)?\s*(?:a|per|/)?\s*(?:day|week|month|"
        rf"daily))(?!\d){tail}",
        took,
    )
    scan.mask(rf"(?P<n>{NUMBER})\s*-?\s*{mg}{tail}", took)
    by = (
        r"(?:\bon|\btak(?:e|es|ing)|\bme|\bhim|\bher|\bprescribed|\bat|\bto|\bgive|"
        r"\bgets?|\bgetting|\bdose of|\bdose is|\bdose:|\bof)"
    )
    scan.mask(rf"{by}\s+(?P<n>{NUMBER})(?P<day>{DAY})", took)
    scan.mask(
        r"\b(?:and|now|currently|i'm|im|am|been)\s+on\s+(?P<n>[1-9]0|25|35)(?=\s*(?:$|[.,?!;]))",
        took,
    )
    _apart(scan)


def _noun(reads: Reads) -> str:
    """What may stand between an amount and how often it is taken."""
    return rf"(?:\s*(?:of )?(?:{reads.drug_name}|generic|{PIECES}|dose|total|in total)(?!\w))*"


def _in_mg(scan: Scan) -> None:
    """Write "1 gram a day" and "500 mcg daily" in mg; without "a day" they are no dose."""

    def written(match: re.Match[str]) -> str:
        value = number(match["n"])
        if value is None:
            return match[0]
        return f"{value * (1000 if match['g'] else Decimal('0.001')):f} mg"

    unit = r"(?:(?P<g>g|gr|gm|gms|grams?|grammes?|gramm|gramos?|г)|mcg|µg|μg|ug|micrograms?)"
    scan.text = re.sub(rf"(?P<n>{NUMBER})\s*{unit}(?={DAY}|,?\s*{TWICE})", written, scan.text)
    scan.text = re.sub(r"\bnot (?:per|a|each|every) (?:week|month|day)\b", "", scan.text)
    scan.text = re.sub(r"\b(two|three|four|[2-4])\s+([1-4]0)'?s\b", r"\1 x \2 mg", scan.text)


def _moments(scan: Scan, mg: str) -> None:
    """Read "40 mg in the morning, 20 at noon and 20 at night" is one day's dose."""
    one = rf"{NUMBER}\s*(?:{mg})?\s*{_MOMENT}\b"
    scan.mask(
        rf"(?P<sum>{one}(?:(?:\s|[,;+&]|\band\b|\bthen\b|\bplus\b)*{one})+)",
        lambda m: _sum(scan, m, *re.findall(NUMBER, m["sum"])),
    )


def _sums(scan: Scan, mg: str) -> None:
    """Read "20 + 20 mg", "1 x 40 mg and 1 x 20 mg"."""
    noun = _noun(scan.reads)
    scan.mask(
        rf"(?P<sum>(?:{NUMBER}\s*(?:{mg})?\s*(?:\+|plus|&)\s*)+{NUMBER}\s*{mg}){noun}(?:{DAY})?",
        lambda m: _sum(scan, m, *re.findall(NUMBER, m["sum"])),
    )
    single = r"(?:1|one|a)\s*(?:x|×|\*)?\s*"
    scan.mask(
        rf"\b{single}(?P<a>{NUMBER})\s*{mg}\s*{noun}(?:and|,|&|then|\+)+\s*{single}"
        rf"(?P<b>{NUMBER})\s*{mg}{noun}(?:{DAY})?",
        lambda m: _sum(scan, m, m["a"], m["b"]),
    )


def _alternating(scan: Scan, mg: str) -> None:
    """Read "alternating 20 and 40 mg" is the mean of both."""

    def took(match: re.Match[str]) -> str:
        first, second = number(match["a"]), number(match["b"])
        if first is None or second is None:
            return scan.odd()
        scan.doses.append(Dose((first + second) / 2, match[0], said_daily=True))
        return "mg"

    scan.mask(
        rf"alternat\w*\s*(?:between )?(?P<a>{NUMBER})\s*(?:{mg})?\s*(?:and|with|/|"
        rf"to)\s*(?P<b>{NUMBER})\s*{mg}(?:{DAY})?",
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
        if match["and"] and (first % 5 or _OF_PERSON.search(match.string[: match.start()])):
            return None  # "I'm 25 and 40 mg", "week 3 and 40 mg"
        moved = match["from"] is not None
        scan.doses.append(Dose(first, match["a"], said_daily=True, past=moved))
        scan.doses.append(Dose(second, match["b"], said_daily=True))
        return "mg"

    scan.mask(
        rf"(?P<from>\bfrom )?(?<![\d.] )(?P<a>{NUMBER})\s*(?:(?P<and>\band\b|,? ?\bthen\b)|"
        rf"(?:{mg})?\s*(?:-|\bto\b|\bor\b))\s*(?P<b>{NUMBER})\s*{mg}(?:{DAY})?",
        took,
    )


def _sum(scan: Scan, match: re.Match[str], *amounts: str) -> str | None:
    if _OF_PERSON.search(match.string[: match.start()]):
        return None  # "I'm 20 + 40 mg"
    values = [value for value in map(number, amounts) if value is not None]
    if len(values) < len(amounts):
        return scan.odd()
    scan.doses.append(Dose(sum(values, Decimal(0)), match[0].strip(), said_daily=True))
    return "mg"


def _count(said: str | None) -> int:
    return 1 if said is None else _COUNTS[said] if said in _COUNTS else int(said)


def _times(found: Mapping[str, str | None]) -> Decimal | None:
    """How often a day an amount is taken, or None where that cannot be told."""
    for name, times in (("alt", "0.5"), ("x2", "2"), ("x3", "3"), ("x4", "4")):
        if found.get(name):
            return Decimal(times)
    if not found.get("xn"):
        return Decimal(1)
    hours = int(found["hours"] or 0)
    if hours and not 24 % hours:
        return Decimal(24 // hours)
    return Decimal(found["often"]) if found["often"] else None


def _apart(scan: Scan) -> None:
    """Ask for the amount a day where parts of it were said that are not told as a sum."""
    equal = len(scan.doses) > 1 and len({d.mg for d in scan.doses}) == 1
    if (equal and _APART.search(scan.text)) or _MORE_OF_IT.search(scan.text):
        scan.doses = [Dose(None, "", said_daily=False)]


def _is_count(match: re.Match[str]) -> bool:
    """Whether a number before an amount counts capsules: not "week 2 of 40 mg", "I'm 25 40 mg"."""
    start, end = match.span("c")
    if start > match.start("n") or _COUNTED.match(match.string, end):
        return True
    before = match.string[:start]
    numbered = _NUMBERED.search(before)
    if _OF_PERSON.search(before) or (numbered is not None and not numbered["one"]):
        return False
    few = _count(match["c"]) < _MANY
    return few or re.search(PIECES, match.groupdict().get("noun") or "") is not None


def _is_past(before: str, after: str) -> bool:
    """Whether a dose is one that was taken before, or is left for another."""
    if re.search(
        r"\b(?:from|was on|were on|used to take|instead of|not|because|previously|"
        r"first|initially|started (?:on|with|at)|before)\s*(?:my |the )?$",
        before,
    ):
        return True
    return bool(re.match(r"\s*(?:to|->|wasn't|before|last month|previously)\b", after))
