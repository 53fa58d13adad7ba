"""Statements on one person: everything that is stored, deleting it, and reminders that are due."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, delete, false, or_, select, update

from bot.store.database import Database, transaction
from bot.store.handovers import RELAY
from bot.store.schema import (
    State,
    audit,
    conversation,
    credential,
    handover,
    inbox,
    person,
    setting,
    staff,
)
from bot.store.staff import audit_key, mark
from bot.store.tally import Tally


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come. ``touched``: when the person's record was last kept."""

    chat_id: int
    user_id: int
    due: float
    touched: float


class People:
    """One bot's view of what is stored about people."""

    def __init__(self, db: Database, bot_id: int, tally: Tally) -> None:
        self.db = db
        self._bot = bot_id
        self._tally = tally

    @transaction
    def everything(
        self, connection: Connection, chat_id: int, user_id: int
    ) -> dict[str, list[dict[str, Any]]]:
        """Every row that bears the chat's or the person's id, by table."""
        found = {}
        for table in (inbox, conversation, person, handover):
            whose = _whose(table, chat_id, user_id)
            rows = connection.execute(select(table).where(table.c.bot_id == self._bot, whose))
            found[table.name] = [dict(row) for row in rows.mappings()]
        for table in (staff, credential):
            rows = connection.execute(select(table).where(*self._by(table, user_id)))
            found[table.name] = [dict(row) for row in rows.mappings()]
        found["tally_person"] = self._tally.marked(connection, user_id or chat_id)
        rows = connection.execute(select(audit).where(*self._seen(connection, user_id)))
        found["audit"] = [dict(row) for row in rows.mappings()]
        return found

    def _by(self, table: Table, user_id: int) -> tuple[ColumnElement[bool], ...]:
        return table.c.bot_id == self._bot, table.c.user_id == user_id

    def _seen(self, connection: Connection, user_id: int) -> tuple[ColumnElement[bool], ...]:
        """The lines of the audit log under a person's mark."""
        named = setting.c.name == audit_key(self._bot)
        found = connection.execute(select(setting.c.value).where(named))
        who = mark(found.scalar_one_or_none() or "", user_id)
        return audit.c.bot_id == self._bot, audit.c.who == who

    async def delete(self, chat_id: int, user_id: int) -> int:
        """Delete it all. Closed updates lose their ids, as do those still open in other chats.

        What waits in the person's own chat came after this: it is a new beginning, and answered.
        Lines of the audit log stay, and no longer bear the person's mark.

        Returns:
            What a fresh read still finds, without the updates that are still to be answered.
        """
        await self._delete(chat_id, user_id)
        left = await self.everything(chat_id, user_id)
        still_open: int = sum(row["state"] < State.DONE for row in left["inbox"])
        return sum(len(rows) for rows in left.values()) - still_open

    @transaction
    def _delete(self, connection: Connection, chat_id: int, user_id: int) -> None:
        # First, for it waits for answers that are being closed, and what these kept goes below.
        self._let_go(connection, chat_id, user_id)
        for table in (conversation, person, handover):
            whose = _whose(table, chat_id, user_id)
            connection.execute(delete(table).where(table.c.bot_id == self._bot, whose))
        for table in (staff, credential):
            connection.execute(delete(table).where(*self._by(table, user_id)))
        self._tally.forget(connection, user_id or chat_id)
        lines = update(audit).where(*self._seen(connection, user_id))
        connection.execute(lines.values(who="deleted"))
        self.scrub(connection, chat_id, user_id)

    def scrub(self, connection: Connection, chat_id: int, user_id: int) -> None:
        """Take the ids from the closed updates of the chat or the person."""
        mine = (inbox.c.bot_id == self._bot, _whose(inbox, chat_id, user_id))
        connection.execute(
            update(inbox)
            .where(*mine, inbox.c.state >= State.DONE)
            .values(chat_id=0, user_id=0, lane="forgotten")
        )

    def _let_go(self, connection: Connection, chat_id: int, user_id: int) -> None:
        """Close what waits between the person and a clinic; take the ids from other chats' rows.

        Words in a group are for others there too: they are answered, and nothing is kept.
        """
        own = chat_id or user_id
        mine = (inbox.c.bot_id == self._bot, _whose(inbox, chat_id, user_id))
        between = (inbox.c.chat_id == own, inbox.c.kind == RELAY)
        connection.execute(
            update(inbox)
            .where(*mine, *between, inbox.c.state.in_((State.BEHIND, State.READY)))
            .values(state=State.DONE, raw=None, closed=time.time(), outcome="forgotten")
        )
        connection.execute(
            update(inbox)
            .where(*mine, inbox.c.state < State.DONE, inbox.c.lane != str(own))
            .values(chat_id=case((inbox.c.chat_id == own, 0), else_=inbox.c.chat_id), user_id=0)
        )

    @transaction
    def due(self, connection: Connection) -> list[Due]:
        """Whose reminder is due, oldest first."""
        rows = connection.execute(
            select(person.c.chat_id, person.c.user_id, person.c.due, person.c.touched)
            .where(person.c.bot_id == self._bot, person.c.due <= time.time())
            .order_by(person.c.due)
            .limit(200)
        )
        return [Due(*row) for row in rows]


def _whose(table: Table, chat_id: int, user_id: int) -> ColumnElement[bool]:
    """Rows of the chat or the person; 0 stands for nobody."""
    own = chat_id or user_id
    if not own:
        return false()
    chat = table.c.chat_id == own
    return or_(chat, table.c.user_id == user_id) if user_id else chat
