"""A page as a picture or a PDF in A4, worth handing over: boxes to tick, lines to write on."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.reply.drawing import GREY, INK, LINE, TEAL
from bot.reply.fonts import font

WIDTH, HEIGHT, DPI = 1240, 1754, 150  # A4
_MARGIN, _SIZE, _LEADING = 100, 27, 40
_CHARACTERS = 68  # a line, at full size
_SMALLEST = 0.55  # of the full size; more than that holds makes the page longer
BOX = "☐"  # begins a line that is to be ticked off; a bullet begins any other point
_BULLETS = (f"{BOX} ", "• ")
_RULED = 3  # lines to write on, at least, before "notes" is worth a heading


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line; ``kind``: title, about, heading, box, point, more (of these) or plain."""

    text: str
    kind: str


def _rows(lines: Sequence[str], scale: float) -> list[_Row]:
    rows: list[_Row] = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        kind = "plain"
        if number == 0:
            kind = "title"
        elif number == 1:
            kind = "about"
        elif line.startswith(_BULLETS):
            kind = "box" if line.startswith(BOX) else "point"
        elif following.startswith(_BULLETS):
            kind = "heading"
        bare = line[2:] if kind in ("box", "point") else line
        wrapped = textwrap.wrap(bare, round(_CHARACTERS / scale)) or [""]
        rows.append(_Row(wrapped[0], kind))
        more = "more" if kind in ("box", "point") else kind
        rows += [_Row(piece, more) for piece in wrapped[1:]]
    return rows


def _draw(lines: Sequence[str], name: str, notes: str) -> Image.Image:
    """The page; ``name`` and ``notes`` label what is left to be filled in by hand."""
    scale = 1.0
    while scale > _SMALLEST and _height(_rows(lines, scale), scale) > HEIGHT - 2 * _MARGIN:
        scale -= 0.05
    rows = _rows(lines, scale)
    height = max(HEIGHT, round(_height(rows, scale)) + 2 * _MARGIN)
    sheet = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((WIDTH - 520, _MARGIN + 12), name, INK, font(_SIZE))
    draw.line((WIDTH - 430, _MARGIN + 44, WIDTH - _MARGIN, _MARGIN + 44), fill=LINE, width=2)
    y = float(_MARGIN)
    for row in rows:
        _draw_row(draw, row, y, scale)
        y += _step(row, scale)
    _draw_notes(draw, notes, round(y) + 30, height)
    return sheet


def _height(rows: Sequence[_Row], scale: float) -> float:
    return sum(_step(row, scale) for row in rows)


def _step(row: _Row, scale: float) -> float:
    if row.kind == "title":
        return 74
    return (_LEADING + (14 if row.kind == "heading" else 0)) * scale


def _draw_row(draw: ImageDraw.ImageDraw, row: _Row, y: float, scale: float) -> None:
    size = round(_SIZE * scale)
    if row.kind == "title":
        draw.text((_MARGIN, y), row.text, TEAL, font(46, bold=True))
    elif row.kind == "about":
        draw.text((_MARGIN, y), row.text, GREY, font(round(size * 0.85)))
    elif row.kind == "heading":
        draw.text((_MARGIN, y), row.text, TEAL, font(size, bold=True))
        rule = y + _LEADING * scale
        draw.line((_MARGIN, rule, WIDTH - _MARGIN, rule), fill=LINE, width=2)
    else:
        left = _MARGIN
        if row.kind in ("box", "point", "more"):
            left += round(44 * scale)
        if row.kind == "box":
            draw.rectangle(
                (_MARGIN, y + 4, _MARGIN + size - 3, y + 1 + size), outline=INK, width=2
            )
        if row.kind == "point":
            draw.text((_MARGIN + size // 4, y), "•", INK, font(size))
        draw.text((left, y), row.text, INK, font(size))


def _draw_notes(draw: ImageDraw.ImageDraw, notes: str, top: int, height: int) -> None:
    """Lines to write on, in the room that is left."""
    room = range(top + 100, height - _MARGIN + 1, 62)
    if len(room) < _RULED:
        return
    draw.text((_MARGIN, top), notes, TEAL, font(_SIZE, bold=True))
    for y in room:
        draw.line((_MARGIN, y, WIDTH - _MARGIN, y), fill=LINE, width=2)


def png(lines: Sequence[str], name: str, notes: str) -> bytes:
    """The page as PNG."""
    out = io.BytesIO()
    _draw(lines, name, notes).quantize(32).save(out, "PNG", optimize=True)
    return out.getvalue()


def pdf(lines: Sequence[str], name: str, notes: str) -> bytes:
    """The page as PDF."""
    out = io.BytesIO()
    _draw(lines, name, notes).save(out, "PDF", resolution=DPI, title=lines[0])
    return out.getvalue()
