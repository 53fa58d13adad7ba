"""Body weights, told from the kilos that are lost, lifted, bought or wished for."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from bot.turn.figures_numbers import NUMBER, number
from bot.turn.figures_scan import Role, Scan, Weight

_ABOUT = (
    r"(?:about|around|approx\w*|roughly|like|almost|nearly|over|some|an?|already|"
    r"another|only|at least|more than|less than|up to|my|the|to|first|just|~|those|"
    r"these|is|of)?\s*"
)
NO_NUMBER = r"(?:nan|-?inf|-?infinity|infinite|∞|null|none|undefined|zero)"  # in place of one
_SAME = 100  # one part in so many is still the same weight
_ALIKE = Decimal("1.25")  # times: numbers that differ by less are likely two weights
_FOR_BOTH = re.compile(r"\b(?:for|at|both)\s+$")
_OF_PERSON = re.compile(
    r"\b(?:i'm|im|i am|(?:s?he)(?:'s|s| is)|aged?|male|female|[mf]|height|tall)[\s:]+$"
)
_HALF = r"(?P<half>\s+and a half(?!\s*(?:a|of|the)\b))?"
_CHANGE_BEFORE = re.compile(
    r"\b(?:lost|lose|loses|losing|loss of|gain(?:ed|ing|s)?|put on|dropped|shed|"
    r"added|extra|another|additional|"
    r"over(?:weight)? by|down by|up by|by|burn(?:ed)?|melted|weight gain(?: of)?|"
    r"weight loss(?: of)?|\bminus|plus|"
    r"down(?! to)|up(?! to)|cut(?! to)|underweight by|difference of|every)\s*(?:"
    + _ABOUT
    + r"){0,3}$"
)
_CHANGE_AFTER = re.compile(
    r"\s*(?:overweight|underweight|heavier|lighter|lost|gained|loss|gain|more(?! "
    r"or less)|less|(?:over|under|above|below)(?!\s*\d)|"
    r"down|extra|of (?!(?:my |total )?(?:body ?)?(?:weight|mass)\b)|too (?:heavy|"
    r"light)|away|in (?:a|one|two|<time>)|"
    r"to lose|to go|(?:weight )?(?:loss|gain)|difference|(?:dumb|kettle|bar)"
    r"bells?|bench|squats?|deadlifts?|suitcase|bags?|luggage|box|plates?|parcel|"
    r"weights\b)"
)
_LIFT_BEFORE = re.compile(
    r"\b(?:lift\w*|bench\w*|squat\w*|deadlift\w*|overhead|press\w*|curl\w*|"
    r"carr(?:y|ies|ied|ying)|baggage|allowance|snatch\w*|clean|row|push|pull|pr|"
    r"1rm|dumbbells?|kettlebells?|barbells?|weights of|plates?|backpack|bag|"
    r"suitcase|luggage|box|parcel|package|bought|buy|ate|eat)"
    r"\b(?:\s+(?!i\b|weigh|and\b|but\b)[\w'<>]+){0,3}\s*$"
)
_GOAL_BEFORE = re.compile(
    r"(?:\b(?:goal|target|ideal|dream)\s*(?:body ?)?(?:weight)?\s*(?:is|of|:|=|"
    r"was)*|\b(?:want(?:ed|s)?|need(?:s|ed)?|ought|like|supposed|meant|have) "
    r"to (?:be|weigh|reach|hit)|"
    r"\bshould (?:i |he |she |we )?(?:be|weigh)|"
    r"\baim\w* (?:for|at)|\b(?:get|go|cut|drop|bulk|gain|diet|want)\w* (?:down |"
    r"up |back )?to)\s*(?:" + _ABOUT + r")$"
)
_MOVED_BEFORE = re.compile(
    r"\b(?:down|up|went|gone|going|go|drop\w*|fell|fallen|rose|grew|lost weight|gained weight|"
    r"changed|moved)\s+(?:\w+\s+){0,2}from\s+$"
)
_PAST_BEFORE = re.compile(
    r"\b(?:(?<!checked i )(?<!looked i )(?<!if i )(?<!if he )(?<!if she )(?<!if it )"
    r"(?<!scale said i )(?<!scales said i )(?<!weighed myself i )"
    r"(?:was|were)|used to (?:be|weigh)|"
    r"previous(?:ly)?(?: weight)?|old weight|"
    r"formerly|before(?: that| it)?|last (?:year|month|visit)|"
    r"originally|initially|"
    r"born(?: at)?|at birth|down from|up from|from|weight was|once)\s*(?:"
    + _ABOUT
    + r")(?:i |it )?(?:was |weighed )?$"
)
_DENIED_BEFORE = re.compile(
    r"\b(?:no longer|not|never|isn't|don't|doesn't|wasn't|didn't)\s+(?:weigh\w*|be|at)?\s*(?:"
    + _ABOUT
    + r")$"
)
_PAST_AFTER = re.compile(
    r"\s*(?:before|last (?:year|month)|back then|at birth|previously|<time> ago|"
    r"when (?:i|we) started)\b"
)
_LATELY = re.compile(r"\s*(?:today|yesterday|this (?:morning|week)|last night|just now)\b")


def read_weights(scan: Scan) -> None:
    """Weights with a unit, then those that only the words around them make a weight."""
    kg, lb, st = scan.reads.kg, scan.reads.lb, scan.reads.st
    _mask_odd(scan)
    pair = (
        rf"(?P<a>{NUMBER})\s*(?:(?P<akg>{kg})|(?P<alb>{lb})|{st})?\s*(?:-|~|to|or|/)\s*"
        rf"(?P<b>{NUMBER})\s*(?:(?P<bkg>{kg})|(?P<blb>{lb})|{st})(?!\w)"
    )
    scan.mask(
        rf"(?:between\s+{NUMBER}\s*(?:{kg}|{lb})?\s*and\s*{NUMBER}\s*(?:{kg}|{lb})(?!\w))|{pair}",
        lambda m: _range(scan, m),
    )
    listed = (
        rf"(?P<a>{NUMBER})\s*(?P<by>,\s|/|&|\+|\band\b|\bthen\b|\s)\s*"
        rf"(?P<b>{NUMBER})\s*(?:(?P<kg>{kg})|{lb})(?!\w)"
    )
    scan.mask(listed, lambda m: _listed(scan, m))
    stone = (
        rf"(?P<st>{NUMBER})\s*-?\s*{st}(?!\w)\.?{_HALF}"
        rf"(?:\s*,?\s*(?:and )?(?P<lb>(?<![\w.,])\d{{1,2}}(?!\d)(?:\.\d+)?)"
        rf"\s*(?:(?P<u>{lb})(?!\w)|(?![\w%/.,]\w|\s*(?:{kg}|{scan.reads.mg}))))?"
    )
    stone_glued = rf"(?P<st>{NUMBER})\s*-?\s*{st}(?P<lb>\d{{1,2}})\s*(?P<u>{lb})?(?!\w)"
    scan.mask(stone_glued, lambda m: _stone(scan, m))
    scan.mask(stone, lambda m: _stone(scan, m))
    for unit, pattern in (("kg", kg), ("lb", lb)):
        took = partial(_plain, scan, unit)
        scan.mask(rf"(?P<n>{NUMBER})\s*-?\s*{pattern}(?!\w|\s*/\s*m){_HALF}", took)
        before = rf"(?:\(|\bin |\bweight,? |\bweigh |^){pattern}\)?\s*(?:is|:|=|-)?\s*"
        scan.mask(rf"{before}(?P<n>{NUMBER})", took)
    _without_unit(scan)


def _mask_odd(scan: Scan) -> None:
    """What stands where a number should and is none: "-70 kg", "nan kg", "1e9 kg", "7/2 kg"."""
    unit = rf"(?:{scan.reads.kg}|{scan.reads.lb}|{scan.reads.st}|{scan.reads.mg})(?!\w)"

    def odd(_: re.Match[str]) -> str:
        return scan.odd()

    scan.mask(
        rf"(?:(?<=^)|(?<=[\s:=(]))(?<!> )(?:-|minus |negative )\s?{NUMBER}\s*(?:{unit})?(?=\W|$)",
        lambda m: odd(m) if m[0].strip()[0] != "-" or m[0].strip()[1:2].isdigit() else None,
    )
    scan.mask(
        rf"(?<!\w)(?:{NO_NUMBER}|"
        rf"\d+(?:\.\d+)?e[+-]?\d+|0x[0-9a-f]+|(?<!\d )\d+\s*[/^*]\s*\d+)"
        rf"\s*(?:{unit})",
        odd,
    )
    scan.mask(r"(?<!\w)(?:\d+(?:\.\d+)?e[+-]?\d+|∞|[+-]inf(?:inity)?)(?!\w)", odd)
    scan.mask(r"(?P<keep>^(?:/\w+ )?)(?:nan|inf|infinity|null|zero|0)\s*$", odd)
    scan.mask(rf"(?<![\w/])\d+(?:\.\d+){{2,}}\s*{unit}", odd)


def _range(scan: Scan, match: re.Match[str]) -> str | None:
    before, after = match.string[: match.start()], match.string[match.end() :]
    if _CHANGE_BEFORE.search(before[-60:]) or _CHANGE_AFTER.match(after):
        return "change"
    if _LIFT_BEFORE.search(before[-60:]):
        return "object"
    if match["b"] and _MOVED_BEFORE.search(before[-40:]) and " to " in match[0]:
        return _moved(scan, match)
    if (kg := _twice_said(scan, match)) is not None:
        scan.weights.append(Weight(kg, match[0].strip(), "kg", str(kg)))
        return "weight"
    scan.ranged = True
    return "weights"


def _listed(scan: Scan, match: re.Match[str]) -> str | None:
    """Read "70 & 80 kg" as two weights; None where the first may be an age, a height or a dose."""
    before = match.string[: match.start()]
    unit = "kg" if match["kg"] else "lb"
    values = [value for value in (number(match["a"]), number(match["b"])) if value is not None]
    least, most = scan.rules.weight.least_kg, scan.rules.weight.most_kg
    kilos = [scan.rules.in_kg(value, unit) for value in values]
    if len(kilos) != 2 or not all(least <= kg <= most for kg in kilos):  # noqa: PLR2004
        return None
    told = match["by"] in "&+" or (_FOR_BOTH.search(before) and match["by"].strip(" /"))
    if not told and (_OF_PERSON.search(before) or max(kilos) > min(kilos) * _ALIKE):
        return None
    if _CHANGE_BEFORE.search(before[-60:]) or _LIFT_BEFORE.search(before[-60:]):
        return None
    for value, kg in zip(values, kilos, strict=True):
        scan.weights.append(Weight(kg, f"{value} {unit}", unit, str(value)))
    return "weight"


def _moved(scan: Scan, match: re.Match[str]) -> str:
    """Read "down from 80 to 72 kg": the second weight is today's."""
    value = number(match["b"])
    unit = "kg" if match["bkg"] else "lb" if match["blb"] else "st"
    words = match[0].partition(" to ")[2].strip()
    if value is None:
        return scan.odd()
    kg = scan.rules.in_kg(value, unit)
    scan.weights.append(Weight(kg, words, unit, str(value)))
    return "weight"


