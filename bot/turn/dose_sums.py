"""The calculator's arithmetic, exact in decimals: the only formula is weight × limit.

No number of the document stands here; the limits are in ``dose.yaml``.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal

from bot.kb.dose_rules import DoseRules
from bot.turn.dose_request import DoseRequest
from bot.turn.figures_scan import Dose, Weight
from bot.turn.reply import DoseFigures

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


def dose_figures(request: DoseRequest, rules: DoseRules) -> DoseFigures:
    """The figures of a request that has a weight and no problem; each limit rounded down."""
    weight = weight_of(request)
    daily = daily_mg(request)
    ratio = position = None
    if daily is not None:
        position = _position(daily, weight.kg, rules)
        ratio = _ratio(daily / weight.kg, rules)
    return DoseFigures(
        weight_kg=float(weight.kg.quantize(TENTH, rounding=ROUND_HALF_UP)),
        start_max_mg=float(limit_mg(weight.kg, rules.limits.start.mg_per_kg)),
        average_mg=float(limit_mg(weight.kg, rules.limits.average.mg_per_kg)),
        maximum_mg=float(limit_mg(weight.kg, rules.limits.maximum.mg_per_kg)),
        daily_mg=None if daily is None else float(rounded(daily)),
        mg_per_kg=None if ratio is None else float(ratio),
        position=position,
    )


def limit_mg(kg: Decimal, mg_per_kg: Decimal) -> Decimal:
    """Weight × limit, in mg a day, cut (never rounded up) to 0.1 mg."""
    return (kg * mg_per_kg).quantize(TENTH, rounding=ROUND_DOWN)


def daily_mg(request: DoseRequest) -> Decimal | None:
    """The person's own dose in mg a day, exact."""
    if request.daily is not None:
        return request.daily.mg
    return None if request.ratio is None else request.ratio * weight_of(request).kg


def plain(value: Decimal) -> str:
    """A decimal without trailing zeros: 70, 70.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(daily: Dose) -> str:
    """A dose as it was said: "40 mg a day", or "40 mg" where nothing said that it is a day's."""
    return f"{plain(daily.mg or Decimal(0))} mg{' a day' if daily.said_daily else ''}"


def shown_kg(kg: Decimal) -> str:
    """A weight as the working shows it: cut to 0.01 kg, so that the sum shown comes out."""
    return plain(kg.quantize(HUNDREDTH, rounding=ROUND_DOWN))


def rounded(daily: Decimal) -> Decimal:
    """A daily dose as it is shown."""
    return daily.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


def weight_of(request: DoseRequest) -> Weight:
    """The weight of a request that has one."""
    if request.weight is None:
        raise ValueError("a request without a weight has no figures")
    return request.weight


def _position(daily: Decimal, kg: Decimal, rules: DoseRules) -> str:
    """Where a daily dose lies, from the exact amounts, not from rounded ones."""
    limits = rules.limits
    for name, limit in (
        ("within_start", limits.start),
        ("within_average", limits.average),
        ("within_maximum", limits.maximum),
    ):
        if daily <= limit.mg_per_kg * kg:
            return name
    return "above_maximum"


def _ratio(ratio: Decimal, rules: DoseRules) -> Decimal:
    """Mg per kg to 0.01; rounded up where rounding would hide that a limit is passed."""
    near = ratio.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
    limits = rules.limits
    for limit in (limits.start, limits.average, limits.maximum):
        if near <= limit.mg_per_kg < ratio:
            return ratio.quantize(HUNDREDTH, rounding=ROUND_UP)
        if ratio <= limit.mg_per_kg < near:
            return ratio.quantize(HUNDREDTH, rounding=ROUND_DOWN)
    return near
