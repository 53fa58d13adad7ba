"""What a chat's fate means beyond its own row: groups that move, people and groups that go."""

from __future__ import annotations

from bot.logs import get_logger
from bot.store.clinics import Clinics
from bot.store.handovers import RELAY
from bot.store.rows import Claimed
from bot.store.store import Store
from bot.turn.handover import Thread

log = get_logger(__name__)


async def last_thread(store: Store, clinics: Clinics | None, row: Claimed) -> Thread | None:
    """The person's last conversation with a clinic; the clinics are read anew for it."""
    concerned = row.kept or row.kind == RELAY or row.chat_id < 0 or "/start c_" in row.raw
    if clinics is None or not concerned:
        return None
    await clinics.refresh()
    if row.chat_id <= 0:
        return None
    return await store.handovers.latest(row.chat_id)


async def moved(store: Store, clinics: Clinics | None, old: int, new: int) -> None:
    """A group got another number: what is kept of it follows."""
    await store.move_chat(old, new)
    if clinics is not None:
        await clinics.move_group(old, new)


async def gone(store: Store, clinics: Clinics | None, chat_id: int, before: int) -> None:
    """A person blocked the bot, or a group put it out: nothing is kept of the chat.

    ``before``: the row that tells of it; the chat may have come back since. The people who wait
    for a staff group that is gone are told.
    """
    await store.forget_chat(chat_id, before)
    if chat_id < 0 and clinics is not None:
        for clinic in await clinics.move_group(chat_id, None):
            log.warning("staff_group_gone", clinic=clinic.id)
