"""What is found while a message's figures are read (``bot.turn.figures_read`` reads them)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from bot.kb.dose_rules import DoseRules, Reads


class Role(Enum):
    """What a body weight is, by the words around it."""

    NOW = "now"
    PAST = "past"
    GOAL = "goal"
    DENIED = "denied"


@dataclass(frozen=True)
class Weight:
    """A body weight as read: ``kg`` exact, ``words`` as written, ``number`` in the unit."""

    kg: Decimal
    words: str
    unit: str  # kg, lb or st
    number: str  # a decimal, "70.5" for "70 and a half"
    role: Role = Role.NOW


@dataclass(frozen=True)
class Dose:
    """An amount of medicine: mg a day, or None in ``mg`` where it is not per day.

    ``said_daily``: "a day" was said, not supposed.
    """

    mg: Decimal | None
    words: str
    said_daily: bool
    past: bool = False
    amount: Decimal | None = None  # what is taken at once, however often


@dataclass(frozen=True)
class Figures:
    """All that was read. ``bare``: weights without a unit; ``loose``: numbers of unknown kind."""

    shape: str
    weights: tuple[Weight, ...] = ()
    doses: tuple[Dose, ...] = ()
    ratios: tuple[Decimal, ...] = ()
    ages: tuple[Decimal, ...] = ()
    bare: tuple[Decimal, ...] = ()
    loose: tuple[Decimal, ...] = ()
    ranged: bool = False  # "70-75 kg"
    unreadable: bool = False  # "-70 kg", "nan kg", "1e9 kg"

    def under(self, years: int) -> bool:
        """Whether an age under so many years was said."""
        return bool(self.ages) and min(self.ages) < years

    def reaches(self, years: int) -> bool:
        """Whether ages were said, all of so many years or more."""
        return bool(self.ages) and min(self.ages) >= years


@dataclass
class Scan:
    """A message while it is read: the text that is left, and what was found."""

    text: str
    reads: Reads
    rules: DoseRules
    weights: list[Weight] = field(default_factory=list)
    doses: list[Dose] = field(default_factory=list)
    ratios: list[Decimal] = field(default_factory=list)
    ages: list[Decimal] = field(default_factory=list)
    bare: list[Decimal] = field(default_factory=list)
    loose: list[Decimal] = field(default_factory=list)
    ranged: bool = False
    unreadable: bool = False

    def __post_init__(self) -> None:
        """Spaces as ``mask`` leaves them."""
        self.text = _evenly_spaced(self.text)

    def mask(self, pattern: str, take: str | Callable[[re.Match[str]], str | None]) -> None:
        """Replace each match by a tag; ``take`` is the tag, or gives it (None leaves the text).

        What the group ``keep`` matched stays in the text before the tag.
        """

        def swap(match: re.Match[str]) -> str:
            tag = take if isinstance(take, str) else take(match)
            kept = match.groupdict().get("keep") or ""
            return match[0] if tag is None else f"{kept} <{tag}> "

        swapped, times = re.subn(pattern, swap, self.text)
        if times:
            self.text = _evenly_spaced(swapped)

    def odd(self) -> str:
        """Tag what no number can be read from."""
        self.unreadable = True
        return "odd"

    def found(self) -> Figures:
        """What was found, frozen, with the shape that is left."""
        return Figures(
            shape=self.text,
            weights=tuple(self.weights),
            doses=tuple(self.doses),
            ratios=tuple(self.ratios),
            ages=tuple(self.ages),
            bare=tuple(self.bare),
            loose=tuple(self.loose),
            ranged=self.ranged,
            unreadable=self.unreadable,
        )


def _evenly_spaced(text: str) -> str:
    return re.sub(r"\s+([,.?!;:)])", r"\1", " ".join(text.split()))
