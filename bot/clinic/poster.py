"""A clinic's poster: its name, a QR code of its link, three example questions; A4 or a card.

Laid out once, in thousandths of the sheet's width, and drawn as SVG or as a picture. It is made
to be read in black and white as well: no meaning hangs on a colour.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from html import escape

import segno
from PIL import Image, ImageDraw

from bot.kb.replies import Replies
from bot.reply.fonts import font, undrawn
from bot.store.clinics import Clinic

DPI = 200
_INCH = 25.4  # mm
TALL = 1405  # thousandths of the width: A4 and A6 have the same form
_INK, _TEAL, _PALE, _WHITE, _GREY = "#16202c", "#0b6e69", "#e4f1ef", "#ffffff", "#4b5866"
_WIDE = 860  # for text
SIDE = 300  # of the code, at least: 31 mm on the card
_EXAMPLES = ("telegram.example_1", "telegram.example_2", "telegram.example_4")


class Size(StrEnum):
    """The sheet: A4 for a wall, A6 as a card for a waiting room."""

    A4 = "a4"
    CARD = "card"

    @property
    def millimetres(self) -> tuple[int, int]:
        """Width and height."""
        return (210, 297) if self is Size.A4 else (105, 148)


@dataclass(frozen=True, slots=True)
class Line:
    """A centred line: its middle ``y`` and its ``size``."""

    text: str
    y: int
    size: int
    bold: bool = False
    colour: str = _INK


@dataclass(frozen=True, slots=True)
class Box:
    """A filled box from ``left`` and ``top``, with round corners."""

    left: int
    top: int
    width: int
    height: int
    colour: str
    radius: int = 0


@dataclass(frozen=True, slots=True)
class Poster:
    """A laid-out poster. The code is a square of ``side`` at ``top``."""

    link: str
    alt: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    top: int
    side: int

    @property
    def code(self) -> segno.QRCode:
        """The code; a quarter of it may be dirty or torn."""
        return segno.make(self.link, error="q", micro=False)

    @property
    def undrawn(self) -> str:
        """The letters that only the SVG can show, each once."""
        found = (undrawn(line.text, bold=line.bold) for line in self.lines)
        return "".join(dict.fromkeys("".join(found)))


@dataclass
class _Column:
    """Lines set below each other; ``y`` is where the next one begins."""

    y: int
    lines: list[Line]

    def put(self, text: str, size: int, *, bold: bool = False, colour: str = _INK) -> None:
        """Set a text, in as many lines as it needs."""
        for piece in _pieces(text, size, bold=bold):
            self.lines.append(Line(piece, self.y + size * 13 // 20, size, bold, colour))
            self.y += size * 13 // 10


def lay_out(card: Clinic, link: str, username: str, replies: Replies) -> Poster:
    """Set a poster: a band with the name, the code in the middle, the clinic's figures below.

    Long texts are set smaller until the code has the room that a telephone needs.
    """
    for percent in (100, 90, 80, 70, 60):
        laid = _lay_out(card, link, username, replies, percent)
        if laid.side >= SIDE:
            break
    return laid


def _lay_out(card: Clinic, link: str, username: str, replies: Replies, percent: int) -> Poster:
    say = replies.say
    top = _Column(58, [])
    top.put(card.name, 54 * percent // 100, bold=True, colour=_WHITE)
    top.y += 14
    top.put(say("clinic.poster_heading"), 60 * percent // 100, bold=True, colour=_WHITE)
    band = Box(0, 0, 1000, top.y + 44, _TEAL)
    top.y = band.height + 30
    top.put(say("clinic.poster_lines"), 28)
    foot = _foot(card, 0, percent)
    ground = Box(0, TALL - foot.y - 56, 1000, foot.y + 56, _PALE)
    foot = _foot(card, ground.top + 28, percent)
    examples = [say(key) for key in _EXAMPLES]
    first = ground.top - 30 - 66 * len(examples)
    bubbles = [Box(170, first + 66 * at, 660, 54, _PALE, 27) for at in range(len(examples))]
    said = [
        Line(f"“{example}”", box.top + 27, 30)
        for example, box in zip(examples, bubbles, strict=True)
    ]
    heading = Line(say("clinic.poster_examples"), first - 26, 26, colour=_GREY)
    address = Line(f"t.me/{username}", first - 82, 34, bold=True, colour=_TEAL)
    room = address.y - 40 - (top.y + 30)
    side = min(450, room)
    code = top.y + 30 + (room - side) // 2
    alt = say("clinic.poster_alt", name=card.name, username=username, phone=card.phone)
    lines = (*top.lines, address, heading, *said, *foot.lines)
    return Poster(link, alt, (band, ground, *bubbles), lines, code, side)


def _foot(card: Clinic, y: int, percent: int) -> _Column:
    foot = _Column(y, [])
    foot.put(_figures(card), 30 * percent // 100, bold=True)
    if card.emergency:
        foot.put(card.emergency, 28 * percent // 100)
    return foot


def _figures(card: Clinic) -> str:
    return "  ·  ".join(filter(None, (card.phone, card.hours)))


def _pieces(text: str, size: int, *, bold: bool) -> list[str]:
    """A text in lines no wider than the column; a word that is wider is cut."""
    for characters in range(len(text), 0, -1):
        pieces = textwrap.wrap(text, characters)
        if all(_width(piece, size, bold=bold) <= _WIDE for piece in pieces):
            return pieces
    return [text]


def _width(text: str, size: int, *, bold: bool) -> float:
    """How wide a text is; a letter of another font as wide as the widest, those of East Asia."""
    return font(size, bold=bold).getlength(text) + size * len(undrawn(text, bold=bold))


def svg(poster: Poster, size: Size) -> bytes:
    """The poster as SVG; any script prints, with the fonts of the computer that prints it."""
    width, height = size.millimetres
    code = poster.code
    cells = code.symbol_size(border=0)[0]
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix)
        for x, dark in enumerate(row)
        if dark
    )
    left, scale = (1000 - poster.side) / 2, poster.side / cells
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 1000 {TALL}" role="img" font-family="DejaVu Sans, Arial, sans-serif">'
        f"<title>{escape(poster.alt)}</title>"
        f'<rect width="1000" height="{TALL}" fill="{_WHITE}"/>{"".join(_svg_parts(poster))}'
        f'<path transform="translate({left:g} {poster.top}) scale({scale:.4f})" d="{path}"/>'
        "</svg>\n"
    ).encode()


def _svg_parts(poster: Poster) -> Iterator[str]:
    for box in poster.boxes:
        yield (
            f'<rect x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}"'
            f' rx="{box.radius}" fill="{box.colour}"/>'
        )
    for line in poster.lines:
        weight = ' font-weight="bold"' if line.bold else ""
        yield (
            f'<text x="500" y="{line.y}" font-size="{line.size}"{weight} fill="{line.colour}"'
            f' text-anchor="middle" dominant-baseline="middle">{escape(line.text)}</text>'
        )


def _image(poster: Poster, size: Size) -> Image.Image:
    width, height = (round(side / _INCH * DPI) for side in size.millimetres)
    sheet = Image.new("RGB", (width, height), _WHITE)
    draw = ImageDraw.Draw(sheet)

    def scaled(thousandths: int) -> int:
        return thousandths * width // 1000

    for box in poster.boxes:
        right, bottom = box.left + box.width, box.top + box.height
        corners = (scaled(box.left), scaled(box.top), scaled(right), scaled(bottom))
        if bottom >= TALL:
            corners = (*corners[:3], height)
        draw.rounded_rectangle(corners, scaled(box.radius), fill=box.colour)
    for line in poster.lines:
        face = font(scaled(line.size), bold=line.bold)
        draw.text((width // 2, scaled(line.y)), line.text, line.colour, face, anchor="mm")
    code = poster.code
    scale = max(1, scaled(poster.side) // code.symbol_size(border=0)[0])
    png = io.BytesIO()
    code.save(png, kind="png", scale=scale, border=0)
    square = Image.open(png).convert("L")
    middle = scaled(poster.top) + (scaled(poster.side) - square.height) // 2
    sheet.paste(square, ((width - square.width) // 2, middle))
    return sheet


def png(poster: Poster, size: Size) -> bytes:
    """The poster as PNG, 200 dots per inch."""
    out = io.BytesIO()
    _image(poster, size).save(out, "PNG", optimize=True, dpi=(DPI, DPI))
    return out.getvalue()


def pdf(poster: Poster, size: Size) -> bytes:
    """The poster as a one-page PDF of the sheet's size."""
    out = io.BytesIO()
    _image(poster, size).save(out, "PDF", resolution=DPI, title=poster.alt)
    return out.getvalue()