def _twice_said(scan: Scan, match: re.Match[str]) -> Decimal | None:
    """The weight in kg of "154 lb / 70 kg", one weight in two units."""
    found = match.groupdict()
    if not ((found.get("akg") and found.get("blb")) or (found.get("alb") and found.get("bkg"))):
        return None
    kg, lb = (found["a"], found["b"]) if found["akg"] else (found["b"], found["a"])
    in_kg, in_lb = number(kg), number(lb)
    if in_kg is None or in_lb is None:
        return None
    apart = abs(in_kg - scan.rules.in_kg(in_lb, "lb"))
    return in_kg if apart <= in_kg / _SAME else None


def _plain(scan: Scan, unit: str, match: re.Match[str]) -> str:
    value = number(match["n"])
    if value is not None and match.groupdict().get("half"):
        value += Decimal("0.5")
    kg = None if value is None else scan.rules.in_kg(value, unit)
    return _take(scan, match, kg, unit, str(value))


def _stone(scan: Scan, match: re.Match[str]) -> str:
    stones, pounds = number(match["st"]), number(match["lb"] or "0")
    if stones is None or pounds is None:
        return _take(scan, match, None, "st", "")
    if match.groupdict().get("half"):
        stones += Decimal("0.5")
    if pounds >= scan.rules.pounds_in_stone:
        return scan.odd()
    rules = scan.rules
    total = rules.in_kg(stones, "st") + rules.in_kg(pounds, "lb")
    return _take(scan, match, total, "st", str(stones))


