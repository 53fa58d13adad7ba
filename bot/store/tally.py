"""Counts by day, week and month, for a clinic and for all, that tell of groups and of nobody.

A count may be shown once five different people stand behind it. To know that, the first four
leave a mark: a hash of their number under a key that is made for the period and a pepper that no
database holds. With the fifth the count is ``enough`` and its marks go; when the period is over,
key and marks go, and a count that was not enough is set to 0. What is shown is rounded to fives,
so that a number that is held back cannot be worked out from a total and the numbers beside it.
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from bot.store import sql
from bot.store.database import Database, transaction
from bot.store.rows import Closed
from bot.store.schema import tally, tally_key, tally_person
from bot.store.staff import mark

ENOUGH = 5  # different people
ALL = "*"  # the clinic that stands for everybody
KEPT = 400 * 86400.0  # seconds that counts last


CellKey = tuple[str, str, str, str]  # clinic, period, what, name


@dataclass(frozen=True, slots=True)
class Period:
    """A day, a week or a month of UTC: ``2027-03-01``, ``2027-W09``, ``2027-03``."""

    name: str
    ends: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A count, rounded; ``number`` is None where fewer than five people stand behind it."""

    period: str
    what: str
    name: str
    number: int | None


def shown(number: int | None, by: str = "") -> str:
    """A count's number as it may be read; ``by`` stands between thousands."""
    return f"< {ENOUGH}" if number is None else f"{number:{by}}"


def day(on: dt.date) -> Period:
    """The period of a day."""
    return Period(on.isoformat(), _midnight(on + dt.timedelta(days=1)))


def week(on: dt.date) -> Period:
    """The period of the week that a day is in, from Monday on."""
    year, number, weekday = on.isocalendar()
    after = on + dt.timedelta(days=8 - weekday)
    return Period(f"{year}-W{number:02d}", _midnight(after))


