"""What the calculator is asked, and what of it a memory keeps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bot.turn.figures_scan import Dose, Weight
from bot.turn.memory import Memory

# What ``Memory.asking`` holds while a question of the calculator is open.
ASKING_WEIGHT = "weight"
ASKING_UNIT = "unit"
ASKING_AGE = "age"
ASKING_DAILY = "daily"
ASKING_DRUG = "drug"
OURS = (ASKING_WEIGHT, ASKING_UNIT, ASKING_AGE, ASKING_DAILY)


class Problem(Enum):
    """Why no figure can be given; each names its text in ``dose.yaml``."""

    NO_WEIGHT = "no_weight"
    UNIT = "unit"
    TWO_WEIGHTS = "two_weights"
    UNREADABLE = "unreadable"
    RANGE = "range"
    OTHER_DRUG = "other_drug"
    PET = "pet"
    UNDER_AGE = "under_age"
    AGE = "age"
    PREGNANT = "pregnant"
    BREASTFEEDING = "breastfeeding"
    TWO_DOSES = "two_doses"
    NOT_DAILY = "not_daily"
    DAILY = "daily"
    WHICH_DRUG = "which_drug"
    WEIGHT_OR_DOSE = "weight_or_dose"


_FIGURES = frozenset(
    {
        Problem.NO_WEIGHT,
        Problem.UNIT,
        Problem.TWO_WEIGHTS,
        Problem.UNREADABLE,
        Problem.RANGE,
        Problem.TWO_DOSES,
        Problem.DAILY,
        Problem.WEIGHT_OR_DOSE,
    }
)


@dataclass(frozen=True)
class DoseRequest:
    """What the calculator is asked. ``readings``: what an ambiguous number may mean.

    ``daily``/``ratio``: the person's own dose, as mg a day or mg per kg a day.
    ``target_mg``: an amount to make up of capsules of a ``market``, instead of a weight.
    """

    weight: Weight | None = None
    readings: tuple[Weight, ...] = ()
    daily: Dose | None = None
    ratio: Decimal | None = None
    doses: tuple[Dose, ...] = ()
    target_mg: Decimal | None = None
    market: str | None = None
    problem: Problem | None = None
    what: str = ""
    child: bool = False  # a child was named, and no age
    anothers: bool = False  # the weight is another person's

    @property
    def only_figures(self) -> bool:
        """Whether only figures are missing or wrong, and none of a child's or another's."""
        return self.problem in _FIGURES and not (self.child or self.anothers)


def daily_kept(memory: Memory) -> Dose | None:
    """The dose that an earlier turn left, with whether it was said to be a day's."""
    kept = kept_of(memory)
    if not kept.get("daily"):
        return None
    return Dose(Decimal(kept["daily"]), "", said_daily="said_daily" in kept)


def ratio_kept(memory: Memory) -> Decimal | None:
    """The dose in mg per kg a day that an earlier turn left."""
    kept = kept_of(memory)
    return Decimal(kept["ratio"]) if kept.get("ratio") else None


def keeping(request: DoseRequest) -> dict[str, str]:
    """The dose of a request, as it is kept for the next turn."""
    kept = {}
    if request.daily is not None and request.daily.mg is not None:
        kept["daily"] = str(request.daily.mg)
        if request.daily.said_daily:
            kept["said_daily"] = "yes"
    if request.ratio is not None:
        kept["ratio"] = str(request.ratio)
    return kept


def kept_of(memory: Memory) -> dict[str, str]:
    """What an earlier turn of the calculator left."""
    kept = memory.details.get("dose")
    return kept if isinstance(kept, dict) else {}
