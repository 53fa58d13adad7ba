"""A clock that is set forward or back neither loses an update nor silences the bot."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.clock import SteadyClock
from bot.store.opening import migrate, open_database
from bot.store.rows import Back
from bot.store.store import Store
from tests.store.test_store import claim, says

DAY = 24 * 3600.0


class Wall:
    """The system's clock, as somebody sets it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead, real = 0.0, time.time
        monkeypatch.setattr(time, "time", lambda: real() + self.ahead)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


def test_no_step_moves_it(wall: Wall) -> None:
    now = SteadyClock()
    for wall.ahead in (-DAY, 2 * DAY):
        assert abs(now() - (time.time() - wall.ahead)) < 1


@pytest.mark.parametrize("jump", [-2 * DAY, 2 * DAY])
async def test_what_waits_does_not_age_and_a_short_wait_stays_short(
    tmp_path: Path, wall: Wall, jump: float
) -> None:
    store = Store(open_database(tmp_path, None), 7, "one", rate=30.0)
    await migrate(store.db)
    await store.put([says(1), says(2, chat=2)])
    held, _ = await claim(store)
    await store.step([], [Back(held, 0.0)], 0)
    wall.ahead = jump
    (again,) = await claim(store)
    assert again.update_id == 1
    assert 0 <= again.age < 60
    assert (await store.depth()).oldest < 60
    await store.close()


async def test_a_start_after_the_clock_was_set_back_waits_for_nothing(
    tmp_path: Path, wall: Wall
) -> None:
    wall.ahead = DAY
    store = Store(open_database(tmp_path, None), 7, "one", rate=30.0)
    await migrate(store.db)
    await store.put([says(1), says(2, chat=2)])
    rows = await claim(store)
    await store.step([], [Back(row, 1.0) for row in rows], 0)
    await store.close()

    wall.ahead = 0.0
    store = Store(open_database(tmp_path, None), 7, "two", rate=30.0)
    await store.take_over(all_owners=True)
    assert len(await claim(store)) == 2
    await store.close()


async def test_a_bots_own_rate_never_silences_it_for_long(stores: tuple[Store, Store]) -> None:
    """The allowance of a database whose clock was an hour ahead."""
    store = Store(stores[0].db, stores[0].bot_id, "one", rate=30.0)
    await store.put([says(1)])
    debt = text("INSERT INTO pace (bot_id, next) VALUES (:bot, :next)")
    bound = {"bot": store.bot_id, "next": time.time() + 3600}
    await store.db.run(lambda connection: connection.execute(debt, bound))
    assert len(await claim(store)) == 1


async def test_an_age_is_told_by_the_databases_clock(
    stores: tuple[Store, Store], wall: Wall
) -> None:
    """A worker whose own clock is wrong does not take new updates for old ones."""
    await stores[0].put([says(1)])
    wall.ahead = 3 * DAY
    (row,) = await claim(stores[0])
    assert 0 <= row.age < 60
