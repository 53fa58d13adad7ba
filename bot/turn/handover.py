"""A question handed over to a clinic's people: who may send what when. Pure.

A ``Thread`` is one conversation of one person with one clinic. It is a draft until the person
consents, open until either side closes it, and then kept for 30 days without a word of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from enum import IntEnum
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from bot.kb.models import Frozen
from bot.turn.hours import is_open, read_hours

LONGEST = 1500  # of a person's message to the clinic, as Telegram counts
LONGEST_CAPTION = 700  # beside a picture: Telegram's own limit is 1,024 with what we add
LONGEST_REPLY = 3500  # characters of the clinic's reply: it fits one message with its heading
SHORTEST_WAIT, LONGEST_WAIT = 5, 7 * 24 * 60  # minutes that a reply may take
MOST_UNANSWERED = 3  # messages before the clinic has replied to any
MOST_A_DAY = 10
DAY = 24 * 3600.0
DRAFT_LASTS = 25 * 60.0  # seconds; what is older goes within the half hour that people are told
IDLE = 7 * DAY  # without a word from either side a conversation is closed
_LETTERS = "ACDEFHJKLMNPRTUVWXY"  # none is taken for a digit or another letter
_TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))  # direction


class Handover(Frozen):
    """What a clinic has set. ``timeout``: minutes after which the phone number is shown.

    ``group``: the staff group's chat, once a group is bound. ``changes``: how often another
    group was bound or it was let go.
    """

    on: bool = False
    hours: str = "Mon-Fri 9-17"
    tz: str = "UTC"
    timeout: int = Field(default=240, ge=SHORTEST_WAIT, le=LONGEST_WAIT)
    photos: bool = False
    group: int | None = None
    changes: int = Field(default=0, ge=0)

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        read_hours(value)
        return value

    @field_validator("tz")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError('a time zone has a name like "Europe/Berlin"') from None
        return value

    def bound_to(self, group: int | None) -> Handover:
        """With another staff group, or none."""
        return self.model_copy(update={"group": group, "changes": self.changes + 1})

    def open_at(self, at: dt.datetime) -> bool:
        """Whether the clinic reads messages then."""
        return is_open(read_hours(self.hours), at.astimezone(ZoneInfo(self.tz)))

    def spoken_hours(self) -> str:
        """The hours as people read them: "Mon-Fri 9-17 (Berlin time)"."""
        return f"{self.hours} ({self.tz.rpartition('/')[2].replace('_', ' ')} time)"


class State(IntEnum):
    """Where a conversation stands. Numbers are stored: never change one."""

    DRAFT = 0
    OPEN = 1
    CLOSED = 2


class Draft(Frozen):
    """What the person wrote then and has not consented to send.

    ``message``: its number, ``joined``: of those after it that were put together with it.
    """

    text: str
    photo: str | None = None
    message: int = 0
    joined: tuple[int, ...] = ()
    at: float = 0.0

    def of(self, number: int | None) -> bool:
        """Whether a message is the one, or a piece of it."""
        return number in (self.message, *self.joined)

    def over(self, at: float) -> bool:
        """Whether it is too old to be sent, or kept."""
        return at - self.at > DRAFT_LASTS

    @property
    def digest(self) -> str:
        """What binds a consent to exactly this."""
        return hashlib.sha256(f"{self.text}\0{self.photo}".encode()).hexdigest()[:12]


class Thread(Frozen):
    """One conversation. ``id`` is 0 until it is stored.

    ``asked``: since when the person waits for a reply, ``unanswered``: with how many messages.
    ``told``: that nobody answered in time. ``sends``: when messages were sent in the last day.
    ``last``: the person's message that was sent last, ``joined``: those that were put together
    with it; ``consent``: our message with the button
    that sent it. ``active``: when either side last wrote. ``opened``: when the person wrote
    first, by Telegram's clock. ``timeout``: the minutes that the person was told.
    """

    id: int = 0
    clinic: str
    state: State = State.DRAFT
    draft: Draft | None = None
    asked: float | None = None
    unanswered: int = 0
    told: bool = False
    sends: tuple[float, ...] = ()
    last: int | None = None
    joined: tuple[int, ...] = ()
    consent: int | None = None
    active: float = 0.0
    opened: float = 0.0
    timeout: int = 240

    @property
    def open(self) -> bool:
        """Whether either side may write."""
        return self.state is State.OPEN

    @property
    def tag(self) -> str:
        """What the clinic calls the person; never given to another conversation."""
        return tag_of(self.id)

    def covers(self, posted: int) -> bool:
        """Whether a message of ours that was posted then can be of this conversation.

        A database that was lost begins its numbers anew, and groups keep the old messages.
        """
        return posted >= int(self.opened)

    def drafted(self, draft: Draft, clinic: str) -> Thread:
        """With something written; a closed conversation, or another clinic's, is left behind."""
        if self.state is State.DRAFT or (self.open and self.clinic == clinic):
            return self.model_copy(update={"draft": draft, "clinic": clinic})
        return Thread(clinic=clinic, draft=draft, sends=self.sends)

    def refused(self) -> Thread:
        """Without what was written."""
        return self.model_copy(update={"draft": None})

    def sent(self, at: float, timeout: int, consent: int | None = None) -> Thread:
        """With the draft sent; the person waits."""
        update = {
            "state": State.OPEN,
            "draft": None,
            "asked": at if self.asked is None or self.told else self.asked,
            "unanswered": self.unanswered + 1,
            "told": False,
            "sends": (*self._day(at), at),
            "last": self.draft.message if self.draft else None,
            "joined": self.draft.joined if self.draft else (),
            "consent": consent,
            "opened": self.opened or (self.draft.at if self.draft else 0.0),
            "active": at,
            "timeout": timeout,
        }
        return self.model_copy(update=update)

    def answered(self, at: float) -> Thread:
        """With a reply of the clinic."""
        update = {"asked": None, "unanswered": 0, "told": False, "active": at}
        return self.model_copy(update=update)

    def waited(self) -> Thread:
        """With the person told that nobody answered in time."""
        return self.model_copy(update={"told": True})

    def closed(self, at: float) -> Thread:
        """Over."""
        update = {"state": State.CLOSED, "draft": None, "asked": None, "active": at}
        return self.model_copy(update=update)

    def too_much(self, at: float) -> Literal["unanswered", "day"] | None:
        """Why no more may be sent now."""
        if self.open and self.unanswered >= MOST_UNANSWERED:
            return "unanswered"
        return "day" if len(self._day(at)) >= MOST_A_DAY else None

    def _day(self, at: float) -> tuple[float, ...]:
        return tuple(one for one in self.sends if one > at - DAY)

    @property
    def due(self) -> float | None:
        """When we must act on an open conversation: nobody answered, or nobody writes."""
        if not self.open:
            return None
        if self.asked is not None and not self.told:
            return self.asked + 60.0 * self.timeout
        return self.active + IDLE


