"""A page of text as a picture or a PDF in A4, worth handing over."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence

from PIL import Image, ImageDraw

from bot.reply.fonts import font

WIDTH, HEIGHT, DPI = 1240, 1754, 150  # A4
_MARGIN, _SIZE, _LEADING = 100, 27, 38
_CHARACTERS = 72  # a line


def _draw(lines: Sequence[str]) -> Image.Image:
    rows: list[tuple[str, bool]] = []
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        heading = number == 0 or (not line.startswith("•") and following.startswith("•"))
        indent = "   " if line.startswith("•") else ""
        wrapped = textwrap.wrap(line, _CHARACTERS, subsequent_indent=indent) or [""]
        rows += [(piece, heading) for piece in wrapped]
    height = max(HEIGHT, 2 * _MARGIN + len(rows) * _LEADING)
    sheet = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    y = _MARGIN
    for text, heading in rows:
        draw.text((_MARGIN, y), text, fill="black", font=font(_SIZE, bold=heading))
        y += _LEADING
    return sheet


def png(lines: Sequence[str]) -> bytes:
    """The page as PNG."""
    out = io.BytesIO()
    _draw(lines).convert("L").save(out, "PNG", optimize=True)
    return out.getvalue()


def pdf(lines: Sequence[str]) -> bytes:
    """The page as PDF; more lines than a page holds make it longer, not smaller."""
    out = io.BytesIO()
    _draw(lines).convert("L").save(out, "PDF", resolution=DPI, title=lines[0])
    return out.getvalue()