def _take(scan: Scan, match: re.Match[str], kg: Decimal | None, unit: str, value: str) -> str:
    if kg is None:
        return scan.odd()
    before, after = match.string[: match.start()][-60:], match.string[match.end() :]
    if _CHANGE_BEFORE.search(before) or _CHANGE_AFTER.match(after):
        return "change"
    if _LIFT_BEFORE.search(before):
        return "object"
    role = Role.NOW
    if _DENIED_BEFORE.search(before):
        role = Role.DENIED
    elif _GOAL_BEFORE.search(before) or re.match(r"\s*(?:goal|target)\b", after):
        role = Role.GOAL
    elif (_PAST_BEFORE.search(before) and not _LATELY.match(after)) or _PAST_AFTER.match(after):
        role = Role.PAST
    scan.weights.append(Weight(kg, match[0].strip(" ,("), unit, value, role))
    return "weight" if role is Role.NOW else role.value


def _without_unit(scan: Scan) -> None:
    """Read "weigh 154", "my weight is 70", "/dose 70", "what dose for 70"."""

    def took(match: re.Match[str]) -> str | None:
        value = number(match["n"])
        if value is None:
            return scan.odd()
        scan.bare.append(value)
        return "bare"

    filler = (
        r"(?:is|of|:|=|about|around|approx\w*|roughly|like|at|-|~|currently|now|just|"
        r"only|exactly|in|i'm|im|today|,|\s)*"
    )
    clear = rf"(?!\s*(?:{scan.reads.mg}|%|{scan.reads.kg}|{scan.reads.lb}))"
    scan.mask(
        rf"(?P<keep>\b(?:weigh(?:s|ing|ed in)?|wt\.?|(?<!over)(?<!under)(?:body ?)"
        rf"?weight(?:'s)?)\b){filler}(?P<n>{NUMBER}){clear}",
        took,
    )
    scan.mask(rf"(?P<keep>^/(?:dose|dosage|calc)\b)[\s:]*(?P<n>{NUMBER}){clear}", took)
    scan.mask(
        rf"(?P<keep>\b(?:dos(?:e|age)|mg|calculate|calc)\s+(?:would be |should be )"
        rf"?(?:for|at|if)?\s*(?:i'm |a |someone |about )*)(?P<n>{NUMBER})"
        rf"{clear}(?=\s*(?:$|[?.!,]))",
        took,
    )
    scan.mask(
        rf"(?P<keep><mg>,?\s*(?:at|for|@|and|i'm|im|i weigh|with|weigh)\s+)(?P<n>{NUMBER}){clear}"
        r"(?=\s*(?:$|[?.!,]))",
        took,
    )
    scan.mask(rf"(?P<keep><height>,?\s+(?:and )?)(?P<n>{NUMBER}){clear}(?!\s*[a-z])", took)
    scan.mask(rf"^(?P<n>{NUMBER})\s*(?=[?.!]*$|dos(?:e|age)\b)", took)
