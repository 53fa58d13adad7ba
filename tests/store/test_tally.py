"""Counts by period and by people: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.store.people import People
from bot.store.rows import Closed
from bot.store.schema import tally, tally_key, tally_person
from bot.store.store import Store
from bot.store.tally import ALL, ENOUGH, Tally, periods, rounded
from tests.store.test_store import claim, says

MONDAY = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
GAP = ("gap", "sun", "oak")


async def ask(store: Store, who: int, *counted: tuple[str, str, str]) -> None:
    """A person's question, from the inbox to its count."""
    ask.number += 1  # type: ignore[attr-defined]
    await store.put([says(ask.number, chat=who)])  # type: ignore[attr-defined]
    (row,) = await claim(store)
    await store.step([Closed(row, "answered", counted=counted or (GAP,))], [], 0)


ask.number = 0  # type: ignore[attr-defined]


async def shown(store: Store, clinic: str, period: str) -> int | None:
    (cell,) = [one for one in await store.tally.cells(clinic, [period]) if one.what == "gap"]
    return cell.number


async def marks(store: Store) -> int:
    marks = select(func.count()).where(tally_person.c.bot_id == store.bot_id)
    return await store.db.run(lambda connection: int(connection.execute(marks).scalar_one()))


@time_machine.travel(MONDAY)
async def test_a_count_is_shown_with_the_fifth_person_and_keeps_no_mark_then(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    for who in (1, 2, 3, 4, 1, 1, 2):
        await ask(store, who)
    assert await shown(store, "oak", "2027-03") is None
    assert await marks(store) == 4 * 3 * 2  # of three periods, for the clinic and for all
    await ask(other, 5)
    for clinic in ("oak", ALL):
        for period in ("2027-03-01", "2027-W09", "2027-03"):
            assert await shown(store, clinic, period) == rounded(8)
    assert await marks(store) == 0
    await ask(store, 6)
    assert await marks(store) == 0


@time_machine.travel(MONDAY)
async def test_people_are_counted_for_each_clinic_by_itself(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    for who in (1, 2, 3):
        await ask(store, who, ("gap", "sun", "oak"))
    for who in (4, 5):
        await ask(store, who, ("gap", "sun", "elm"))
    await ask(store, 6, ("gap", "sun", ""))
    assert await shown(store, "oak", "2027-03") is None
    assert await shown(store, "elm", "2027-03") is None
    assert await shown(store, ALL, "2027-03") == rounded(6)


async def test_five_on_two_days_are_five_in_the_week_and_few_on_each_day(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    with time_machine.travel(MONDAY):
        for who in (1, 2, 3):
            await ask(store, who)
    with time_machine.travel(MONDAY + dt.timedelta(days=1)):
        for who in (3, 4, 5):
            await ask(store, who)
    assert await shown(store, "oak", "2027-03-01") is None
    assert await shown(store, "oak", "2027-03-02") is None
    assert await shown(store, "oak", "2027-W09") == rounded(6)


async def test_when_a_period_is_over_its_marks_keys_and_small_numbers_go(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    with time_machine.travel(MONDAY):
        for who in (1, 2, 3, 4):
            await ask(store, who)
        for who in (1, 2, 3, 4, 5):
            await ask(store, who, ("up", "what", ""))
    with time_machine.travel(MONDAY + dt.timedelta(days=40)):
        await store.purge()
        assert await marks(store) == 0
        assert await shown(store, "oak", "2027-03") is None
        keys = select(func.count()).where(tally_key.c.bot_id == store.bot_id)
        numbers = (
            select(tally.c.what, tally.c.count).where(tally.c.bot_id == store.bot_id).distinct()
        )
        left = await store.db.run(lambda connection: connection.execute(keys).scalar_one())
        assert left == 0
        found = await store.db.run(lambda connection: connection.execute(numbers).all())
        assert sorted((row[0], row[1]) for row in found) == [("gap", 0), ("up", 5)]
    with time_machine.travel(MONDAY + dt.timedelta(days=500)):
        await store.purge()
        assert await store.tally.cells(ALL, ["2027-03"]) == []


@time_machine.travel(MONDAY)
async def test_who_deletes_their_data_is_no_longer_one_of_the_five(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    people = store.people
    for who in (1, 2, 3, 4):
        await ask(store, who)
    assert len((await people.everything(4, 4))["tally_person"]) == 6
    assert await people.delete(4, 4) == 0
    await ask(store, 4)  # comes back
    assert await shown(store, "oak", "2027-03") is None
    await people.delete(4, 4)
    await ask(store, 5)
    assert await shown(store, "oak", "2027-03") is None
    await ask(store, 6)
    assert await shown(store, "oak", "2027-03") is not None


@time_machine.travel(MONDAY)
async def test_two_workers_that_count_the_same_at_once_lose_nothing(
    stores: tuple[Store, Store],
) -> None:
    await stores[0].put([says(number, chat=number) for number in range(1, 41)])
    facts = (("gap", "sun", "oak"), ("asked", "", "oak"), ("asked", "answer", "oak"))

    async def work(store: Store) -> None:
        while rows := await claim(store, 2):
            await store.step([Closed(row, "answered", counted=facts) for row in rows], [], 0)

    await asyncio.gather(*(work(store) for store in stores))
    cells = await stores[0].tally.cells("oak", ["2027-03"])
    assert [(one.what, one.number) for one in cells] == [("asked", 40), ("asked", 40), ("gap", 40)]
    assert await marks(stores[0]) == 0


@time_machine.travel(MONDAY)
async def test_marks_cannot_be_made_again_from_the_database_alone(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    store.tally = Tally(store.db, store.bot_id, "pepper")
    for who in (1, 2, 3, 4):
        await ask(store, who)
    without = People(store.db, store.bot_id, Tally(store.db, store.bot_id))
    assert (await without.everything(4, 4))["tally_person"] == []
    found = await store.people.everything(4, 4)
    assert len(found["tally_person"]) == 6
    store.tally = Tally(store.db, store.bot_id, "another")  # the token was changed
    for who in (1, 2, 3, 4):
        await ask(store, who)
    assert await shown(store, "oak", "2027-03") is None
    await ask(store, 5)
    assert await shown(store, "oak", "2027-03") == rounded(9)


async def test_blocking_the_bot_takes_the_marks_away(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await ask(store, 1)
    assert await marks(store)
    await store.forget_chat(1, before=1)
    assert await marks(store) == 0


@given(st.integers(ENOUGH, 10**9))
def test_a_rounded_number_is_near_and_never_below_five(number: int) -> None:
    assert rounded(number) % ENOUGH == 0
    assert abs(rounded(number) - number) < ENOUGH / 2
    assert rounded(number) >= ENOUGH


@given(st.floats(0, 4e9))
def test_periods_end_after_the_moment_and_together_with_a_day(at: float) -> None:
    found = periods(at)
    assert all(at < period.ends <= at + 32 * 86400 for period in found)
    assert all(period.ends % 86400 == 0 for period in found)
    assert len({len(period.name) for period in found}) == 3


@pytest.mark.parametrize(
    ("day", "names"),
    [
        ((2026, 12, 31), ("2026-12-31", "2026-W53", "2026-12")),
        ((2027, 1, 1), ("2027-01-01", "2026-W53", "2027-01")),
    ],
)
def test_a_week_may_lie_in_two_years(
    day: tuple[int, int, int], names: tuple[str, str, str]
) -> None:
    at = dt.datetime(*day, 23, 59, tzinfo=dt.UTC).timestamp()
    assert tuple(period.name for period in periods(at)) == names
    assert time.time() < periods(time.time())[0].ends
