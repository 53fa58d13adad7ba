"""Claim rows of the inbox, have them answered, record what became of them.

One loop talks to the store: each of its transactions settles all rows that were finished since
the last one and claims as many new ones as there are free hands, so under load a commit is shared.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from sqlalchemy.exc import DataError, IntegrityError

from bot.intake.answering import Answering, Parts
from bot.intake.outcome import bare
from bot.intake.pause import backoff, pause
from bot.logs import describe, get_logger
from bot.store.rows import Back, Claimed, Closed
from bot.store.store import LEASE, TROUBLE

log = get_logger(__name__)

GENTLE = 1.0  # seconds after the start in which one row that kills us is told from the others
HUNG = 3  # turns that never ended; after so many the process starts anew
OF_THEIRS = (DataError, IntegrityError)  # a value of some row's that no database takes
GATHERING = 0.06  # seconds that rows are gathered for a commit while most hands are busy


class TurnsHungError(Exception):
    """Too many turns never ended; the process must be started anew."""


class Crew:
    """Up to ``hands`` updates at a time; of one chat never more than one.

    It begins with one at a time and doubles, for a moment: an update that takes the process
    down with it is soon alone when it does, and its neighbours are not taken for its like.
    """

    def __init__(self, parts: Parts, hands: int) -> None:
        self._parts = parts
        self._hands = hands
        self._running: dict[asyncio.Task[None], int] = {}  # with the row that each is at
        self._settled: dict[int, Closed | Back] = {}  # what ended and is not recorded, by its row
        self._window, self._began = 1, time.monotonic()
        self._answering = Answering(parts, lambda: len(self._running))
        self._gathered = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self, stopping: asyncio.Event, stop_seconds: float) -> None:
        """Work until told to stop, then finish what is in hand, for so long at most.

        Raises:
            TurnsHungError: threads are held by turns that never ended.
        """
        store, failures, hung = self._parts.store, 0, False
        stopper = asyncio.ensure_future(self._wake_on(stopping))
        try:
            while not (stopping.is_set() or hung):
                await self._something_to_do()
                if self._free() < self._hands / 2:
                    await self._half_are_done()
                failures = await self._step(failures, 0 if stopping.is_set() else self._free())
                if failures:
                    await pause(backoff(failures, 0.1, 5.0), stopping)
                    store.arrived.set()
                hung = self._answering.hung >= HUNG
            await self._finish(stop_seconds)
        finally:
            stopper.cancel()
            self._answering.close()
            self._ended.set()
        if hung:
            raise TurnsHungError

    async def _wake_on(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._parts.store.arrived.set()

    def _free(self) -> int:
        if time.monotonic() - self._began > GENTLE:
            self._window = self._hands
        return min(self._hands, self._window) - len(self._running)

    async def _half_are_done(self) -> None:
        """Let rows gather for a shared commit, for a moment at most."""
        self._gathered.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._gathered.wait(), GATHERING)

    async def _something_to_do(self) -> None:
        """Wait for news; without any, look once a second for rows that became due."""
        arrived = self._parts.store.arrived
        self._parts.health.worked_at = time.monotonic()
        try:
            await asyncio.wait_for(arrived.wait(), timeout=1.0)
        except TimeoutError:
            return
        finally:
            arrived.clear()

    async def _step(self, failures: int, take: int) -> int:
        """One transaction. Returns the number of failures in a row."""
        settled = list(self._settled.values())  # more may end while it is under way
        if not settled and take <= 0:
            return failures
        try:
            await self._transaction(settled, take)
        except TROUBLE as error:
            self._parts.health.store_works("crew", works=False)
            log.error("store_failed", error=describe(error), unsettled=len(self._settled))  # noqa: TRY400
            if isinstance(error, OF_THEIRS):
                await self._one_by_one(settled)
            return failures + 1
        return 0

    async def _one_by_one(self, settled: list[Closed | Back]) -> None:
        """Settle rows that cannot be together: a bad one gives up what it would keep, no other."""
        for row in settled:
            try:
                await self._transaction([row], 0)
            except OF_THEIRS:
                log.error("row_not_kept", update_id=row.row.update_id)  # noqa: TRY400
                self._settled[row.row.id] = bare(row)
            except TROUBLE as error:  # the store's: all that are left are tried again
                log.error("store_failed", error=describe(error), unsettled=len(self._settled))  # noqa: TRY400
                return

    async def _transaction(self, settled: list[Closed | Back], take: int) -> None:
        """Settle these, and begin with up to so many new ones.

        Raises:
            SQLAlchemyError, OSError: nothing of it was done (``bot.store.store.TROUBLE``).
        """
        closed = [row for row in settled if isinstance(row, Closed)]
        back = [row for row in settled if isinstance(row, Back)]
        more = self._answering.messages(settled) - len(settled)
        rows, wait = await self._parts.store.step(closed, back, take, more)
        for one in settled:
            del self._settled[one.row.id]
        self._parts.health.store_works("crew", works=True)
        self._answering.forget(settled)
        if settled:
            self._window = min(self._window * 2, self._hands)
        for held in back:
            self._wake_in(held.delay)
        if wait is not None:
            self._wake_in(wait)
        for row in rows:
            task = asyncio.create_task(self._handle(row))
            self._running[task] = row.id
            task.add_done_callback(self._running.pop)
            await asyncio.sleep(0)  # what came from the network meanwhile is not kept waiting
        if take > 0 and len(rows) == take:
            self._parts.store.arrived.set()

    def _wake_in(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds + 0.002, self._parts.store.arrived.set)

    async def _finish(self, stop_seconds: float) -> None:
        """Let rows in hand end; those that do not in time go back for the next process."""
        if self._running:
            await asyncio.wait(self._running, timeout=stop_seconds)
        for task in list(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=1.0)
        for tries in range(3):
            if not await self._step(tries, 0):
                return
            await asyncio.sleep(0.2)

    async def renew_leases(self) -> None:
        """Keep the rows in hand ours until the crew has ended, and take over what nobody has.

        That is what workers had that died, and what a transaction claimed that failed on its way
        back to us: nobody works on it, so its lease runs out. While the database is away every
        lease does: the workers that live have the time of another to renew theirs.
        """
        since: float | None = None  # renewing works without a break; one that hangs is a break
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                in_hand = {*self._running.values(), *self._settled}
                await self._parts.store.renew(sorted(in_hand))
                now = time.monotonic()
                if since is None or now - began > LEASE / 3:
                    since = now
                if now - since > LEASE and (
                    taken := await self._parts.store.take_over(all_owners=False)
                ):
                    log.warning("took_over", rows=taken)
            except TROUBLE as error:
                since = None
                log.error("lease_failed", error=describe(error))  # noqa: TRY400
            await pause(LEASE / 3, self._ended)

    async def _handle(self, row: Claimed) -> None:
        """One row from claim to outcome."""
        began = time.perf_counter()
        outcome = await self._answering.outcome(row)
        self._settled[row.id] = outcome
        if len(self._settled) >= self._hands / 2:
            self._gathered.set()
        self._parts.stats.handled(row, outcome, time.perf_counter() - began)
        self._parts.store.arrived.set()