class Relay(Frozen):
    """What goes to the other side, as a row of the inbox of its own.

    To the ``staff``: ``question``, or a note (the key of a text), with ``ids`` of our messages
    to delete: chat and number; a number alone, as it was kept once, is of the group of now.
    To the ``patient``: ``reply``, ``closed``, ``lost`` or ``due``,
    with the time ``due`` that was over when the row was made. ``group``: whom ``moved`` is for,
    the group that answered for the clinic before.
    """

    to: Literal["staff", "patient"]
    what: str
    clinic: str
    thread: int
    text: str = ""
    photo: str | None = None
    ids: tuple[tuple[int, int] | int, ...] = ()
    due: float = 0.0
    group: int | None = None

    @property
    def tag(self) -> str:
        """What the clinic calls the person."""
        return tag_of(self.thread)


def tag_of(number: int) -> str:
    """The tag of a conversation's number: K7."""
    return f"{_LETTERS[number % len(_LETTERS)]}{number // len(_LETTERS) + 1}"


def read_tag(tag: str) -> int | None:
    """The number of a tag; None where it is none."""
    found = re.fullmatch(rf"([{_LETTERS}])([1-9]\d{{0,12}})", tag)
    if found is None:
        return None
    return (int(found[2]) - 1) * len(_LETTERS) + _LETTERS.index(found[1])


def plain(text: str) -> str:
    """A text as it is shown and sent: no control characters, nothing that turns the direction."""
    kept = (
        char
        for char in text.replace("\r\n", "\n")
        if char == "\n"
        or not (unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") or char in _TURNING)
    )
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip()
