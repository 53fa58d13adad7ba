"""Conversations with clinics: read, kept with the answer that changes them, dropped for good.

Only rows of the person's own lane write a conversation, so it needs no lock of its own. What
goes to the other side is a row of the inbox: it is sent once, in order, and survives a crash.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from bot.store.database import Database, transaction
from bot.store.rows import Arrival, Claimed, own_number
from bot.store.schema import handover
from bot.turn.handover import Draft, Relay, State, Thread

RELAY = "relay"
"""The kind of inbox row that carries words or a note to the other side."""

STAFF = "staff "
"""What the lane of a clinic's staff begins with; the clinic's id follows."""

KEPT = 30 * 24 * 3600.0  # seconds after the end, without a word of it


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation and whose it is."""

    thread: Thread
    chat_id: int
    user_id: int
    due: float | None = None


def relay_row(relay: Relay, cause: str, chat_id: int = 0, user_id: int = 0) -> Arrival:
    """The inbox row of a relay; the same ``cause`` never makes a second one.

    ``chat_id``, ``user_id``: the person, wherever the row holds something of theirs.
    """
    number = own_number(f"{RELAY}/{cause}/{relay.to}")
    lane = f"{STAFF}{relay.clinic}" if relay.to == "staff" else str(chat_id)
    raw = json.dumps({"update_id": number, RELAY: relay.model_dump(exclude_defaults=True)})
    return Arrival(number, lane, RELAY, raw, chat_id, user_id)


def read_relay(row: Claimed) -> Relay | None:
    """What a row carries to the other side; None where it is no such row, or cannot be read."""
    if row.kind != RELAY:
        return None
    try:
        return Relay.model_validate(json.loads(row.raw)[RELAY])
    except (KeyError, TypeError, ValueError):  # why it is dead: nobody can tell what it was
        return None


def undelivered(relay: Relay, number: int, chat_id: int, user_id: int) -> tuple[Arrival, ...]:
    """What tells who wrote these words that they did not arrive; nothing of a note.

    ``number``: of the row that had them; ``chat_id``, ``user_id``: the person.
    """
    if relay.what not in ("question", "reply"):
        return ()
    writer: Literal["staff", "patient"] = "patient" if relay.to == "staff" else "staff"
    lost = Relay(to=writer, what="lost", clinic=relay.clinic, thread=relay.thread)
    whose = (chat_id, user_id) if writer == "patient" else (0, 0)
    return (relay_row(lost, str(number), *whose),)


class Handovers:
    """One bot's conversations."""

    def __init__(self, db: Database, bot_id: int) -> None:
        self.db = db
        self._bot = bot_id

    async def latest(self, chat_id: int) -> Thread | None:
        """A person's last conversation."""
        held = await self._held(handover.c.chat_id == chat_id)
        return held[0].thread if held else None

    async def named(self, number: int) -> Held | None:
        """The conversation of a tag."""
        held = await self._held(handover.c.id == number)
        return held[0] if held else None

    async def due(self) -> list[Held]:
        """Where we must act, the oldest first."""
        found = await self._held(handover.c.due <= time.time(), most=200)
        return sorted(found, key=lambda held: held.due or 0.0)

    @transaction
    def _held(
        self, connection: Connection, where: ColumnElement[bool], most: int = 1
    ) -> list[Held]:
        rows = connection.execute(
            select(handover)
            .where(handover.c.bot_id == self._bot, where)
            .order_by(handover.c.id.desc())
            .limit(most)
        )
        return [Held(_thread(row), row.chat_id, row.user_id, row.due) for row in rows]


def _thread(row: Row[Any]) -> Thread:
    thread = Thread.model_validate_json(row.thread)
    draft = Draft.model_validate_json(row.draft) if row.draft else None
    return thread.model_copy(update={"id": row.id, "draft": draft})


def keep(connection: Connection, bot_id: int, chat_id: int, user_id: int, thread: Thread) -> None:
    """Store what a conversation has become; one that was deleted meanwhile stays deleted."""
    values = {
        "clinic": thread.clinic,
        "state": int(thread.state),
        "thread": thread.model_dump_json(exclude={"id", "draft"}, exclude_defaults=True),
        "draft": thread.draft.model_dump_json() if thread.draft else None,
        "due": thread.due,
        "touched": time.time(),
    }
    if not thread.id:
        whose = {"bot_id": bot_id, "chat_id": chat_id, "user_id": user_id}
        connection.execute(insert(handover).values(**values, **whose))
        return
    mine = (handover.c.bot_id == bot_id, handover.c.id == thread.id)
    connection.execute(update(handover).where(*mine).values(**values))


