"""Whose weight was said, and whether it is of today: where that is open, it is asked."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.kb.dose_rules import DoseRules, Reads
from bot.turn import dose_intent as intent
from bot.turn.figures_person import OLDEST
from bot.turn.figures_scan import Figures, Role, Weight

_NOW = (
    r"\b(?:now|currently|today)[\s,:]+(?:(?:i'm|im|i am|at|only|about|around) )*<n>|"
    r"<n> (?:now|today|currently)\b"
)
KIN = (
    r"husband|wife|partner|friend|boyfriend|girlfriend|bf|gf|brother|sister|son|"
    r"daughter|mum|mom|mother|dad|father|aunt|uncle|grand\w+|cousin|nephew|niece|spouse|fianc[eé]e?|twin|roommate|flatmate|teen"
)
_TO = r"(?:(?!\b(?:i|i'm|im|me|my)\b)[^.!?]){0,25}"  # from a person to a figure, not by way of me
_ANOTHER = rf"\b(?:he|she|him|her|mate|{KIN})(?:'?s)?\b{_TO}"
ANOTHERS_WEIGHT = rf"{_ANOTHER}<weight>"
ANOTHERS_NUMBER = rf"{_ANOTHER}<(?:n|bare)>"
_BORN = r"\b(?:born|birthday|birth ?date|date of birth|dob)\b[^.!?]{0,20}<(?:n|bare|date)>"
_ALONE = (  # "45 kg, 11, dose?", "dose for 45 kg 11", "11 45 kg"
    r"(?:(?:^|[,;/])\s*|<weight>\s+)<n>(?=\s*(?:[,;/?.!]|$))|^<n> <weight>"
)
_GROWN_BORN = 2000  # who was born before this year is no child
_PRONOUN = r"he|she|him|her|his|they|them|their"
_SAYS = (  # of who prescribes or has a view: "she put me on <mg>", "mum says <mg> is a lot"
    r"(?:says?|said|thinks?|thought|told|tells|prescribe[sd]?|g[ia]ves?|wants?|put|recommend\w*|"
    r"suggest\w*|\w+ed it|right|wrong)\b"
)
_ANOTHERS_DOSE = re.compile(
    rf"\b(?P<a>{_PRONOUN}|{KIN}|my mate|my <age>)(?:'?s)?\b(?! {_SAYS}){_TO}<(?:mg|ratio)>|"
    rf"<(?:mg|ratio)>[^.!?]*\b(?:for|to|in|on) (?:(?!me\b)[\w<>]+ ){{0,3}}?"
    rf"(?P<b>{_PRONOUN}|{KIN}|my mate|(?:my|an?) <age>)(?!\w)|"
    rf"<(?:mg|ratio)>[^.!?]*[,;] ?(?P<c>he|she)(?:'?s| is| weighs)\b|"
    rf"<(?:mg|ratio)>[^.!?]* (?P<d>he|she)(?: takes|'?s (?:on|taking)| is (?:on|taking))\b"
)
_FOR_KIN = rf"\bfor (?:him|her|(?:my|our|the) (?:\w+ )?(?:{KIN}))(?!\w)"
I_AM = r"\b(?:i'?m|i am)\b"
FOR_ME = (
    r"\bfor me\b|\bmy (?:own )?dos|\bi (?:need|take)\b|\b(?:i'm|im|i am) <(?:age|n)>|"
    r"\b(?:do|should|would|can|could|will|must|may) i (?!give)"
)


def present(weights: tuple[Weight, ...]) -> tuple[Weight, ...]:
    """The weights of today; a past one only where there is no other and it is one."""
    now = tuple(w for w in weights if w.role is Role.NOW)
    past = tuple(w for w in weights if w.role is Role.PAST)
    return now or (past if len(past) == 1 else ())


def meanings(value: Decimal, rules: DoseRules) -> tuple[Weight, ...]:
    """What a bare number may mean, within the accepted weights."""
    both = [
        Weight(rules.in_kg(value, unit), f"{value} {unit}", unit, str(value))
        for unit in ("kg", "lb")
    ]
    return tuple(w for w in both if rules.weight.least_kg <= w.kg <= rules.weight.most_kg)


def other_weights(
    figures: Figures, weights: tuple[Weight, ...], rules: DoseRules
) -> tuple[Weight, ...]:
    """What a number without a unit may be, where it may be today's weight as well."""
    numbers = list(figures.bare)
    if weights[0].role is Role.PAST or re.search(_NOW, figures.shape):
        numbers += figures.loose
    readings = [reading for value in numbers for reading in meanings(value, rules)]
    same = any(intent.nearly_same([weights[0].kg, reading.kg]) for reading in readings)
    return () if same else tuple(readings)


def anothers(shape: str) -> bool:
    """Whether the weight is another person's, and the dose that is asked for one's own."""
    return bool(re.search(ANOTHERS_WEIGHT, shape) and re.search(FOR_ME, shape))


def child_named(shape: str, reads: Reads) -> str | None:
    """The word for a child of whom is spoken; not one that only says something."""
    words = "|".join(map(re.escape, reads.children))
    return intent.says(re.sub(rf"(?<!\w)(?:{words}) {_SAYS}", " ", shape), reads.children)


def anothers_weight(shape: str, reads: Reads) -> bool:
    """Whether the weight, or the child that was named, is not the person's own."""
    number = ANOTHERS_WEIGHT if "<weight>" in shape else ANOTHERS_NUMBER
    return child_named(shape, reads) is not None or re.search(number, shape) is not None


def may_be_young(figures: Figures, years: int) -> bool:
    """Whether a birth is told, a school year, or a number that may be an age under so many."""
    if told_young(figures):
        return True
    return any(n < years for n in figures.loose) and re.search(_ALONE, figures.shape) is not None


def told_young(figures: Figures) -> bool:
    """Whether a birth or a school year is told that may be a child's."""
    if "<school>" in figures.shape:
        return True
    grown = any(OLDEST < n < _GROWN_BORN for n in figures.loose)
    return re.search(_BORN, figures.shape) is not None and not grown


def for_kin(shape: str) -> bool:
    """Whether something is asked for another person, not of the one who asks."""
    return re.search(_FOR_KIN, shape) is not None


def anothers_dose(shape: str, reads: Reads) -> str | None:
    """Who else takes the dose: "she", "sister", "kid"; None where it may be one's own."""
    if (child := child_named(shape, reads)) is not None:
        return child
    found = _ANOTHERS_DOSE.search(shape)
    return None if found is None else found[found.lastgroup or 0]


def fits_kept(shape: str, reads: Reads, *, anothers: bool) -> bool:
    """Whether a dose may be looked at for the weight told before, one's own or another's.

    "She" is whose weight was told, where it was another's; "my sister" may be anyone.
    """
    who = anothers_dose(shape, reads)
    if who is None:
        return not (anothers and re.search(FOR_ME, shape))
    return anothers and re.fullmatch(_PRONOUN, who) is not None
