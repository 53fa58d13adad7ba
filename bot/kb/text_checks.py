"""What is checked of a text: two ask the same, a number stands in it, a cut is inside a word."""

from __future__ import annotations

import re
from decimal import Decimal


def same_question(text: str) -> str:
    """What two texts share that are the same question but for case, marks and spaces."""
    return re.sub(r"\W+", " ", text.casefold()).strip() or text


def stands_in(amount: Decimal, text: str) -> bool:
    """Whether a text has this very number: 0.5 or 0,5, and not as a part of 10.5 or 0.55."""
    digits = re.escape(f"{amount.normalize():f}").replace(r"\.", "[.,]")
    return re.search(rf"(?<!\d)(?<!\d[.,]){digits}(?![.,]?\d)", text) is not None


def inside_word(text: str, at: int) -> bool:
    """Whether cutting before character ``at`` would cut a word or a number such as 0.5."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return True
    decimal = (before in ".," and after.isdigit() and text[at - 2 : at - 1].isdigit()) or (
        after in ".," and before.isdigit() and text[at + 1 : at + 2].isdigit()
    )
    return decimal or (before in "-'’" and after.isalnum() and text[at - 2 : at - 1].isalnum())
