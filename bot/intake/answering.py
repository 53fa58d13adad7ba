"""One row of the inbox, from claim to outcome: answered, held, given up or over."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile

from bot.intake.chats import gone, last_thread, moved
from bot.intake.health import Health
from bot.intake.limits import Admission, Limiter
from bot.intake.outcome import StoreTroubleError, of_the_store, over
from bot.intake.stats import Stats
from bot.intake.turns import HungError, Turns
from bot.kb.models import Urgency
from bot.logs import describe, get_logger
from bot.reply.burst import MOST
from bot.reply.outgoing import Outgoing
from bot.reply.respond import Responder, Response, parse
from bot.reply.send import Fate, Sender, Sent
from bot.reply.update import REMINDER, Raw, UnreadableError
from bot.store.clinics import Clinics
from bot.store.handovers import RELAY, read_relay, undelivered
from bot.store.rows import Back, Behind, Claimed, Closed
from bot.store.store import TROUBLE, Store
from bot.turn.handover import Relay, Thread

log = get_logger(__name__)

FAILURES = 3  # of one update before it is given up
CLAIMS = 8  # without an outcome: it takes the process down with it
QUERY_LIVES = 10.0  # seconds that an inline query can be answered
UPDATE_LIVES = 24 * 3600.0  # seconds that an answer still makes sense
RELAY_LIVES = 2 * UPDATE_LIVES  # of words between a person and a clinic, while Telegram is away
LIVES = {"inline_query": QUERY_LIVES, RELAY: RELAY_LIVES, REMINDER: float("inf")}
REMIND_AGAIN = 24 * 3600.0  # seconds until a reminder that was given up is due again
TELL_AGAIN = 3600.0  # the same for that nobody at a clinic replied, for which a person waits
TYPING_FROM = 0.5  # seconds that a turn may take before we show that we are at it
KEPT = 10_000  # rows remembered as counted, or with what their answers cover
ALONE = 4  # updates in hand; with more of them the wait is not the turn's, and typing is no help
RETRY = 0.5  # seconds after the first failure
# Messages a minute over a person's limit that are read for red flags all the same: what a flood
# costs is so many turns, and an answer to each alert among them.
READ_ANYWAY = 30


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


class Answering:
    """Answers rows, many at a time. ``in_hand``: how many are at it now."""

    def __init__(self, parts: Parts, in_hand: Callable[[], int]) -> None:
        self._parts = parts
        self._in_hand = in_hand
        self._admitted: set[int] = set()
        self._anyway = Limiter(READ_ANYWAY)
        self._messages: Counter[int] = Counter()  # sent for rows that are not settled yet
        self._sent: dict[int, int] = {}  # calls made of the answers to these rows
        self._took: dict[int, int] = {}  # messages behind these rows that their answers cover
        self._turns = Turns()

    @property
    def hung(self) -> int:
        """Threads that are held by turns which never ended."""
        return self._turns.hung

    def close(self) -> None:
        """Let the threads of the turns end."""
        self._turns.close()

    def messages(self, settled: Sequence[Closed | Back]) -> int:
        """How many messages were sent for these rows."""
        return sum(self._messages[one.row.id] for one in settled)

    def forget(self, settled: Sequence[Closed | Back]) -> None:
        """Forget what was counted for rows that are settled now."""
        for one in settled:
            del self._messages[one.row.id]
            self._sent.pop(one.row.id, None)
            if isinstance(one, Closed):
                self._admitted.discard(one.row.id)
                self._took.pop(one.row.id, None)
        for kept in (self._admitted, self._took):
            if len(kept) > KEPT:  # held rows that other workers took over
                kept.clear()

    async def outcome(self, row: Claimed) -> Closed | Back:
        """Answer a row; whatever happens, it has an outcome."""
        try:
            return await self._answer(row)
        except asyncio.CancelledError:
            return Back(row, 0.0, sent=self._calls_made(row))
        except UnreadableError as error:
            log.warning("unreadable_update", update_id=row.update_id, why=str(error))
            return Closed(row, "unreadable", dead=True)
        except StoreTroubleError as error:
            log.error("store_failed", error=describe(error))  # noqa: TRY400
            return Back(row, RETRY, sent=self._calls_made(row))
        except HungError:
            self._parts.stats.hung.inc()
            log.error("turn_hung", update_id=row.update_id, kind=row.kind)  # noqa: TRY400
            return await self._give_up(row)
        except Exception as error:  # noqa: BLE001 - a poisoned update must not stop the others
            log.error("failed", update_id=row.update_id, kind=row.kind, error=describe(error))  # noqa: TRY400
            return await self._failed(row)

    async def _failed(self, row: Claimed) -> Closed | Back:
        if row.failures + 1 < FAILURES:
            delay, sent = RETRY * 2**row.failures, self._calls_made(row)
            return Back(row, delay, failed=True, sent=sent)
        return await self._give_up(row)

    def _calls_made(self, row: Claimed) -> int:
        return self._sent.get(row.id, row.sent)

    async def _give_up(self, row: Claimed) -> Closed:
        """The dead letter: the person hears of it once, the text is erased."""
        if row.chat_id and row.kind in ("message", "callback_query"):
            apology = self._parts.responder.say("service.apology", row.chat_id)
            await self._parts.sender.send([apology], 0, 0.0)
        relay = None if self._calls_made(row) else read_relay(row)
        relays = undelivered(relay, row.update_id, row.chat_id, row.user_id) if relay else ()
        again = time.time() + REMIND_AGAIN if row.kind == REMINDER else _tell_again(relay)
        return Closed(row, "given_up", dead=True, due=again, relays=relays)

    async def _answer(self, row: Claimed) -> Closed | Back:
        age, began = row.age, time.monotonic()
        late = age > LIVES.get(row.kind, UPDATE_LIVES)
        if late and row.kind != RELAY:
            return Closed(row, "too_old")
        if row.claims > CLAIMS:
            return await self._give_up(row)
        if row.chat_id and (wait := self._parts.sender.pacer.due(row.chat_id)):
            return Back(row, wait, sent=row.sent)
        admission = self._admit(row)
        if admission is not Admission.ANSWER and not self._read_anyway(row):
            return await self._turned_away(row, admission)
        waiting = await self._waiting(row)
        response = await self._response(row, waiting)
        if admission is not Admission.ANSWER:
            if not _pressing(response):
                return await self._turned_away(row, admission)
            self._admitted.add(row.id)  # it may be held, and comes again
        response = await self._completed(response)
        if late and response.undelivered:  # words; a note, as that nobody replied, is still true
            return Closed(row, "too_old", relays=response.undelivered)
        if response.gone:
            await self._gone(row.chat_id, row)
            return Closed(row, "gone", memory="", kept="", scrub=True)
        if response.moved_to is not None:
            with of_the_store():
                await moved(self._parts.store, self._parts.clinics, row.chat_id, response.moved_to)
        self._took[row.id] = response.took
        note = partial(self._note_sent, row, response.shows)
        sent = await self._parts.sender.send(response.calls, row.sent, age, note)
        self._parts.stats.replied(response, sent, age + time.monotonic() - began)
        joined = tuple(one.id for one in waiting[: response.took])
        return await self._judge(row, response, sent, joined)

    async def _completed(self, response: Response) -> Response:
        """The response with what it takes the store to say."""
        if response.later is None:
            return response
        with of_the_store():
            return response.completed(await response.later(self._parts.store))

    async def _note_sent(
        self, row: Claimed, shows: int | None, sent: int, message: tuple[int, int] | None
    ) -> None:
        """Note what was sent; where that fails, a crash now would send it again, no more."""
        self._messages[row.id] += 1
        self._sent[row.id] = sent
        shown = None if shows is None or message is None else (shows, *message)
        try:
            await self._parts.store.note(row, sent, shown)
        except TROUBLE as error:
            log.warning("not_noted", update_id=row.update_id, error=describe(error))

    async def _waiting(self, row: Claimed) -> list[Behind]:
        """The messages behind this one, which one answer may cover.

        None in a group (its chat is below 0). Once a part of the answer is out they are those
        that it covers: the rest must be that of the same answer.
        """
        most = self._took.get(row.id, 0) if row.sent else MOST
        if not row.followed or row.kind != "message" or not most or row.chat_id <= 0:
            return []
        with of_the_store():
            found = await self._parts.store.behind(row, most)
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
        return response or await self._shown_typing(row, work)

    async def _shown_typing(self, row: Claimed, work: Callable[[], Response]) -> Response:
        """A turn in its thread; a slow one shows that we are typing."""
        turn = asyncio.ensure_future(self._turns.take(work))
        await asyncio.wait([turn], timeout=TYPING_FROM)
        if not turn.done() and row.chat_id and self._in_hand() <= ALONE:
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
            row.received + (row.age if row.kind == REMINDER else 0.0),  # it waited: not its day
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
        clinics = self._parts.clinics
        if row.chat_id < 0 and clinics is not None and clinics.of_group(row.chat_id):
            return Admission.ANSWER  # a clinic's staff: no patient is to miss a reply
        if (row.chat_id < 0 or row.kind == "edited_message") and not (
            self._parts.responder.concerns(parse(row.raw))
        ):
            return Admission.ANSWER  # a group's chatter, a live location that moved
        own = row.kind if row.kind == "inline_query" else ""  # one comes with each key typed
        found = self._parts.limiter.admit(row.user_id, own)
        if found is Admission.ANSWER:
            self._admitted.add(row.id)
        return found

    def _read_anyway(self, row: Claimed) -> bool:
        """Whether words over the limit are read: triage comes before every limit but its own."""
        words = row.chat_id > 0 and row.kind in ("message", "edited_message")
        return words and self._anyway.admit(row.user_id) is Admission.ANSWER

    async def _turned_away(self, row: Claimed, admission: Admission) -> Closed:
        if admission is Admission.DROP:
            return Closed(row, "dropped")
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
                return _unsure(row, response, sent, joined)
            case Fate.HELD:
                return Back(row, sent.delay, failed=broken, sent=sent.done)
            case Fate.BLOCKED if sent.chat_id not in (None, row.chat_id):
                await self._gone(sent.chat_id or 0, row)  # the clinic's group, not the person
                return over(row, response, sent, "group_gone", joined)
            case Fate.BLOCKED:
                await self._gone(row.chat_id, row)
                return Closed(row, "blocked", memory="", kept="", scrub=True)
            case Fate.REFUSED:
                refused = over(row, response, sent, "refused", joined, dead=True)
                return replace(refused, due=refused.due or _tell_again(read_relay(row)))
            case Fate.UNSURE:
                return _unsure(row, response, sent, joined)
            case Fate.SENT:
                return over(row, response, sent, response.outcome, joined)

    async def _note(self, response: Response, sent: Sent) -> None:
        """What a sending tells beside its fate."""
        if response.calls and sent.reason != "paced":
            failed = sent.reason in ("network", "broken", "timeout", "token")
            self._parts.health.sends_work(works=not failed)
        if sent.moved_to is not None and sent.chat_id is not None:
            try:
                parts = self._parts
                await moved(parts.store, parts.clinics, sent.chat_id, sent.moved_to)
            except TROUBLE as error:  # the answer is there: better without memory than twice
                log.error("chat_not_moved", error=describe(error))  # noqa: TRY400

    async def _gone(self, chat_id: int, row: Claimed) -> None:
        with of_the_store():
            await gone(self._parts.store, self._parts.clinics, chat_id, row.id)


def _tell_again(relay: Relay | None) -> float | None:
    """When what a dead letter was to tell is due again: its row is remembered for longer."""
    return time.time() + TELL_AGAIN if relay and relay.what == "due" else None


def _pressing(response: Response) -> bool:
    """Whether an answer raises a red flag of today or sooner, or asks whether there is one."""
    alert = response.reply.alert if response.reply else None
    return response.flagged and not (alert and alert.urgency is Urgency.NEXT_VISIT)


def _unsure(
    row: Claimed, response: Response, sent: Sent, joined: tuple[int, ...]
) -> Closed | Back:
    """A call that may have arrived is not made again; those after it are still to be made."""
    after = sent.done + 1
    if after < len(response.calls):
        return Back(row, RETRY, sent=after)
    return over(row, response, sent, "unsure", joined)
