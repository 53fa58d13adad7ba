"""The page for the visit is one page, whatever is on it, and has room to write."""

from __future__ import annotations

import io

from PIL import Image

from bot.reply import sheet

HEAD = ["For my next visit", "Made on 1 March 2027."]


def page(items: int) -> Image.Image:
    lines = [*HEAD, "", "Questions", *(f"☐ question {number}" for number in range(items))]
    return Image.open(io.BytesIO(sheet.png(lines, "Name:", "Notes")))


def test_a_full_list_still_is_one_page() -> None:
    assert page(3).size == page(60).size == (sheet.WIDTH, sheet.HEIGHT)


def test_a_short_list_leaves_ruled_lines_and_a_full_one_loses_nothing() -> None:
    lower = (0, sheet.HEIGHT // 2, sheet.WIDTH, sheet.HEIGHT)
    assert len(page(3).crop(lower).convert("L").getcolors() or []) > 1
    assert page(120).height > sheet.HEIGHT  # longer than a page rather than cut


def test_the_pdf_is_one_sheet_of_a4() -> None:
    made = sheet.pdf(HEAD, "Name:", "Notes")
    assert made.startswith(b"%PDF")
    assert made.count(b"/MediaBox") == 1
    assert b"595.2" in made
