"""Bars as inline SVG, without a style of their own: the style sheet colours them."""

from __future__ import annotations

from markupsafe import Markup, escape

from bot.dashboard.report import Section

WIDTH, HEIGHT = 360, 150
LEFT, TOP, BOTTOM = 30, 10, 22
WEEK = 7  # columns that have room for the names of days
STUB = 4  # height of a bar that stands for fewer than five people


def columns(section: Section, name: str) -> Markup:
    """A column for each row, its label under every few of them. The table beside it says more."""
    rows, most = section.rows, section.most
    step = (WIDTH - LEFT) / max(len(rows), 1)
    tall = HEIGHT - TOP - BOTTOM
    foot = HEIGHT - BOTTOM
    every = 1 if len(rows) <= WEEK else 4
    parts = [
        Markup('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
            LEFT, foot, WIDTH, foot
        ),
        Markup('<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>').format(
            LEFT - 4, TOP + 8, most
        ),
        Markup('<text class="tick" x="{}" y="{}" text-anchor="end">0</text>').format(
            LEFT - 4, foot
        ),
    ]
    for at, row in enumerate(rows):
        number = row.numbers[0]
        x, wide = LEFT + at * step + step * 0.12, step * 0.76
        if number != 0:
            high = STUB if number is None else max(STUB, tall * number / most)
            parts.append(
                Markup(
                    '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                    "<title>{}: {}</title></rect>"
                ).format(
                    "few" if number is None else "bar",
                    x, foot - high, wide, high, row.label, row.shown[0],
                )
            )  # fmt: skip
        if at % every == 0:
            parts.append(
                Markup(
                    '<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>'
                ).format(x + wide / 2, HEIGHT - 6, _short(row.label, week=len(rows) == WEEK))
            )
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, escape(name), Markup("").join(parts))


def _short(label: str, *, week: bool) -> str:
    """``Mon 1 Mar`` as ``Mon`` or ``1``, ``07:00`` as ``07``."""
    name, *rest = label.removesuffix(":00").split()
    return rest[0] if rest and not week else name


def bar(number: int | None, most: int) -> Markup:
    """A thin bar beside a number; screen readers pass it by."""
    wide = 0.0 if number is None else 100 * number / most
    return Markup(
        '<svg class="line" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="bar" width="{:.1f}" height="6"/></svg>'
    ).format(wide)
