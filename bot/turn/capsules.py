"""Which whole capsules come nearest to an amount without passing it: derived by us."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MOST = 20  # capsules a day; more than any label's highest dose needs


@dataclass(frozen=True)
class CapsuleSet:
    """One day's capsules. ``doses``: the strengths in mg of each dose, highest first.

    ``difference``: per cent by which ``total_mg`` lies below the amount; 0 only where it does not.
    """

    doses: tuple[tuple[Decimal, ...], ...]
    total_mg: Decimal
    difference: Decimal


def capsule_sets(
    target_mg: Decimal, strengths_mg: tuple[Decimal, ...], doses_a_day: int
) -> tuple[CapsuleSet, ...]:
    """The nearest sets that do not pass ``target_mg``, best first; empty where none fits.

    Soft capsules are never halved. Among sets of one total the fewest capsules come first, and
    two doses are as even as they can be.
    """
    if not target_mg.is_finite() or target_mg <= 0 or doses_a_day < 1:
        return ()
    fewest = _fewest(target_mg, tuple(sorted(strengths_mg)))
    sets: list[tuple[Decimal, tuple[tuple[Decimal, ...], ...]]]
    if doses_a_day == 1:
        sets = [(total, (capsules,)) for total, capsules in fewest.items()]
    else:
        sets = _split(fewest, target_mg)
    best = sorted(sets, key=lambda s: -s[0])[:2]
    return tuple(_set(doses, total, target_mg) for total, doses in best)


def _fewest(target: Decimal, strengths: tuple[Decimal, ...]) -> dict[Decimal, tuple[Decimal, ...]]:
    """For each total up to ``target``, the fewest capsules that make it."""
    found: dict[Decimal, tuple[Decimal, ...]] = {}
    layer: dict[Decimal, tuple[Decimal, ...]] = {Decimal(0): ()}
    for _ in range(_MOST):
        following: dict[Decimal, tuple[Decimal, ...]] = {}
        for total, capsules in layer.items():
            for strength in reversed(strengths):
                more = total + strength
                if more <= target and more not in found and more not in following:
                    following[more] = tuple(sorted((*capsules, strength), reverse=True))
        if not following:
            break
        found |= following
        layer = following
    return found


def _split(
    fewest: dict[Decimal, tuple[Decimal, ...]], target: Decimal
) -> list[tuple[Decimal, tuple[tuple[Decimal, ...], ...]]]:
    """Each total in two doses, as even as can be, then of the fewest capsules."""
    best: dict[Decimal, tuple[tuple[Decimal, int], tuple[tuple[Decimal, ...], ...]]] = {}
    for high, more in fewest.items():
        for low, fewer in fewest.items():
            total = high + low
            if low > high or total > target:
                continue
            rank = (high - low, len(more) + len(fewer))
            if total not in best or rank < best[total][0]:
                best[total] = (rank, (more, fewer))
    return [(total, doses) for total, (_, doses) in best.items()]


def _set(doses: tuple[tuple[Decimal, ...], ...], total: Decimal, target: Decimal) -> CapsuleSet:
    percent = (total - target) / target * 100
    percent = percent.quantize(
        Decimal(1) if percent <= -1 else Decimal("0.1"), rounding=ROUND_HALF_UP
    )
    if not percent and total < target:
        percent = Decimal("-0.1")  # a shortfall is never shown as none
    return CapsuleSet(doses=doses, total_mg=total, difference=percent)
