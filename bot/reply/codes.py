"""What a button sends back: ``v1|<letter>|<target>``, at most 64 bytes, and never trusted."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from bot.turn.reply import DoseFigures, Suggestion

MOST = 64  # bytes, Telegram's limit
_CODE = re.compile(r"v1\|([a-z])\|(.{0,59})", re.DOTALL)


class Press(StrEnum):
    """What a button asks for. The letters are in messages already sent: never change one."""

    PASSAGE = "p"
    TOPIC = "t"
    SAY = "c"  # says its target, as if typed
    SECTION = "s"
    AUTHORITIES = "w"
    OTHER = "n"  # not what I asked
    HELPED = "u"
    DID_NOT_HELP = "d"
    LIST = "l"  # add to my list
    DO = "x"  # an action of the Telegram side: "visit.clear"


@dataclass(frozen=True, slots=True)
class Code:
    """A code, read."""

    press: Press
    target: str


def code(press: Press, target: str) -> str | None:
    """The code of a button, or None where it would be too long for Telegram."""
    text = f"v1|{press.value}|{target}"
    return text if len(text.encode()) <= MOST else None


def mark(figures: DoseFigures | dt.date | None) -> str:
    """What a button under a dose or a course's dates carries: which ones it stands under.

    Behind its colon the target ``course:2027-03-01`` has a first day, and ``dose:70/40`` a weight
    in kg with the person's own mg a day.
    """
    if isinstance(figures, DoseFigures):
        own = "" if figures.daily_mg is None else f"/{figures.daily_mg:g}"
        return f"{figures.weight_kg:g}{own}"
    return figures.isoformat() if figures else ""


def of(offered: Suggestion) -> str | None:
    """The code of a suggestion."""
    if offered.passage is not None:
        return code(Press.PASSAGE, offered.passage)
    if offered.topic is not None:
        return code(Press.TOPIC, offered.topic)
    return code(Press.SAY, offered.command or "")


def read_code(text: str) -> Code | None:
    """A code as it came back, or None where it is none of this version's."""
    found = _CODE.fullmatch(text)
    if found is None or len(text.encode("utf-8", "surrogatepass")) > MOST:
        return None
    try:
        return Code(Press(found[1]), found[2])
    except ValueError:
        return None
