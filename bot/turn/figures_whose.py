"""Whose weight was said, and whether it is of today: where that is open, it is asked."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.kb.dose_rules import DoseRules
from bot.turn import dose_intent as intent
from bot.turn.figures_scan import Figures, Role, Weight

_NOW = (
    r"\b(?:now|currently|today)[\s,:]+(?:(?:i'm|im|i am|at|only|about|around) )*<n>|"
    r"<n> (?:now|today|currently)\b"
)
ANOTHERS_WEIGHT = (
    r"\b(?:he|she|husband|wife|partner|friend|boyfriend|girlfriend|bf|gf|brother|sister|son|"
    r"daughter|mum|mom|dad|mate)(?:'?s)?\b(?:(?!\b(?:i|i'm|im|me|my)\b)[^.!?]){0,25}<weight>"
)
_FOR_ME = (
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
    both = (
        Weight(value, f"{value} kg", "kg", str(value)),
        Weight(value * rules.kg_in_pound, f"{value} lb", "lb", str(value)),
    )
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
    return bool(re.search(ANOTHERS_WEIGHT, shape) and re.search(_FOR_ME, shape))
