"""What we send unasked goes through the inbox, so that it is sent once, in order, and survives.

Reminders when they are due, and on Mondays the weekly summary for the staff of clinics.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from bot.reply.update import REMINDER, WEEKLY
from bot.store.handovers import Held, relay_row
from bot.store.people import Due
from bot.store.rows import Arrival, own_number
from bot.store.staff import Staff
from bot.store.store import Store
from bot.turn.handover import Relay

WEEKLY_FROM = 8  # o'clock, UTC


async def put_due(store: Store) -> int:
    """Put each reminder, and each conversation to act on, into the inbox, once.

    Returns:
        How many were put there.
    """
    found = [_arrival(due) for due in await store.people.due()]
    found += [_waited(held) for held in await store.handovers.due()]
    return await store.put(found) if found else 0


def _waited(held: Held) -> Arrival:
    thread, due = held.thread, held.due or 0.0
    relay = Relay(to="patient", what="due", clinic=thread.clinic, thread=thread.id, due=due)
    cause = f"{thread.id}/{due:.3f}/{thread.active:.3f}"
    return relay_row(relay, cause, held.chat_id, held.user_id)


async def put_weekly(store: Store, staff: Staff, now: dt.datetime) -> int:
    """On a Monday from eight o'clock UTC, put a summary for each of the staff into the inbox.

    Rows are known for longer than the rest of the day, so none comes twice.

    Returns:
        How many were put there.
    """
    if now.weekday() or now.hour < WEEKLY_FROM:
        return 0
    before = (now - dt.timedelta(days=7)).date().isoformat()
    return await store.put(
        [
            _own(f"{before}/{clinic}/{who}", {WEEKLY: f"{clinic} {before}"}, who, who)
            for clinic, who in await staff.weekly()
        ]
    )


def _arrival(due: Due) -> Arrival:
    said = f"{due.chat_id}/{due.user_id}/{due.due:.0f}/{due.touched:.3f}"
    return _own(said, {REMINDER: {}}, due.chat_id, due.user_id)


def _own(said: str, content: dict[str, Any], chat_id: int, user_id: int) -> Arrival:
    """A row with a number of its own: negative, and the same whenever the same is due."""
    number = own_number(said)
    raw = json.dumps({"update_id": number, **content})
    return Arrival(number, str(chat_id), next(iter(content)), raw, chat_id, user_id)
