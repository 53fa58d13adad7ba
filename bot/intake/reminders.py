"""Reminders that are due go into the inbox, so that they are sent once, in order, and survive."""

from __future__ import annotations

import hashlib
import json

from bot.reply.update import REMINDER
from bot.store.people import Due, People
from bot.store.rows import Arrival
from bot.store.store import Store


async def put_due(store: Store) -> int:
    """Put each reminder that is due into the inbox; one that is there already is not repeated.

    Returns:
        How many were put there.
    """
    found = await People(store.engine, store.bot_id).due()
    return await store.put([_arrival(due) for due in found]) if found else 0


def _arrival(due: Due) -> Arrival:
    """A row with a number of its own: negative, and the same whenever the same is due."""
    said = f"{due.chat_id}/{due.user_id}/{due.due:.0f}".encode()
    number = -int.from_bytes(hashlib.sha256(said).digest()[:7], "big") - 1
    raw = json.dumps({"update_id": number, REMINDER: {}})
    return Arrival(number, str(due.chat_id), REMINDER, raw, due.chat_id, due.user_id)
