"""What is done from time to time for each bot of the process."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Sequence

from bot.intake.answering import Parts
from bot.intake.pause import pause
from bot.intake.reminders import put_due, put_weekly
from bot.logs import describe, get_logger
from bot.store.rows import Depth
from bot.store.staff import Staff
from bot.store.store import TROUBLE

log = get_logger(__name__)

PURGE_EVERY = 300.0
STATS_EVERY = 10.0

Refresh = Callable[[list[str]], object]
"""Reads the documents in these folders again; it may take long."""


async def read_own(every: Sequence[Parts], refresh: Refresh | None) -> None:
    """Bring clinics' own documents up to date, beside the event loop."""
    if refresh is not None:
        known = [await parts.clinics.refresh() for parts in every if parts.clinics]
        folders = [card.knowledge for cards in known for card in cards]
        await asyncio.to_thread(refresh, folders)


async def keep_house(
    every: Sequence[Parts], stopping: asyncio.Event, refresh: Refresh | None = None
) -> None:
    """Delete what is over, put what is due, count what waits, until told to stop."""
    purged = float("-inf")
    while not stopping.is_set():
        purge = time.monotonic() - purged > PURGE_EVERY
        depths = [await _of_one(parts, purge=purge) for parts in every]
        if purge and all(depths):
            purged = time.monotonic()
        try:
            await read_own(every, refresh)
        except TROUBLE as error:
            log.warning("housekeeping_failed", error=describe(error))
        if found := [depth for depth in depths if depth]:
            oldest = max(depth.oldest for depth in found)
            waiting, dead = sum(d.waiting for d in found), sum(d.dead for d in found)
            every[0].stats.waiting(Depth(waiting, oldest, dead))
        await pause(STATS_EVERY, stopping)


async def _of_one(parts: Parts, *, purge: bool) -> Depth | None:
    """One bot's turn; None where the store failed."""
    try:
        if purge or parts.store.scrubbed:
            await parts.store.purge()
            staff = Staff(parts.store.db, parts.store.bot_id)
            await put_weekly(parts.store, staff, dt.datetime.now(dt.UTC))
        await put_due(parts.store)
        depth = await parts.store.depth()
        parts.health.store_works("house", works=True)
    except TROUBLE as error:
        parts.health.store_works("house", works=False)
        log.warning("housekeeping_failed", error=describe(error))
        return None
    return depth
