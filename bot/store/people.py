"""Statements on one person: everything that is stored, deleting it, and reminders that are due."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.schema import State, conversation, inbox, person, tally


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come."""

    chat_id: int
    user_id: int
    due: float


class People:
    """One bot's view of what is stored about people."""

    def __init__(self, engine: AsyncEngine, bot_id: int) -> None:
        self._engine = engine
        self._bot = bot_id

    async def everything(self, chat_id: int, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """Every row that bears the chat's or the person's id, by table."""
        found = {}
        async with self._engine.begin() as connection:
            for table in (inbox, conversation, person):
                whose = _whose(table, chat_id, user_id)
                rows = await connection.execute(
                    select(table).where(table.c.bot_id == self._bot, whose)
                )
                found[table.name] = [dict(row._mapping) for row in rows]  # noqa: SLF001
        return found

    async def delete(self, chat_id: int, user_id: int) -> int:
        """Delete it all; updates still waiting are closed unanswered, closed ones lose their ids.

        Returns:
            What a fresh read still finds, without the one update that is being answered.
        """
        async with self._engine.begin() as connection:
            for table in (conversation, person):
                whose = _whose(table, chat_id, user_id)
                await connection.execute(delete(table).where(table.c.bot_id == self._bot, whose))
            mine = (inbox.c.bot_id == self._bot, _whose(inbox, chat_id, user_id))
            await connection.execute(
                update(inbox)
                .where(*mine, inbox.c.state.in_((State.BEHIND, State.READY)))
                .values(state=State.DONE, raw=None, closed=time.time(), outcome="forgotten")
            )
            await connection.execute(
                update(inbox)
                .where(*mine, inbox.c.state >= State.DONE)
                .values(chat_id=0, user_id=0, lane="forgotten")
            )
        left = await self.everything(chat_id, user_id)
        working: int = sum(row["state"] == State.WORK for row in left["inbox"])
        return sum(len(rows) for rows in left.values()) - working

    async def due(self) -> list[Due]:
        """Whose reminder is due, oldest first."""
        async with self._engine.begin() as connection:
            rows = await connection.execute(
                select(person.c.chat_id, person.c.user_id, person.c.due)
                .where(person.c.bot_id == self._bot, person.c.due <= time.time())
                .order_by(person.c.due)
                .limit(200)
            )
            return [Due(*row) for row in rows]

    async def counts(self) -> list[tuple[str, str, str, int]]:
        """What was counted: what, name, clinic ("" for none), how often."""
        columns = (tally.c.what, tally.c.name, tally.c.clinic, tally.c.count)
        async with self._engine.begin() as connection:
            rows = await connection.execute(
                select(*columns).where(tally.c.bot_id == self._bot).order_by(*columns)
            )
            return [(row[0], row[1], row[2], row[3]) for row in rows]


def _whose(table: Table, chat_id: int, user_id: int) -> ColumnElement[bool]:
    """Rows of the chat or the person; 0 stands for nobody."""
    chat = table.c.chat_id == (chat_id or user_id)
    return or_(chat, table.c.user_id == user_id) if user_id else chat
