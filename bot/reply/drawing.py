"""What our pictures share: a light card with its own ground, readable in dark and light themes."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1280, 720
MARGIN = 90
PAPER, INK, GREY, LINE = "#f7f8fa", "#16202c", "#4b5866", "#c8d0d9"
TEAL, AMBER, RED, BLUE = "#0b7a75", "#b45f06", "#b3261e", "#1f4e9e"
PALE_TEAL, PALE_AMBER, PALE_RED = "#cfe9e6", "#f8e0bf", "#f6d5d1"


@dataclass
class Sheet:
    """A picture being drawn; coordinates are pixels from the top left."""

    image: Image.Image = field(default_factory=lambda: Image.new("RGB", (WIDTH, HEIGHT), PAPER))

    def __post_init__(self) -> None:
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self, at: tuple[float, float], words: str, size: int, colour: str, anchor: str = "mm"
    ) -> None:
        """Write words, moved sideways where they would leave the picture."""
        font = ImageFont.load_default(size)
        left, _, right, _ = self.draw.textbbox(at, words, font=font, anchor=anchor)
        x = at[0] + max(0, MARGIN / 3 - left) - max(0, right - (WIDTH - MARGIN / 3))
        self.draw.text((x, at[1]), words, fill=colour, font=font, anchor=anchor)

    def pin(self, x: float, top: float, bottom: float, colour: str) -> None:
        """A vertical mark with a dot at its foot."""
        self.draw.line((x, top, x, bottom), fill=colour, width=6)
        self.draw.ellipse((x - 11, bottom - 11, x + 11, bottom + 11), fill=colour)

    def pointer(self, x: float, tip: float, colour: str) -> None:
        """A triangle that points up at ``tip``."""
        self.draw.polygon([(x, tip), (x - 20, tip + 36), (x + 20, tip + 36)], fill=colour)

    def png(self) -> bytes:
        """The picture as a PNG file; the same drawing gives the same bytes."""
        file = io.BytesIO()
        self.image.save(file, "PNG", optimize=True)
        return file.getvalue()
