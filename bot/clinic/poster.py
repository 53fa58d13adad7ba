"""A clinic's poster: its name, a QR code of its link, three example questions; A4 or a card."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from enum import StrEnum
from html import escape

import segno
from PIL import Image, ImageDraw

from bot.kb.replies import Replies
from bot.reply.fonts import font
from bot.store.clinics import Clinic

DPI = 200
_INCH = 25.4  # mm
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
    """A centred line: its middle ``y`` and its ``size``, in thousandths of the sheet's width."""

    text: str
    y: int
    size: int
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Poster:
    """A laid-out poster. The code is a square of ``side`` at ``top``, in the same thousandths."""

    link: str
    alt: str
    lines: tuple[Line, ...]
    top: int = 430
    side: int = 470

    @property
    def code(self) -> segno.QRCode:
        """The code; a quarter of it may be dirty or torn."""
        return segno.make(self.link, error="q", micro=False)


def lay_out(card: Clinic, link: str, username: str, replies: Replies) -> Poster:
    """Set a poster's lines."""
    say = replies.say
    lines: list[Line] = []

    def put(text: str, y: int, size: int, width: int, *, bold: bool = False) -> int:
        for piece in textwrap.wrap(text, width):
            lines.append(Line(piece, y, size, bold))
            y += size * 13 // 10
        return y

    y = put(card.name, 95, 52, 30, bold=True)
    y = put(say("clinic.poster_heading"), y + 25, 58, 28, bold=True)
    put(say("clinic.poster_lines"), y + 15, 30, 56)
    y = put(f"t.me/{username}", 940, 34, 50, bold=True)
    y = put(say("clinic.poster_examples"), y + 25, 32, 50)
    for example in _EXAMPLES:
        y = put(f"“{say(example)}”", y, 34, 50)
    y = put(" ".join(filter(None, (card.phone, card.hours))), y + 25, 30, 56)
    if card.emergency:
        put(card.emergency, y, 30, 56, bold=True)
    alt = say("clinic.poster_alt", name=card.name, username=username, phone=card.phone)
    return Poster(link, alt, tuple(lines))


def svg(poster: Poster, size: Size) -> bytes:
    """The poster as SVG; any script prints, with the fonts of the computer that prints it."""
    width, height = size.millimetres
    tall = 1000 * height // width
    code = poster.code
    cells = code.symbol_size(border=0)[0]
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix)
        for x, dark in enumerate(row)
        if dark
    )
    texts = "".join(_svg_line(line) for line in poster.lines)
    left, scale = (1000 - poster.side) / 2, poster.side / cells
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 1000 {tall}" role="img" font-family="DejaVu Sans, Arial, sans-serif">'
        f"<title>{escape(poster.alt)}</title>"
        f'<rect width="1000" height="{tall}" fill="#fff"/>{texts}'
        f'<path transform="translate({left:g} {poster.top}) scale({scale:.4f})" d="{path}"/>'
        "</svg>\n"
    ).encode()


def _svg_line(line: Line) -> str:
    weight = ' font-weight="bold"' if line.bold else ""
    return (
        f'<text x="500" y="{line.y}" font-size="{line.size}"{weight} text-anchor="middle"'
        f' dominant-baseline="middle">{escape(line.text)}</text>'
    )


def _image(poster: Poster, size: Size) -> Image.Image:
    width, height = (round(side / _INCH * DPI) for side in size.millimetres)
    sheet = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(sheet)
    for line in poster.lines:
        at = (width // 2, line.y * width // 1000)
        face = font(line.size * width // 1000, bold=line.bold)
        draw.text(at, line.text, fill=0, font=face, anchor="mm")
    side = poster.side * width // 1000
    code = poster.code
    scale = max(1, side // code.symbol_size(border=0)[0])
    png = io.BytesIO()
    code.save(png, kind="png", scale=scale, border=0)
    square = Image.open(png).convert("L")
    left = (width - square.width) // 2
    sheet.paste(square, (left, poster.top * width // 1000 + (side - square.height) // 2))
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
