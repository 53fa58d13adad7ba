"""What the Telegram side keeps beside the turn's memory: of a talk, and of a person.

Neither holds a text that the person typed. A ``Talk`` ends after 30 minutes; ``Kept`` stays until
it is deleted, and is empty until the person asks for something that needs it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError

from bot.kb.models import Frozen
from bot.turn.memory import Memory
from bot.turn.reply import DoseFigures, Reply

VOTES_KEPT = 20
SEEN_KEPT = 120  # more than there are passages and gaps
LIST_LONGEST = 40
NINE = dt.time(9)
_OFFSET = re.compile(r"UTC([+-])(\d{2}):(\d{2})")


def zone_of(name: str) -> dt.tzinfo:
    """The zone called by an IANA name or ``UTC+05:30``; UTC where it is unknown."""
    if found := _OFFSET.fullmatch(name):
        off = dt.timedelta(hours=int(found[2]), minutes=int(found[3]))
        return dt.timezone(-off if found[1] == "-" else off)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


class Talk(Frozen):
    """A conversation in one chat.

    ``asked``/``shown``: message ids of the person's last message and of our answer to it; an
    answer that stays as it is when the message is edited has none. ``album``: that of which a
    piece was answered last. ``about``: the passage or topic shown last; ``seen``: all that were
    shown or offered since the last question; ``dated``: the message that told the course's first
    day; ``voted``: our messages whose thumbs are used;
    ``asking``: a question of ours that this side reads (``zone exam`` ...); ``answered``: the one
    that ``asked`` answers; ``aside``: the one that was left open for something else.
    """

    memory: Memory = Memory()
    asked: int | None = None
    shown: int | None = None
    album: str | None = None
    about: str | None = None
    seen: tuple[str, ...] = ()
    voted: tuple[int, ...] = ()
    dose: DoseFigures | None = None
    course: dt.date | None = None
    dated: int | None = None
    asking: str | None = None
    answered: str | None = None
    aside: str | None = None

    @classmethod
    def read(cls, stored: str | None) -> Talk:
        """The talk as stored; an empty one where nothing, or nothing readable, is stored."""
        try:
            return cls.model_validate_json(stored) if stored else cls()
        except ValidationError:
            return cls()

    def after(self, memory: Memory, reply: Reply) -> Talk:
        """The talk after a turn; without a dose shown before where none may be given now."""
        dose = None if memory.barred else reply.dose or self.dose
        return self.model_copy(update={"memory": memory, "dose": dose})

    def stored(self) -> str:
        """The talk as JSON; "" where there is nothing to keep."""
        untold = self.only_has("memory", "asked", "shown") and self.memory.only_has("at")
        return "" if untold else self.model_dump_json(exclude_defaults=True)


class Dosed(Frozen):
    """A dose range that the person put on the list."""

    on: dt.date
    figures: DoseFigures


class Reminder(Frozen):
    """One reminder: on which day, at nine o'clock in the person's own zone.

    ``on``: the day of the exam, or the end of the course. ``first``: the day that was asked for,
    or on which the course began, from which the months are counted; None where it is ``on``.
    ``again``: the day a snoozed one comes once more.
    """

    what: Literal["exam", "end"]
    on: dt.date
    first: dt.date | None = None
    again: dt.date | None = None

    @property
    def comes(self) -> dt.date:
        """The day it is sent."""
        return self.again or self.on


class Kept(Frozen):
    """All that lasts about a person. ``zone``: an IANA name or ``UTC+05:30``."""

    clinic: str | None = None
    items: tuple[str, ...] = Field(default=(), max_length=LIST_LONGEST)
    effects: tuple[str, ...] = ()
    doses: tuple[Dosed, ...] = ()
    course: dt.date | None = None
    zone: str | None = None
    reminders: tuple[Reminder, ...] = ()

    @classmethod
    def read(cls, stored: str | None) -> Kept:
        """What is kept; nothing where the stored form cannot be read any more."""
        try:
            return cls.model_validate_json(stored) if stored else cls()
        except ValidationError:
            return cls()

    def tz(self) -> dt.tzinfo:
        """The person's time zone."""
        return zone_of(self.zone or "UTC")

    def due(self) -> float | None:
        """When the next reminder is, in seconds since 1970: nine o'clock where the person is."""
        days = [one.comes for one in self.reminders]
        if not days:
            return None
        return dt.datetime.combine(min(days), NINE, self.tz()).timestamp()

    def stored(self) -> str:
        """As JSON; "" where nothing is kept."""
        return "" if self == Kept() else self.model_dump_json(exclude_defaults=True)
