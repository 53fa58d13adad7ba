"""Fonts for our pages: DejaVu where the system has it, else the one inside Pillow."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, features

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@lru_cache(maxsize=64)
def font(size: int, *, bold: bool = False) -> Font:
    """A font of a size in pixels."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return ImageFont.load_default(size + 2 if bold else size)


def undrawn(text: str, *, bold: bool = False) -> str:
    """The letters of a text that the font cannot draw: it would show boxes in their place."""
    return "".join(char for char in text if not _drawn(char, bold=bold))


@lru_cache(maxsize=4096)
def _drawn(char: str, *, bold: bool) -> bool:
    if char.isspace() or unicodedata.category(char) == "Cf":  # nothing is to be seen of it
        return True
    if unicodedata.bidirectional(char) in ("R", "AL") and not _turns():
        return False
    return _form(char, bold=bold) != _form(_NOTHING, bold=bold)


_NOTHING = "\uffff"  # no font has a form for it


def _turns() -> bool:
    """Whether text that runs from right to left is laid out so."""
    return all(map(features.check, ("raqm", "fribidi")))


def _form(char: str, *, bold: bool) -> bytes:
    sheet = Image.new("L", (64, 64))
    ImageDraw.Draw(sheet).text((16, 16), char, 255, font(32, bold=bold))
    return sheet.tobytes()
