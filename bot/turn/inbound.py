"""What comes in: one thing a person did, already free of Telegram."""

from __future__ import annotations

import datetime as dt
import unicodedata
from enum import StrEnum

from pydantic import Field

from bot.kb.models import Frozen
from bot.turn.triage import Verdict

LONGEST = 4096  # Telegram's own limit for a message; the rest of a longer text is not read


class Where(StrEnum):
    """Where it was said; a group never sees a weight or a symptom echoed."""

    PRIVATE = "private"
    GROUP = "group"
    INLINE = "inline"


class Inbound(Frozen):
    """One message, command, button press or inline query.

    ``text``: what was typed, or the command a button stands for. ``passage``/``topic``: what a
    button asks to see; ``second``: a passage quoted after it. ``verdict``: what triage found where
    the words stayed behind in a group. ``at``: when, with a time zone; the turn has no clock.
    """

    text: str = ""
    at: dt.datetime = Field(default=dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    passage: str | None = None
    second: str | None = None
    topic: str | None = None
    verdict: Verdict = Verdict()


def clean(text: str) -> str:
    """A text as the rules read it: NFKC, no control characters, single spaces, bounded length.

    Line breaks stay, one for several: "no rash" in one line denies nothing in the next.
    """
    text = unicodedata.normalize("NFKC", text[: 4 * LONGEST])
    lines = (in_one_line("".join(map(_shown, line))) for line in text.splitlines())
    return "\n".join(filter(None, lines))[:LONGEST]


def in_one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


def _shown(char: str) -> str:
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn":
            return ""
    return char
