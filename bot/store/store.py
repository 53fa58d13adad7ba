"""The inbox, the conversations and the settings, on SQLite or PostgreSQL alike.

The inbox is the queue. A row goes BEHIND -> READY -> WORK -> DONE or DEAD; at most one row of a
lane is READY or WORK, its oldest open one, which a unique index enforces. Every method is one
transaction: after a crash each row is where the last finished transaction left it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.logs import describe, get_logger
from bot.store import handovers, schema, sql
from bot.store.clock import SteadyClock
from bot.store.database import Database, Postgres, transaction
from bot.store.handovers import Handovers
from bot.store.notes import Notes
from bot.store.people import People
from bot.store.rows import Arrival, Back, Behind, Claimed, Closed, Depth
from bot.store.tally import Period, Tally
from bot.turn.memory import LASTS

log = get_logger(__name__)

TROUBLE = (SQLAlchemyError, sqlite3.Error, OSError, TimeoutError)
"""What the store raises when the disk is full or the server is gone: wait and try again."""

LEASE = 12.0  # seconds; renewed every third of it, so only a dead worker's row changes hands
REMEMBERED = 48 * 3600.0  # a closed row, to know a repeated update
CHANNEL = "inbox"


class _NotOursError(Exception):
    """Of the rows to close some are not, or no longer, ours as they were claimed."""


class Store:
    """One bot's view of the database. ``arrived`` is set whenever there may be rows to claim.

    ``pepper``: what the marks of counted people need beside what the database holds.
    """

    def __init__(
        self, db: Database, bot_id: int, owner: str, rate: float = 0.0, pepper: str = ""
    ) -> None:
        self.db = db
        self.bot_id = bot_id
        self.owner = owner
        self.arrived = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self.tally = Tally(db, bot_id, pepper)
        self._rate = rate
        self._burst = max(1.0, 1 / rate) if rate else 0.0  # seconds: room for one message
        self._postgres = db.postgres
        self._now = SteadyClock()
        self.scrubbed = False  # somebody's data was deleted since the last purge
        self._notes: Notes | None = None

    @property
    def people(self) -> People:
        """What is stored about people."""
        return People(self.db, self.bot_id, self.tally)

    @property
    def handovers(self) -> Handovers:
        """The conversations with clinics."""
        return Handovers(self.db, self.bot_id)

    def _bind(self, **more: Any) -> dict[str, Any]:
        bound = {"bot": self.bot_id, **more}
        if not self._postgres:  # PostgreSQL's own clock serves all its machines
            bound["now"] = self._now()
        return bound

    def _sql(self, template: str) -> Any:
        return sql.statement(template, postgres=self._postgres)

    def _lock(self, connection: Connection, lanes: Iterable[str]) -> None:
        """Hold the lanes until the commit, so that none is promoted by two at once."""
        if self._postgres:
            keys = sorted({zlib.crc32(f"{self.bot_id}/{lane}".encode()) for lane in lanes})
            connection.execute(text(sql.LOCK), {"keys": keys})

    async def put(self, arrivals: Sequence[Arrival]) -> int:
        """Keep updates; known ones are dropped. Durable on return.

        Returns:
            How many were new.
        """
        if not arrivals:
            return 0
        new = await self._put(arrivals)
        self.arrived.set()
        return new

    @transaction
    def _put(self, connection: Connection, arrivals: Sequence[Arrival]) -> int:
        self._lock(connection, {a.lane for a in arrivals if a.raw is not None})
        return self._insert(connection, arrivals)

    def _insert(self, connection: Connection, arrivals: Sequence[Arrival]) -> int:
        """Put rows into the inbox and tell other processes, in a transaction that holds the lanes.

        A row without its text is closed already, and its lane is nobody's.

        Returns:
            How many were new.
        """
        put = connection.execute(self._sql(sql.PUT), [self._row(arrival) for arrival in arrivals])
        self._promote(connection, sorted({a.lane for a in arrivals if a.raw is not None}))
        if self._postgres:
            notice = {"channel": CHANNEL, "bot": str(self.bot_id)}
            connection.execute(text(sql.NOTIFY), notice)
        return put.rowcount

    def _wake(self) -> None:
        """Have our workers look for rows, from whatever thread a transaction runs in."""
        self._loop.call_soon_threadsafe(self.arrived.set)

    def _row(self, arrival: Arrival) -> dict[str, Any]:
        """An arrival as the inbox holds it; one without its text is a dead letter."""
        return self._bind(
            update_id=arrival.update_id,
            lane=arrival.lane,
            kind=arrival.kind,
            raw=arrival.raw,
            chat_id=arrival.chat_id,
            user_id=arrival.user_id,
            unreadable=arrival.raw is None,
        )

    def _add(self, connection: Connection, rows: Sequence[Arrival]) -> None:
        """Put rows of our own into the inbox, within a transaction that holds their lanes."""
        if rows:
            self._insert(connection, rows)
            self._wake()

    def _promote(self, connection: Connection, lanes: Sequence[str]) -> None:
        if lanes:
            rows = [{"bot": self.bot_id, "lane": lane} for lane in lanes]
            connection.execute(self._sql(sql.PROMOTE), rows)

    async def step(
        self, closed: Sequence[Closed], back: Sequence[Back], take: int, more: int = 0
    ) -> tuple[list[Claimed], float | None]:
        """Settle finished rows and claim up to ``take`` new ones, in one transaction.

        Of the bot's own rate a claimed row takes one message's part; ``more``: how many messages
        the settled rows sent beyond that (below 0: how many fewer).

        Returns:
            The claimed rows, oldest first, and in how many seconds the bot's own rate lets the
            next one go (None: it does not hold any up).
        """
        keys = await self.tally.keys() if any(one.counted for one in closed) else {}
        try:
            done = await self._step(closed, back, take, more, keys)
        except _NotOursError:  # rare, so only then is each of them looked at before
            done = await self._step(closed, back, take, more, keys, doubtful=True)
        if self._notes is not None and (closed or back):
            settled: list[Closed | Back] = [*closed, *back]
            try:
                self._notes.drop(self.bot_id, [one.row.update_id for one in settled])
            except sqlite3.Error as error:  # they are settled all the same: their notes are idle
                log.warning("notes_not_dropped", error=describe(error))
        return done

    @transaction
    def _step(
        self,
        connection: Connection,
        closed: Sequence[Closed],
        back: Sequence[Back],
        take: int,
        more: int,
        keys: dict[Period, str],
        *,
        doubtful: bool = False,
    ) -> tuple[list[Claimed], float | None]:
        wait: float | None = None
        claimed: list[Claimed] = []
        if closed:
            closed = self._close(connection, closed, doubtful=doubtful)
        if back:
            rows = [
                self._bind(id=b.row.id, owner=self.owner, delay=b.delay, sent=b.sent,
                           failed=int(b.failed), given_back=int(not b.failed))
                for b in back
            ]  # fmt: skip
            connection.execute(self._sql(sql.BACK), rows)
        if take > 0 and self._rate:
            take, wait = self._allowed(connection, take)
        if take > 0:
            lasts = LASTS.total_seconds()
            bound = self._bind(owner=self.owner, lease=LEASE, take=take, lasts=lasts)
            found = connection.execute(self._sql(sql.CLAIM), bound)
            claimed = sorted((Claimed(*row) for row in found), key=lambda row: row.id)
            claimed = self._with_followed(connection, claimed)
        if self._rate and len(claimed) + more:
            bound = self._bind(spent=(len(claimed) + more) / self._rate, burst=self._burst)
            connection.execute(self._sql(sql.SPEND), bound)
        # last, for it holds rows that every worker counts in
        if any(one.counted for one in closed):
            self.tally.count(connection, closed, keys)
        return claimed, wait

    def _with_followed(self, connection: Connection, claimed: list[Claimed]) -> list[Claimed]:
        """The rows, knowing behind which of them others of the same lane wait."""
        if not claimed:
            return claimed
        found = connection.execute(self._sql(sql.FOLLOWED), self._bind(owner=self.owner))
        followed = set(found.scalars())
        return [replace(row, followed=True) if row.id in followed else row for row in claimed]

    def _close(
        self, connection: Connection, closed: Sequence[Closed], *, doubtful: bool
    ) -> Sequence[Closed]:
        """Close rows with all that they change.

        Returns:
            The rows that were closed; if ``doubtful``, see ``_ours``.

        Raises:
            _NotOursError: some are not ours; never if ``doubtful``.
        """
        lanes = sorted({c.row.lane for c in closed})
        others = {relay.lane for c in closed for relay in c.relays}
        self._lock(connection, {*lanes, *others})
        if doubtful:
            closed = self._ours(connection, closed)
        if closed and self._settle(connection, closed) < len(closed):
            raise _NotOursError
        if joined := [self._bind(id=one, lane=c.row.lane) for c in closed for one in c.joined]:
            connection.execute(self._sql(sql.JOIN), joined)
        people = [
            self._bind(chat_id=c.row.chat_id, user_id=c.row.user_id, memory=c.memory)
            for c in closed
            if c.memory is not None and c.row.user_id
        ]
        if kept := [person for person in people if person["memory"]]:
            connection.execute(self._sql(sql.REMEMBER), kept)
        if gone := [person for person in people if not person["memory"]]:
            connection.execute(self._sql(sql.FORGET), gone)
        for row in closed:
            self._lasting(connection, row)
        self._promote(connection, lanes)
        return closed

    def _settle(self, connection: Connection, closed: Sequence[Closed]) -> int:
        rows = [
            self._bind(id=c.row.id, user_id=c.row.user_id, owner=self.owner, outcome=c.outcome,
                       dead=c.dead)
            for c in closed
        ]  # fmt: skip
        return connection.execute(self._sql(sql.CLOSE), rows).rowcount

    def _ours(self, connection: Connection, closed: Sequence[Closed]) -> list[Closed]:
        """The rows that are still ours, held until the commit.

        One that another took over, or that was closed before by a transaction whose
        acknowledgement was lost, changes nothing: what it would set is newer there. One whose
        person had all deleted meanwhile is nobody's, and nothing is kept of it.
        """
        inbox = schema.inbox
        at_work = (inbox.c.state == schema.State.WORK, inbox.c.owner == self.owner)
        found = connection.execute(
            select(inbox.c.id, inbox.c.user_id)
            .where(inbox.c.id.in_([c.row.id for c in closed]), *at_work)
            .with_for_update()
        )
        whose = {row.id: row.user_id for row in found}
        return [
            replace(c, row=replace(c.row, user_id=whose[c.row.id]))
            for c in closed
            if c.row.id in whose
        ]

    @transaction
    def behind(self, connection: Connection, row: Claimed, most: int) -> list[Behind]:
        """The next rows of a claimed row's lane; they stay where they are."""
        bound = self._bind(lane=row.lane, most=most)
        found = connection.execute(self._sql(sql.BEHIND_ROWS), bound)
        return [Behind(*one) for one in found]

    def _lasting(self, connection: Connection, closed: Closed) -> None:
        """What a closed row changes of a person's own record."""
        if closed.due is not None and (relay := handovers.read_relay(closed.row)):
            handovers.put_off(connection, self.bot_id, relay, closed.due)
        elif closed.row.user_id:
            self._keep(connection, closed)
        if closed.scrub:
            self.people.scrub(connection, closed.row.chat_id, closed.row.user_id)
            self.scrubbed = True
        if closed.thread is not None:
            row = closed.row
            handovers.keep(connection, self.bot_id, row.chat_id, row.user_id, closed.thread)
        if closed.shown is not None:
            self._add(connection, self._late(connection, closed.row, closed.shown))
        self._add(connection, closed.relays)

    def _keep(self, connection: Connection, closed: Closed) -> None:
        who = self._bind(chat_id=closed.row.chat_id, user_id=closed.row.user_id)
        if closed.kept:
            bound = {**who, "kept": closed.kept, "due": closed.due}
            connection.execute(self._sql(sql.KEEP), bound)
        elif closed.kept is not None:
            connection.execute(self._sql(sql.DROP), who)
        elif closed.due is not None:
            connection.execute(self._sql(sql.PUT_OFF), {**who, "due": closed.due})

    def _allowed(self, connection: Connection, take: int) -> tuple[int, float | None]:
        """How many may be claimed under the rate that all workers share, and when the next may."""
        bound = self._bind(burst=self._burst)
        connection.execute(self._sql(sql.FIRST_PACE), bound)
        found = connection.execute(self._sql(sql.PACE), bound)
        ahead = float(found.scalar_one())  # seconds of allowance; below 0: in debt
        allowed = int(ahead * self._rate + 1e-6)
        if allowed >= take:
            return take, None
        return max(allowed, 0), (1 - ahead * self._rate) / self._rate

    async def note(
        self, row: Claimed, sent: int, shown: tuple[int, int, int] | None = None
    ) -> None:
        """Note that so many calls of a row's answer were made, so that none is made again.

        It outlives the process; the row is settled with others, later. ``shown``: as in
        ``Closed``; it is kept first, for what is not sent again tells its number only once.
        """
        if shown is not None:
            await self._show(row, shown)
        if isinstance(self.db, Postgres):
            bound = {"id": row.id, "owner": self.owner, "sent": sent}
            await self.db.alone(lambda connection: connection.execute(self._sql(sql.NOTE), bound))
        else:
            self._noted().write(self.bot_id, row.update_id, sent)

    @transaction
    def _show(self, connection: Connection, row: Claimed, shown: tuple[int, int, int]) -> None:
        self._tell(connection, self._late(connection, row, shown))

    def _late(
        self, connection: Connection, row: Claimed, shown: tuple[int, int, int]
    ) -> list[Arrival]:
        """Remember what a clinic's staff were sent. Returns as ``handovers.shown``."""
        clinic = row.lane.removeprefix(handovers.STAFF)
        return handovers.shown(connection, self.bot_id, clinic, *shown)

    def _noted(self) -> Notes:
        if self._notes is None:
            file = Path(self.db.url.database or "")
            self._notes = Notes(file.with_name("sent.sqlite"))
        return self._notes

    async def take_over(self, *, all_owners: bool) -> int:
        """Make rows claimable again whose worker is gone, and heads that were left behind.

        ``all_owners``: nobody else works on this database, so every row at work is a dead one's.
        """
        recalled = all_owners and not self._postgres  # what a process that died had noted
        noted = self._noted().read(self.bot_id) if recalled else {}
        return await self._take_over(noted, all_owners=all_owners)

    @transaction
    def _take_over(
        self, connection: Connection, noted: Mapping[int, int], *, all_owners: bool
    ) -> int:
        if all_owners:  # the clock may have been set back since: seconds would become hours
            connection.execute(self._sql(sql.DUE_NOW), self._bind())
        if noted:
            rows = [self._bind(update_id=at, sent=sent) for at, sent in noted.items()]
            connection.execute(self._sql(sql.RECALL), rows)
        template = sql.TAKE_OVER_ALL if all_owners else sql.TAKE_OVER
        found = connection.execute(self._sql(template), self._bind())
        stranded = connection.execute(self._sql(sql.STRANDED), self._bind())
        lanes = sorted(row.lane for row in stranded)
        self._lock(connection, lanes)
        self._promote(connection, lanes)
        if not self._postgres or found.rowcount or lanes:
            self._wake()
        return int(found.rowcount)

    @transaction
    def renew(self, connection: Connection, in_hand: Sequence[int]) -> None:
        """Keep the lease of these rows, by their ids."""
        if in_hand:
            rows = [self._bind(id=one, owner=self.owner, lease=LEASE) for one in in_hand]
            connection.execute(self._sql(sql.RENEW), rows)

    async def purge(self) -> None:
        """Delete memories that are over, closed rows that are old, and marks of past periods."""
        await self._purge()
        await self.tally.purge()
        await self.db.empty_log()
        self.scrubbed = False

    @transaction
    def _purge(self, connection: Connection) -> None:
        bound = self._bind(lasts=LASTS.total_seconds(), remembered=REMEMBERED)
        connection.execute(self._sql(sql.PURGE_MEMORY), bound)
        connection.execute(self._sql(sql.PURGE_CLOSED), bound)
        self._tell(connection, handovers.purge(connection, self.bot_id))

    def _tell(self, connection: Connection, rows: Sequence[Arrival]) -> None:
        self._lock(connection, {row.lane for row in rows})
        self._add(connection, rows)

    @transaction
    def forget_handovers(self, connection: Connection, chat_id: int) -> None:
        """Delete a person's conversations with clinics, and have the clinics told."""
        mine = schema.handover.c.chat_id == chat_id
        rows = handovers.drop(connection, self.bot_id, "deleted", mine)
        self._tell(connection, rows)

    @transaction
    def forget_chat(self, connection: Connection, chat_id: int, before: int) -> None:
        """Delete all that is kept of a chat, its waiting updates too (they are closed).

        ``before``: the row that tells of it; what came after it is a new beginning.
        """
        self.tally.forget(connection, chat_id)
        mine = schema.handover.c.chat_id == chat_id
        rows = handovers.drop(connection, self.bot_id, "gone", mine)
        self._tell(connection, rows)
        bound = self._bind(chat_id=chat_id)
        connection.execute(self._sql(sql.FORGET_CHAT), bound)
        connection.execute(self._sql(sql.DROP_CHAT), bound)
        waiting = {**bound, "before": before, "relay": handovers.RELAY}
        connection.execute(self._sql(sql.CLOSE_CHAT), waiting)

    @transaction
    def move_chat(self, connection: Connection, old: int, new: int) -> None:
        """A group became a supergroup: its memories follow."""
        bound = {"bot": self.bot_id, "old": old, "new": new}
        for statement in (sql.MOVE_CHAT, sql.MOVE_PERSON):
            connection.execute(self._sql(statement), bound)
        left = self._bind(chat_id=old)  # the new chat has its own already
        for statement in (sql.FORGET_CHAT, sql.DROP_CHAT):
            connection.execute(self._sql(statement), left)

    @transaction
    def depth(self, connection: Connection) -> Depth:
        """How much waits."""
        found = (connection.execute(self._sql(sql.DEPTH), self._bind())).all()
        waiting = [row for row in found if row[0] != schema.State.DEAD]
        oldest = max((float(row[2]) for row in waiting if row[2] is not None), default=0.0)
        dead = sum(int(row[1]) for row in found if row[0] == schema.State.DEAD)
        return Depth(sum(int(row[1]) for row in waiting), max(oldest, 0.0), dead)

    @transaction
    def setting(self, connection: Connection, name: str, first: str | None = None) -> str | None:
        """A kept setting; where there is none, ``first`` is kept and returned."""
        if first is not None:
            bound = {"name": name, "value": first}
            connection.execute(self._sql(sql.FIRST_SETTING), bound)
        found = connection.execute(self._sql(sql.SETTING), {"name": name})
        value: str | None = found.scalar_one_or_none()
        return value

    @transaction
    def set_setting(self, connection: Connection, name: str, value: str) -> None:
        """Keep a setting."""
        connection.execute(self._sql(sql.SET_SETTING), {"name": name, "value": value})

    async def close(self) -> None:
        """Close the connections."""
        if self._notes is not None:
            self._notes.close()
            self._notes = None
        await self.db.close()