def month(on: dt.date) -> Period:
    """The period of the month that a day is in."""
    after = (on.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return Period(f"{on:%Y-%m}", _midnight(after))


def year(at: dt.datetime) -> list[Period]:
    """The twelve months up to that of a moment."""
    found, on = [], at.date()
    for _ in range(12):
        found.append(month(on))
        on = on.replace(day=1) - dt.timedelta(days=1)
    return found


def summed(cells: Iterable[Cell]) -> dict[tuple[str, str], int | None]:
    """Cells over their periods, by (what, name); None where no period may be shown."""
    found: dict[tuple[str, str], int | None] = {}
    for cell in cells:
        held = found.get((cell.what, cell.name))
        number = held if cell.number is None else (held or 0) + cell.number
        found[cell.what, cell.name] = number
    return found


def _midnight(on: dt.date) -> float:
    return dt.datetime.combine(on, dt.time(), dt.UTC).timestamp()


def rounded(number: int) -> int:
    """A number as it may be shown: to the nearest five."""
    return (number + ENOUGH // 2) // ENOUGH * ENOUGH


def periods(at: float) -> tuple[Period, Period, Period]:
    """The day, the week and the month of a moment."""
    on = dt.datetime.fromtimestamp(at, dt.UTC).date()
    return day(on), week(on), month(on)


class Tally:
    """One bot's counts. ``pepper``: what marks need beside the key, and no database holds."""

    def __init__(self, db: Database, bot_id: int, pepper: str = "") -> None:
        self.db = db
        self._bot = bot_id
        self._pepper = pepper
        self._check = self._mark("check", 0)
        self._keys: dict[str, str] = {}
        self._enough: set[CellKey] = set()

    def _sql(self, template: str) -> Any:
        return sql.statement(template, postgres=self.db.postgres)

    async def keys(self) -> dict[Period, str]:
        """The keys of the periods that we are in, made where they are new.

        They are committed before any mark is made with them: two workers never use two keys.
        """
        now = periods(time.time())
        if any(period.name not in self._keys for period in now):
            await self._learn_keys(now)
            self._enough.clear()  # what was learnt is of periods that may be over
        return {period: self._keys[period.name] for period in now}

    @transaction
    def _learn_keys(self, connection: Connection, now: Sequence[Period]) -> None:
        rows = [
            {"bot": self._bot, "period": one.name, "ends": one.ends, "key": self._made()}
            for one in now
        ]
        connection.execute(self._sql(sql.FIRST_KEY), rows)
        self._keys = self._kept(connection)
        for name in [n for n, key in self._keys.items() if not key.endswith(self._check)]:
            self._begin_again(connection, name)

    def _made(self) -> str:
        """A new key; its end tells by which pepper marks were made with it."""
        return secrets.token_hex(20) + self._check

    def _mark(self, key: str, user_id: int) -> str:
        return mark(key + self._pepper, user_id)

    def _begin_again(self, connection: Connection, period: str) -> None:
        """Marks made by another pepper say nothing now, and nobody may be counted twice."""
        mine = (tally_person.c.bot_id == self._bot, tally_person.c.period == period)
        connection.execute(delete(tally_person).where(*mine))
        self._keys[period] = self._made()
        connection.execute(
            update(tally_key)
            .where(tally_key.c.bot_id == self._bot, tally_key.c.period == period)
            .values(key=self._keys[period])
        )

    def _kept(self, connection: Connection) -> dict[str, str]:
        found = connection.execute(
            select(tally_key.c.period, tally_key.c.key).where(tally_key.c.bot_id == self._bot)
        )
        return {row.period: row.key for row in found}

    def count(
        self, connection: Connection, closed: Sequence[Closed], keys: dict[Period, str]
    ) -> None:
        """Add what closed rows count. In order of their keys, so that no two workers deadlock."""
        ends = {period.name: period.ends for period in keys}
        people: dict[CellKey, list[int]] = {}
        for row in closed:
            whose = row.row.user_id
            for what, name, clinic in row.counted:
                for period in keys:
                    for seen_by in {ALL, clinic or ALL}:
                        people.setdefault((seen_by, period.name, what, name), []).append(whose)
        added = [
            {**self._named(cell), "n": len(whose), "ends": ends[cell[1]]}
            for cell, whose in sorted(people.items())
        ]
        self._learn_enough(connection, people.keys() - self._enough)
        connection.execute(self._sql(sql.COUNT), added)
        if few := sorted(people.keys() - self._enough):
            key_of = {period.name: key for period, key in keys.items()}
            known = ((one, who) for one in few for who in people[one] if who)  # 0 is nobody
            marked = {(one, self._mark(key_of[one[1]], who)) for one, who in known}
            marks = [{**self._named(one), "mark": mark} for one, mark in sorted(marked)]
            names = [self._named(one) for one in few]
            if marks:
                connection.execute(self._sql(sql.MARK), marks)
            judged = [{**one, "enough": ENOUGH} for one in names]
            connection.execute(self._sql(sql.ENOUGH), judged)
            connection.execute(self._sql(sql.UNMARK), names)

    def _learn_enough(self, connection: Connection, asked: AbstractSet[CellKey]) -> None:
        """Remember which counts need no more marks; only what was committed before is learnt."""
        if not asked:
            return
        found = connection.execute(
            select(tally.c.clinic, tally.c.period, tally.c.what, tally.c.name).where(
                tally.c.bot_id == self._bot,
                tally.c.clinic.in_({one[0] for one in asked}),
                tally.c.period.in_({one[1] for one in asked}),
                tally.c.what.in_({one[2] for one in asked}),
                tally.c.name.in_({one[3] for one in asked}),
                tally.c.enough == 1,
            )
        )
        self._enough |= {(row[0], row[1], row[2], row[3]) for row in found}

    def _named(self, cell: CellKey) -> dict[str, Any]:
        clinic, period, what, name = cell
        return {"bot": self._bot, "clinic": clinic, "period": period, "what": what, "name": name}

    @transaction
    def cells(self, connection: Connection, clinic: str, names: Iterable[str]) -> list[Cell]:
        """The counts of some periods, for a clinic or ``ALL``; small ones without their number."""
        rows = connection.execute(
            select(tally.c.period, tally.c.what, tally.c.name, tally.c.count, tally.c.enough)
            .where(
                tally.c.bot_id == self._bot,
                tally.c.clinic == clinic,
                tally.c.period.in_(list(names)),
            )
            .order_by(tally.c.period, tally.c.what, tally.c.name)
        )
        return [
            Cell(period, what, name, rounded(number) if enough else None)
            for period, what, name, number, enough in rows
        ]

    def _marks(self, connection: Connection, user_id: int) -> list[str]:
        """A person's marks under the keys that there are."""
        return [self._mark(key, user_id) for key in self._kept(connection).values()]

    def forget(self, connection: Connection, user_id: int) -> None:
        """Take a person's marks away."""
        marks = self._marks(connection, user_id)
        connection.execute(delete(tally_person).where(self._marked(marks)))

    def marked(self, connection: Connection, user_id: int) -> list[dict[str, Any]]:
        """Every row that bears a mark of a person."""
        marks = self._marks(connection, user_id)
        rows = connection.execute(select(tally_person).where(self._marked(marks)))
        return [dict(row) for row in rows.mappings()]

    def _marked(self, marks: list[str]) -> ColumnElement[bool]:
        return and_(tally_person.c.bot_id == self._bot, tally_person.c.mark.in_(marks))

    @transaction
    def purge(self, connection: Connection) -> None:
        """Throw away the keys and marks of periods that are over, and counts that are old."""
        now = time.time()
        over = (
            select(tally_key.c.period)
            .where(tally_key.c.bot_id == self._bot, tally_key.c.ends < now)
            .scalar_subquery()
        )
        connection.execute(
            delete(tally_person).where(
                tally_person.c.bot_id == self._bot, tally_person.c.period.in_(over)
            )
        )
        connection.execute(
            delete(tally_key).where(tally_key.c.bot_id == self._bot, tally_key.c.ends < now)
        )
        connection.execute(
            update(tally)
            .where(tally.c.bot_id == self._bot, tally.c.ends < now)
            .where(tally.c.enough == 0, tally.c.count > 0)
            .values(count=0)
        )
        connection.execute(
            delete(tally).where(tally.c.bot_id == self._bot, tally.c.ends < now - KEPT)
        )
