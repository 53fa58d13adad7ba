"""The values that go into the store and come out of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.turn.handover import Thread


def own_number(said: str) -> int:
    """A number for a row of our own: below 0, and the same for the same ``said``."""
    return -int.from_bytes(hashlib.sha256(said.encode()).digest()[:7], "big") - 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update on its way into the inbox. ``lane`` is what must stay in order."""

    update_id: int
    lane: str
    kind: str
    raw: str | None  # None where it cannot be read: then it is dead at once
    chat_id: int = 0
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row in our hands. ``claims`` and ``failures`` count this row's tries so far.

    ``age``: seconds since it came, by the database's clock; ours may differ.
    ``followed``: other rows of its lane wait behind it.
    """

    id: int
    update_id: int
    lane: str
    kind: str
    raw: str
    chat_id: int
    user_id: int
    received: float
    claims: int
    failures: int
    sent: int
    memory: str | None
    kept: str | None = None
    age: float = 0.0
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Behind:
    """A row that waits behind the one at work in its lane."""

    id: int
    kind: str
    raw: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A row that is over. ``memory``: JSON to keep, "" to forget, None to leave as it is.

    ``kept``: the same for what lasts about the person, with ``due``, the time of the next
    reminder; ``due`` alone puts it off, or what a relay was to tell. ``counted``: (what, name,
    clinic) to add one to. ``scrub``: also take the person's ids out of closed rows. ``joined``:
    ids of rows behind it that the same answer closes. ``thread``: the conversation with the
    clinic, changed. ``relays``: rows for the other side of it. ``shown``: a conversation's
    number, and the chat and number of our message to its staff.
    """

    row: Claimed
    outcome: str
    memory: str | None = None
    dead: bool = False
    kept: str | None = None
    due: float | None = None
    counted: tuple[tuple[str, str, str], ...] = ()
    scrub: bool = False
    joined: tuple[int, ...] = ()
    thread: Thread | None = None
    relays: tuple[Arrival, ...] = ()
    shown: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """A row to try again after ``delay`` seconds. ``failed``: the try counts against it."""

    row: Claimed
    delay: float
    failed: bool = False
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits: rows, the age of the oldest in seconds, and how many were given up."""

    waiting: int
    oldest: float
    dead: int
