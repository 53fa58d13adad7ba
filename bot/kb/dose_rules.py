"""``dose.yaml``: the document's dose rules, the words they are read by, and what is said of them.

Amounts are ``Decimal`` throughout; write them in quotes in the file, so that none passes a float.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.kb.models import Frozen, Id, Note, Review, Verified, must_compile

Positive = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]


class Limit(Frozen):
    """An amount in mg per kg of body weight a day, and the passage that states it."""

    mg_per_kg: Positive
    passage: Id


class Limits(Frozen):
    """The document's three figures, lowest first."""

    start: Limit
    average: Limit
    maximum: Limit

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.start.mg_per_kg < self.average.mg_per_kg < self.maximum.mg_per_kg:
            raise ValueError("start, average and maximum must rise")
        return self

    def each(self) -> Iterator[tuple[tuple[str, ...], Limit]]:
        """Each limit, with where it stands in the file."""
        for name in ("start", "average", "maximum"):
            yield ("limits", name), getattr(self, name)


class WeightRange(Frozen):
    """Weights in kg that are computed with, both ends included, and why these."""

    least_kg: Positive
    most_kg: Positive
    reason: str

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.least_kg < self.most_kg:
            raise ValueError("least_kg must be below most_kg")
        return self


class AgeLimit(Frozen):
    """The youngest age in years, and the passage that states it."""

    years: int = Field(gt=0)
    passage: Id


class Market(Frozen):
    """Capsule strengths in mg that one country or brand has, and doses a day."""

    id: Id
    label: str
    words: tuple[str, ...] = ()  # how people name it
    strengths_mg: tuple[Positive, ...] = Field(min_length=1)
    doses_a_day: tuple[Annotated[int, Field(gt=0)], ...] = Field(min_length=1)
    authority: str
    section: str
    verified: Verified
    review: Review = Review()


class CourseRules(Frozen):
    """The course clock: what the document says, the dates accepted, and totals in mg per kg."""

    weeks: int = Field(gt=0)
    weeks_passage: Id
    pause_months: int = Field(gt=0)
    check_months: int = Field(gt=0)
    check_passage: Id
    past_days: int = Field(gt=0)
    future_days: int = Field(gt=0)
    range_reason: str
    other_weeks: tuple[int, int]  # UK and EU
    total_topic: Id
    total_note: Note

    @property
    def names(self) -> frozenset[Id]:
        """The passages and the gap that the clock tells of."""
        return frozenset((self.weeks_passage, self.check_passage, self.total_topic))


class Units(Frozen):
    """How units are written, in any language; matched as whole words, case aside."""

    kg: tuple[str, ...]
    lb: tuple[str, ...]
    st: tuple[str, ...]
    mg: tuple[str, ...]
    year: tuple[str, ...]  # of age


class Reads(Frozen):
    """The words a message is read by.

    Lists of words are matched as they stand; entries of ``acne_drugs``, ``asks`` and below are
    regular expressions over the *shape* of a message, where figures stand as ``<weight>``,
    ``<mg>``, ``<age>`` and so on (``docs/dose.md`` lists them).
    """

    units: Units
    months: tuple[tuple[str, ...], ...] = Field(min_length=12, max_length=12)  # full name first
    number_words: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)  # by language
    drug: tuple[str, ...]
    other_drugs: tuple[str, ...]
    other_things: tuple[str, ...]
    other_drug_endings: tuple[str, ...]
    acne_drugs: tuple[str, ...]
    pets: tuple[str, ...]
    infants: tuple[str, ...]
    children: tuple[str, ...]
    fillers: tuple[str, ...]
    after_how_much: tuple[str, ...]
    asks: tuple[str, ...]
    names: tuple[str, ...]
    asks_weight: tuple[str, ...]
    judges: tuple[str, ...]
    elsewhere: tuple[str, ...]
    never: tuple[str, ...]
    pregnant: tuple[str, ...]
    breastfeeding: tuple[str, ...]
    not_so: tuple[str, ...]

    @model_validator(mode="after")
    def _expressions_compile(self) -> Self:
        must_compile(self, ("asks", "names", "asks_weight", "judges", "elsewhere", "never"))
        return self

    @cached_property
    def kg(self) -> str:
        """A regular expression for the unit; the others alike."""
        return _any_of(self.units.kg)

    @cached_property
    def lb(self) -> str:
        """Pounds."""
        return _any_of(self.units.lb)

    @cached_property
    def st(self) -> str:
        """Stone."""
        return _any_of(self.units.st)

    @cached_property
    def mg(self) -> str:
        """Milligrams."""
        return _any_of(self.units.mg)

    @cached_property
    def year(self) -> str:
        """Years of age."""
        return _any_of(self.units.year)

    @cached_property
    def drug_name(self) -> str:
        """Isotretinoin, by any of its names."""
        return _any_of(self.drug)


class DoseRules(Frozen):
    """Everything of ``dose.yaml``."""

    review: Review = Review()
    limits: Limits
    weight: WeightRange
    least_daily_mg: Positive
    most_daily_mg: Positive
    age: AgeLimit
    general_passage: Id
    pregnancy_passage: Id
    pounds_in_stone: Literal[14]
    kg_in_pound: Annotated[Decimal, Field(ge=Decimal("0.4535"), le=Decimal("0.4536"))]
    markets: tuple[Market, ...] = Field(min_length=1)
    course: CourseRules
    reads: Reads
    says: Mapping[str, str]

    @model_validator(mode="after")
    def _texts_parse(self) -> Self:
        for key, text in self.says.items():
            try:
                list(Formatter().parse(text))
            except ValueError as why:
                raise ValueError(f"says.{key}: {why}") from why
        return self

    def in_kg(self, value: Decimal, unit: str) -> Decimal:
        """A weight in kg; ``unit``: kg, lb or st."""
        pounds = value * self.pounds_in_stone if unit == "st" else value
        return value if unit == "kg" else pounds * self.kg_in_pound

    def cited(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Every passage that a rule names, with where it is named: ``("age", "passage")``."""
        return _cited(self)

    def say(self, key: str, /, **values: object) -> str:
        """The text called ``key``, its placeholders filled.

        Raises:
            KeyError: no such text; loading holds the file against the packaged one.
        """
        return self.says[key].strip().format(**values)


def _cited(rules: Frozen, *above: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for name in type(rules).model_fields:
        value = getattr(rules, name)
        if isinstance(value, Frozen):
            yield from _cited(value, *above, name)
        elif name.endswith("passage"):
            yield (*above, name), value


def _any_of(words: tuple[str, ...]) -> str:
    """Alternatives, longest first, so that ``kg`` never cuts ``kgs`` short."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"
