"""Long polling on raw updates: nothing is acknowledged before it is on disk.

Our own loop, because PTB's Updater acknowledges what is only in memory, and one update that it
cannot parse stops it for good.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from telegram import Bot
from telegram.error import (
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.intake.arrivals import arrivals
from bot.intake.health import Health
from bot.intake.pause import backoff, pause
from bot.intake.stats import Stats
from bot.logs import describe, get_logger
from bot.reply.send import seconds
from bot.reply.transport import TooLargeError
from bot.reply.update import KINDS
from bot.store.store import TROUBLE, Store

log = get_logger(__name__)

POLL_SECONDS = 25
GRACE = 5  # seconds more before a poll without an answer is given up
MOST = 100  # updates at a time
LONGEST_PAUSE = 15.0
REVOKED = 5  # refusals in a row (401, 404; PTB tells them apart no further) end the process


class Poller:
    """Moves updates from Telegram into the inbox until told to stop."""

    def __init__(self, bot: Bot, store: Store, health: Health, stats: Stats) -> None:
        self._bot = bot
        self._store = store
        self._health = health
        self._stats = stats
        self._offset = 0
        self._limit = MOST

    async def run(self, stopping: asyncio.Event) -> None:
        """Poll.

        Raises:
            InvalidToken: Telegram does not know the token.
        """
        failures = refusals = 0
        self._health.polled_at = time.monotonic()
        while not stopping.is_set():
            try:
                batch = await self._next_batch(stopping)
                if batch is None:
                    break
                await self._keep(batch, stopping)
            except TelegramError as error:
                failures += 1
                self._stats.failed("get_updates", error)
                refusals = refusals + 1 if isinstance(error, EndPointNotFound) else 0
                if refusals >= REVOKED:
                    raise InvalidToken from None
                self._health.poll_trouble = f"({type(error).__name__})"
                await pause(self._delay(error, failures), stopping)
            else:
                failures = refusals = 0
                self._health.poll_trouble = ""
                self._health.polled_at = time.monotonic()
        await self._acknowledge()

    async def _next_batch(self, stopping: asyncio.Event) -> list[Any] | None:
        """What Telegram has, or None when told to stop: the poll is then given up at once."""
        call = asyncio.ensure_future(self._get_updates(POLL_SECONDS))
        stop = asyncio.ensure_future(stopping.wait())
        try:
            await asyncio.wait({call, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                return None
            return call.result()
        finally:
            for task in (call, stop):
                task.cancel()
            await asyncio.gather(call, stop, return_exceptions=True)

    async def _get_updates(self, wait: int) -> list[Any]:
        batch = await self._bot.do_api_request(
            "getUpdates",
            api_kwargs={
                "offset": self._offset,
                "timeout": wait,
                "limit": self._limit,
                "allowed_updates": list(KINDS),
            },
            read_timeout=wait + GRACE,
        )
        if not isinstance(batch, list):
            raise NetworkError("getUpdates gave no list")
        self._limit = min(self._limit * 2, MOST)
        return batch

    async def _keep(self, batch: list[Any], stopping: asyncio.Event) -> None:
        """Put a batch on disk, however long that takes; only then move the offset."""
        rows = arrivals(batch)
        tries = 0
        while rows:
            try:
                await self._store.put(rows)
                self._health.store_works("door", works=True)
                self._stats.unreadable(sum(row.raw is None for row in rows))
                self._offset = max(row.update_id for row in rows) + 1
                return  # noqa: TRY300
            except TROUBLE as error:
                tries += 1
                self._health.store_works("door", works=False)
                log.error("updates_not_kept", error=describe(error), waiting=len(rows))  # noqa: TRY400
                if await pause(backoff(tries, 0.2, 5.0), stopping):
                    return
        if batch and not rows:
            await pause(1.0, stopping)

    async def _acknowledge(self) -> None:
        """Tell Telegram what is kept, so that the next process does not get it again."""
        if self._offset:
            try:
                await asyncio.wait_for(self._confirm(), timeout=2)
            except (TelegramError, TimeoutError):
                log.info("last_acknowledgement_failed")

    async def _confirm(self) -> None:
        await self._bot.do_api_request(
            "getUpdates",
            api_kwargs={"offset": self._offset, "timeout": 0, "limit": 1},
            read_timeout=2,
        )

    def _delay(self, error: TelegramError, failures: int) -> float:
        """How long to wait after an error; the first timeout costs nothing."""
        if isinstance(error, RetryAfter):
            return seconds(error)
        if isinstance(error, TooLargeError) and self._limit > 1:
            self._limit //= 2
            return 0.0
        if isinstance(error, Conflict):
            log.error("another_process_polls_with_this_token_or_a_webhook_is_set")
            return LONGEST_PAUSE if failures > 2 else 2.0  # noqa: PLR2004
        log.warning("poll_failed", error=describe(error), failures=failures)
        if isinstance(error, TimedOut) and failures == 1:
            return 0.0
        return backoff(failures, 0.25, LONGEST_PAUSE)
