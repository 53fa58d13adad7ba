"""Claim rows of the inbox, answer them, record what became of them.

One loop talks to the store: each of its transactions settles all rows that were finished since
the last one and claims as many new ones as there are free hands, so under load a commit is shared.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from sqlalchemy.exc import DataError, IntegrityError

from bot.intake.chats import gone, last_thread, moved
from bot.intake.health import Health
from bot.intake.limits import Admission, Limiter
from bot.intake.outcome import StoreTroubleError, bare, of_the_store, over
from bot.intake.pause import backoff, pause
from bot.intake.stats import Stats
from bot.intake.turns import HungError, Turns
from bot.logs import describe, get_logger
from bot.reply.burst import MOST
from bot.reply.outgoing import Outgoing
from bot.reply.respond import Responder, Response, parse
from bot.reply.send import Fate, Sender, Sent
from bot.reply.update import Raw, UnreadableError
from bot.store.clinics import Clinics
from bot.store.handovers import RELAY
from bot.store.rows import Back, Behind, Claimed, Closed
from bot.store.store import LEASE, TROUBLE, Store
from bot.turn.handover import Thread

log = get_logger(__name__)

FAILURES = 3  # of one update before it is given up
CLAIMS = 8  # without an outcome: it takes the process down with it
QUERY_LIVES = 10.0  # seconds that an inline query can be answered
UPDATE_LIVES = 24 * 3600.0  # seconds that an answer still makes sense
RELAY_LIVES = 2 * UPDATE_LIVES  # of words between a person and a clinic, while Telegram is away
LIVES = {"inline_query": QUERY_LIVES, RELAY: RELAY_LIVES}
TYPING_FROM = 0.5  # seconds that a turn may take before we show that we are at it
GENTLE = 1.0  # seconds after the start in which one row that kills us is told from the others
HUNG = 3  # turns that never ended; after so many the process starts anew
ADMITTED = 10_000  # rows remembered as counted
ALONE = 4  # updates in hand; with more of them the wait is not the turn's, and typing is no help
GATHERING = 0.06  # seconds that rows are gathered for a commit while most hands are busy
RETRY = 0.5  # seconds after the first failure


@dataclass(frozen=True, slots=True)
class Parts:
    """What the workers work with."""

    store: Store
    responder: Responder
    sender: Sender
    limiter: Limiter
    health: Health
    stats: Stats
    clinics: Clinics | None = None


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
        self._running: set[asyncio.Task[None]] = set()
        self._settled: list[Closed | Back] = []
        self._admitted: set[int] = set()
        self._messages: Counter[int] = Counter()  # sent for rows that are not settled yet
        self._window, self._began = 1, time.monotonic()
        self._turns = Turns()
        self._gathered = asyncio.Event()

    async def run(self, stopping: asyncio.Event, stop_seconds: float) -> None:
        """Work until told to stop, then finish what is in hand, for so long at most.

        Raises:
            TurnsHungError: threads are held by turns that never ended.
        """
        store, failures = self._parts.store, 0
        stopper = asyncio.ensure_future(self._wake_on(stopping))
        try:
            while not stopping.is_set():
                await self._something_to_do()
                if self._free() < self._hands / 2:
                    await self._half_are_done()
                failures = await self._step(failures, 0 if stopping.is_set() else self._free())
                if failures:
                    await pause(backoff(failures, 0.1, 5.0), stopping)
                    store.arrived.set()
                if self._turns.hung >= HUNG:
                    raise TurnsHungError
            await self._finish(stop_seconds)
        finally:
            stopper.cancel()
            self._turns.close()

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
        settled, self._settled = self._settled, []
        if not settled and take <= 0:
            return failures
        closed = [row for row in settled if isinstance(row, Closed)]
        back = [row for row in settled if isinstance(row, Back)]
        try:
            more = sum(self._messages[one.row.id] for one in settled) - len(settled)
            rows, wait = await self._parts.store.step(closed, back, take, more)
        except TROUBLE as error:
            if isinstance(error, (DataError, IntegrityError)):  # a value of theirs, not the store
                settled = [bare(row) for row in settled]
            self._settled = settled + self._settled
            self._parts.health.store_works(works=False)
            log.error("store_failed", error=describe(error), unsettled=len(self._settled))  # noqa: TRY400
            return failures + 1
        self._parts.health.store_works(works=True)
        self._done_with(settled)
        for held in back:
            self._wake_in(held.delay)
        if wait is not None:
            self._wake_in(wait)
        for row in rows:
            task = asyncio.create_task(self._handle(row))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        if take > 0 and len(rows) == take:
            self._parts.store.arrived.set()
        return 0

    def _done_with(self, settled: Sequence[Closed | Back]) -> None:
        """Forget what was counted for rows that are settled now."""
        if settled:
            self._window = min(self._window * 2, self._hands)
        for one in settled:
            del self._messages[one.row.id]
            if isinstance(one, Closed):
                self._admitted.discard(one.row.id)
        if len(self._admitted) > ADMITTED:  # held rows that other workers took over
            self._admitted.clear()

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

    async def renew_leases(self, stopping: asyncio.Event) -> None:
        """Keep our rows ours, and take over those of workers that died."""
        while not stopping.is_set():
            try:
                await self._parts.store.renew()
                if taken := await self._parts.store.take_over(all_owners=False):
                    log.warning("took_over", rows=taken)
            except TROUBLE as error:
                log.error("lease_failed", error=describe(error))  # noqa: TRY400
            await pause(LEASE / 3, stopping)

    async def _handle(self, row: Claimed) -> None:
        """One row from claim to outcome; whatever happens, it is settled."""
        began = time.perf_counter()
        outcome: Closed | Back
        try:
            outcome = await self._answer(row)
        except asyncio.CancelledError:
            outcome = Back(row, 0.0, sent=row.sent)
        except UnreadableError as error:
            log.warning("unreadable_update", update_id=row.update_id, why=str(error))
            outcome = Closed(row, "unreadable", dead=True)
        except StoreTroubleError as error:
            log.error("store_failed", error=describe(error))  # noqa: TRY400
            outcome = Back(row, RETRY, sent=row.sent)
        except HungError:
            self._parts.stats.hung.inc()
            log.error("turn_hung", update_id=row.update_id, kind=row.kind)  # noqa: TRY400
            outcome = await self._give_up(row)
        except Exception as error:  # noqa: BLE001 - a poisoned update must not stop the others
            log.error("failed", update_id=row.update_id, kind=row.kind, error=describe(error))  # noqa: TRY400
            outcome = await self._failed(row)
        self._settled.append(outcome)
        if len(self._settled) >= self._hands / 2:
            self._gathered.set()
        self._parts.stats.handled(row, outcome, time.perf_counter() - began)
        self._parts.store.arrived.set()

    async def _failed(self, row: Claimed) -> Closed | Back:
        if row.failures + 1 < FAILURES:
            return Back(row, RETRY * 2**row.failures, failed=True, sent=row.sent)
        return await self._give_up(row)

    async def _give_up(self, row: Claimed) -> Closed:
        """The dead letter: the person hears of it once, the text is erased."""
        if row.chat_id and row.kind in ("message", "callback_query"):
            apology = self._parts.responder.say("service.apology", row.chat_id)
            await self._parts.sender.send([apology], 0, 0.0)
        return Closed(row, "given_up", dead=True)

    async def _answer(self, row: Claimed) -> Closed | Back:
        age, began = row.age, time.monotonic()
        if age > LIVES.get(row.kind, UPDATE_LIVES):
            return Closed(row, "too_old")
        if row.claims > CLAIMS:
            return await self._give_up(row)
        if row.chat_id and (wait := self._parts.sender.pacer.due(row.chat_id)):
            return Back(row, wait, sent=row.sent)
        match self._admit(row):
            case Admission.DROP:
                return Closed(row, "dropped")
            case Admission.SLOW_DOWN:
                return await self._slow_down(row)
        waiting = await self._waiting(row)
        response = await self._response(row, waiting)
        if response.gone:
            await self._gone(row.chat_id)
            return Closed(row, "gone", memory="", kept="", scrub=True)
        if response.moved_to is not None:
            with of_the_store():
                await moved(self._parts.store, self._parts.clinics, row.chat_id, response.moved_to)
        note = partial(self._note_sent, row)
        sent = await self._parts.sender.send(response.calls, row.sent, age, note)
        self._parts.stats.replied(response, sent, age + time.monotonic() - began)
        joined = tuple(one.id for one in waiting[: response.took])
        return await self._judge(row, response, sent, joined)

    async def _note_sent(self, row: Claimed, sent: int) -> None:
        """Note what was sent; where that fails, a crash now would send it again, no more."""
        self._messages[row.id] += 1
        try:
            await self._parts.store.note(row, sent)
        except TROUBLE as error:
            log.warning("not_noted", update_id=row.update_id, error=describe(error))

    async def _waiting(self, row: Claimed) -> list[Behind]:
        """The messages behind this one, which one answer may cover.

        None in a group (its chat is below 0), and once a part of the answer is out: the rest
        must be that of the same answer.
        """
        if not row.followed or row.kind != "message" or row.sent or row.chat_id <= 0:
            return []
        with of_the_store():
            found = await self._parts.store.behind(row, MOST)
        return list(takewhile(lambda one: one.kind == "message", found))

    async def _response(self, row: Claimed, waiting: Sequence[Behind]) -> Response:
        """Recall what was said to the same words, or take the turn in its thread."""
        parts = self._parts
        with of_the_store():
            thread = await last_thread(parts.store, parts.clinics, row)
        update = parse(row.raw)
        work = partial(self._respond, update, row, waiting, thread)
        response = None
        if not waiting and thread is None:
            response = parts.responder.recall(
                update, row.chat_id, row.memory, row.received, row.kept
            )
        if response is None:
            response = await self._shown_typing(row, work)
        if response.later is None:
            return response
        with of_the_store():
            return response.completed(await response.later(parts.store))

    async def _shown_typing(self, row: Claimed, work: Callable[[], Response]) -> Response:
        """A turn in its thread; a slow one shows that we are typing."""
        turn = asyncio.ensure_future(self._turns.take(work))
        await asyncio.wait([turn], timeout=TYPING_FROM)
        if not turn.done() and row.chat_id and len(self._running) <= ALONE:
            kwargs = {"chat_id": row.chat_id, "action": "typing"}
            typing = Outgoing("send_chat_action", kwargs, essential=False)
            await self._parts.sender.send([typing], 0, 0.0)
        return await turn

    def _respond(
        self,
        update: Raw,
        row: Claimed,
        waiting: Sequence[Behind],
        thread: Thread | None,
    ) -> Response:
        return self._parts.responder.respond(
            update,
            row.chat_id,
            row.memory,
            row.received,
            row.user_id,
            row.kept,
            [parse(one.raw) for one in waiting],
            thread,
        )

    def _admit(self, row: Claimed) -> Admission:
        """Count each update once, also one that was held and comes again."""
        if row.id in self._admitted or row.kind not in (
            "message",
            "edited_message",
            "callback_query",
            "inline_query",
        ):
            return Admission.ANSWER
        found = self._parts.limiter.admit(row.user_id)
        if found is Admission.ANSWER:
            self._admitted.add(row.id)
        return found

    async def _slow_down(self, row: Claimed) -> Closed:
        if row.chat_id:
            message = self._parts.responder.say("service.slow_down", row.chat_id)
            await self._parts.sender.send([message], 0, 0.0)
        return Closed(row, "slowed_down")

    async def _judge(
        self, row: Claimed, response: Response, sent: Sent, joined: tuple[int, ...]
    ) -> Closed | Back:
        """What becomes of the row, by the fate of its answer."""
        await self._note(response, sent)
        broken = sent.reason == "broken"
        match sent.fate:
            case Fate.HELD if broken and row.failures + 1 >= FAILURES:
                return over(row, response, sent, "unsure", joined)
            case Fate.HELD:
                return Back(row, sent.delay, failed=broken, sent=sent.done)
            case Fate.BLOCKED if sent.chat_id not in (None, row.chat_id):
                await self._gone(sent.chat_id or 0)  # the clinic's group, not the person
                return over(row, response, sent, "group_gone", joined)
            case Fate.BLOCKED:
                await self._gone(row.chat_id)
                return Closed(row, "blocked", memory="", kept="", scrub=True)
            case Fate.REFUSED:
                return over(row, response, sent, "refused", joined, dead=True)
            case Fate.UNSURE:
                return over(row, response, sent, "unsure", joined)
            case Fate.SENT:
                return over(row, response, sent, response.outcome, joined)

    async def _note(self, response: Response, sent: Sent) -> None:
        """What a sending tells beside its fate."""
        if response.calls and sent.reason != "paced":
            failed = sent.reason in ("network", "broken", "timeout")
            self._parts.health.sends_work(works=not failed)
        if sent.moved_to is not None and sent.chat_id is not None:
            try:
                parts = self._parts
                await moved(parts.store, parts.clinics, sent.chat_id, sent.moved_to)
            except TROUBLE as error:  # the answer is there: better without memory than twice
                log.error("chat_not_moved", error=describe(error))  # noqa: TRY400

    async def _gone(self, chat_id: int) -> None:
        with of_the_store():
            await gone(self._parts.store, self._parts.clinics, chat_id)