def shown(
    connection: Connection, bot_id: int, clinic: str, number: int, chat_id: int, message_id: int
) -> list[Arrival]:
    """Remember a message of ours in a staff group, once, to delete it there with the rest.

    Returns:
        The row that deletes it at once, where the conversation was deleted while it was sent.
    """
    mine = (handover.c.bot_id == bot_id, handover.c.id == number)
    found = connection.execute(select(handover.c.shown).where(*mine).with_for_update())
    before, this = found.scalar_one_or_none(), f"{chat_id}:{message_id}"
    if before is not None:
        if this not in before.split():
            connection.execute(update(handover).where(*mine).values(shown=f"{before}{this} "))
        return []
    ids = ((chat_id, message_id),)
    over = Relay(to="staff", what="over", clinic=clinic, thread=number, ids=ids)
    return [relay_row(over, f"{number}/{chat_id}/{message_id}")]


def wake(connection: Connection, bot_id: int, clinic: str) -> None:
    """Look at a clinic's open conversations at once: it cannot go on with them."""
    mine = (handover.c.bot_id == bot_id, handover.c.clinic == clinic)
    going = handover.c.state == State.OPEN
    connection.execute(update(handover).where(*mine, going).values(due=time.time()))


def put_off(connection: Connection, bot_id: int, relay: Relay, due: float) -> None:
    """Look at a conversation again then, unless there is another reason to look by now."""
    this = (handover.c.bot_id == bot_id, handover.c.id == relay.thread)
    same = handover.c.due <= relay.due
    connection.execute(update(handover).where(*this, same).values(due=due))


def group_moved(connection: Connection, bot_id: int, clinic: str, old: int) -> None:
    """Forget our messages in a group that became a supergroup: it numbers anew."""
    mine = (handover.c.bot_id == bot_id, handover.c.clinic == clinic)
    rows = connection.execute(select(handover).where(*mine).with_for_update())
    for row in rows.all():
        kept = [one for one in row.shown.split() if ":" in one]  # the others are of this group
        left = "".join(f"{one} " for one in kept if not one.startswith(f"{old}:"))
        this = update(handover).where(handover.c.id == row.id)
        connection.execute(this.values(shown=left))


def _message(kept: str) -> tuple[int, int] | int:
    """A message as ``shown`` remembers it; the chat was not always kept."""
    chat, _, number = kept.rpartition(":")
    return (int(chat), int(number)) if chat else int(number)


def drop(
    connection: Connection, bot_id: int, why: str, where: ColumnElement[bool]
) -> list[Arrival]:
    """Delete conversations.

    Returns:
        Rows that tell the staff so, and have our messages to them deleted.
    """
    rows = connection.execute(
        delete(handover)
        .where(handover.c.bot_id == bot_id, where)
        .returning(handover.c.id, handover.c.clinic, handover.c.state, handover.c.shown)
    )
    made = []
    for row in rows:
        ids = tuple(_message(one) for one in row.shown.split())
        what = why if row.state == State.OPEN else "over"
        if ids or what != "over":
            relay = Relay(to="staff", what=what, clinic=row.clinic, thread=row.id, ids=ids)
            made.append(relay_row(relay, f"{row.id}/{why}"))
    return made


def purge(connection: Connection, bot_id: int) -> list[Arrival]:
    """Delete drafts that nobody sent, and conversations whose last word is 30 days old.

    Returns:
        As ``drop``.
    """
    now, touched = time.time(), handover.c.touched
    mine = handover.c.bot_id == bot_id
    rows = connection.execute(
        select(handover.c.id, handover.c.draft).where(mine, handover.c.draft.is_not(None))
    )
    old = [row.id for row in rows if Draft.model_validate_json(row.draft).over(now)]
    without = update(handover).where(mine, handover.c.id.in_(old))
    connection.execute(without.values(draft=None))
    empty = (handover.c.state == State.DRAFT, handover.c.draft.is_(None))
    connection.execute(delete(handover).where(mine, *empty))
    return drop(connection, bot_id, "over", touched < now - KEPT)
