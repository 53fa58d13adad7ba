"""The dose ruler: 0 to the document's highest amount for a weight, and one's own dose on it."""

from __future__ import annotations

from bot.kb.dose_rules import DoseRules
from bot.reply.drawing import (
    AMBER,
    BLUE,
    GREY,
    INK,
    LINE,
    MARGIN,
    PALE_AMBER,
    PALE_RED,
    PALE_TEAL,
    RED,
    TEAL,
    WIDTH,
    Sheet,
)
from bot.turn.reply import DoseFigures

_RULER, _BAND, _TOP = 400, 56, 190
_STEPS = (5, 10, 20, 25, 50, 100)
_MOST_TICKS = 12
_BEYOND = 1.2  # how far the ruler goes on past the highest amount for a dose above it


def ruler_png(figures: DoseFigures, rules: DoseRules) -> bytes:
    """Draw the ruler. A dose above the highest amount lies on a red stretch past its end."""
    sheet = Sheet()
    above = figures.position == "above_maximum"
    scale = (WIDTH - 2 * MARGIN) / (figures.maximum_mg * (_BEYOND if above else 1))
    kg = f"{figures.weight_kg:g}"
    sheet.text((WIDTH / 2, 70), rules.say("ruler_title", kg=kg), 46, INK)
    _bands(sheet, figures, scale, rules)
    _ticks(sheet, figures.maximum_mg, scale)
    for key, mg, colour in (
        ("ruler_start", figures.start_max_mg, TEAL),
        ("ruler_average", figures.average_mg, BLUE),
        ("ruler_maximum", figures.maximum_mg, AMBER),
    ):
        x = MARGIN + mg * scale
        sheet.pin(x, _TOP + 45, _RULER, colour)
        at_edge = x > WIDTH - 2 * MARGIN
        side, anchor = (WIDTH - MARGIN / 2, "rm") if at_edge else (x, "mm")
        sheet.text((side, _TOP - 30), f"{mg:g} mg", 44, colour, anchor)
        sheet.text((side, _TOP + 16), rules.say(key), 30, colour, anchor)
    if figures.daily_mg is not None:
        _own(sheet, figures, scale, rules)
    sheet.text((WIDTH / 2, 685), rules.say("ruler_foot"), 28, GREY)
    return sheet.png()


def ruler_alt(figures: DoseFigures, rules: DoseRules) -> str:
    """The picture in words, as its caption."""
    said = rules.say(
        "ruler_alt",
        kg=f"{figures.weight_kg:g}",
        start=f"{figures.start_max_mg:g}",
        average=f"{figures.average_mg:g}",
        maximum=f"{figures.maximum_mg:g}",
    )
    if figures.daily_mg is None or figures.mg_per_kg is None:
        return f"{said} {rules.say('ruler_foot')}"
    own = rules.say("ruler_alt_own", daily=f"{figures.daily_mg:g}", ratio=f"{figures.mg_per_kg:g}")
    return f"{said} {own} {rules.say('ruler_foot')}"


def _bands(sheet: Sheet, figures: DoseFigures, scale: float, rules: DoseRules) -> None:
    """The labels' ranges under the ruler, where the US and the UK and EU differ."""
    start, usual = MARGIN + figures.start_max_mg * scale, MARGIN + figures.average_mg * scale
    end = MARGIN + figures.maximum_mg * scale
    box = (_RULER, _RULER + _BAND)
    sheet.draw.rectangle((start, box[0], usual, box[1]), fill=PALE_TEAL)
    sheet.draw.rectangle((usual, box[0], end, box[1]), fill=PALE_AMBER)
    if figures.position == "above_maximum":
        sheet.draw.rectangle((end, box[0], WIDTH - MARGIN, box[1]), fill=PALE_RED)
    sheet.draw.rectangle((MARGIN, box[0], end, box[1]), outline=LINE, width=3)
    for y, key, colour, fill in (
        (590, "ruler_usual", TEAL, PALE_TEAL),
        (632, "ruler_adults", AMBER, PALE_AMBER),
    ):
        sheet.draw.rectangle((MARGIN, y - 14, MARGIN + 44, y + 14), fill=fill, outline=colour)
        sheet.text((MARGIN + 62, y), rules.say(key), 30, colour, anchor="lm")


def _ticks(sheet: Sheet, maximum: float, scale: float) -> None:
    step = next((s for s in _STEPS if maximum / s <= _MOST_TICKS), _STEPS[-1])
    for mg in range(0, int(maximum) + 1, step):
        x = MARGIN + mg * scale
        sheet.draw.line((x, _RULER + _BAND, x, _RULER + _BAND + 14), fill=GREY, width=3)
        sheet.text((x, _RULER + _BAND + 32), str(mg), 26, GREY)


def _own(sheet: Sheet, figures: DoseFigures, scale: float, rules: DoseRules) -> None:
    daily = figures.daily_mg or 0
    above = figures.position == "above_maximum"
    x = min(MARGIN + daily * scale, WIDTH - MARGIN)
    colour = RED if above else INK
    sheet.pointer(x, _RULER + 4, colour)
    key = "ruler_own_above" if above else "ruler_own"
    words = rules.say(key, daily=f"{daily:g}", ratio=f"{figures.mg_per_kg:g}")
    sheet.text((x, _RULER + _BAND + 82), words, 34, colour)
