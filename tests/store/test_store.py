"""One suite that both stores pass: SQLite, and a real PostgreSQL where its wheel is installed."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.util import await_only

from bot.opened import opened_store
from bot.settings import StartError, load_settings
from bot.store import database
from bot.store.handovers import relay_row
from bot.store.listen import listen
from bot.store.opening import migrate, open_database
from bot.store.rows import Arrival, Back, Claimed, Closed
from bot.store.store import TROUBLE, Store
from bot.turn.handover import Draft, Relay, Thread


async def rows_of(store: Store, statement: str) -> list[tuple[Any, ...]]:
    return await store.db.run(
        lambda connection: [tuple(row) for row in connection.exec_driver_sql(statement)]
    )


def says(number: int, chat: int = 1) -> Arrival:
    return Arrival(number, str(chat), "message", f'{{"n": {number}}}', chat, chat)


async def claim(store: Store, take: int = 10) -> list[Claimed]:
    rows, _ = await store.step([], [], take)
    return rows


async def test_an_update_that_comes_twice_is_kept_once(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    assert await store.put([says(1), says(2, chat=2)]) == 2
    assert await store.put([says(1), says(3, chat=3)]) == 1
    assert sorted(row.update_id for row in await claim(store)) == [1, 2, 3]


async def test_a_chat_is_answered_in_order_one_at_a_time(stores: tuple[Store, Store]) -> None:
    store, other = stores
    await store.put([says(1), says(2), says(3, chat=2), says(4)])
    first = await claim(store)
    assert [row.update_id for row in first] == [1, 3]
    assert await claim(other) == []
    await store.step([Closed(first[0], "answered")], [], 0)
    assert [row.update_id for row in await claim(other)] == [2]


async def test_one_answer_may_close_the_rows_behind_it(stores: tuple[Store, Store]) -> None:
    store, other = stores
    await store.put([says(1), says(2), says(3), says(4), says(5, chat=2)])
    first, alone = await claim(store)
    assert (first.followed, alone.followed) == (True, False)
    behind = await store.behind(first, 2)
    assert [one.raw for one in behind] == ['{"n": 2}', '{"n": 3}']
    joined = (*(one.id for one in behind), alone.id)  # the last is not behind it: left alone
    await store.step([Closed(first, "answered", joined=joined)], [], 0)
    assert [row.update_id for row in await claim(other)] == [4]
    assert (await store.depth()).waiting == 2
    statement = "SELECT raw FROM inbox WHERE outcome = 'joined'"
    assert await rows_of(store, statement) == [(None,), (None,)]


async def test_a_row_that_a_failed_transaction_claimed_is_free_again_after_its_lease(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker does not know that it has it, and so does not renew it."""
    store, _ = stores
    monkeypatch.setattr("bot.store.store.LEASE", -1.0)
    await store.put([says(1), says(2, chat=2)])
    lost, in_hand = await claim(store)
    monkeypatch.setattr("bot.store.store.LEASE", 60.0)
    await store.renew([in_hand.id])
    assert await store.take_over(all_owners=False) == 1
    assert [row.id for row in await claim(store)] == [lost.id]


async def test_a_row_given_back_is_first_of_its_chat_again(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1), says(2)])
    (row,) = await claim(store)
    await store.step([], [Back(row, 0.0, failed=True, sent=1)], 0)
    (again,) = await claim(store)
    assert (again.update_id, again.failures, again.sent) == (1, 1, 1)


async def test_a_held_row_waits_and_keeps_its_chat_waiting(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1), says(2), says(3, chat=2)])
    rows = await claim(store)
    await store.step([], [Back(rows[0], 60.0)], 0)
    assert await claim(store) == []
    assert (await store.depth()).waiting == 3


async def test_memory_is_kept_with_the_answer_and_forgotten(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1), says(2)])
    (row,) = await claim(store)
    ((row,), _) = await store.step([Closed(row, "answered", memory='{"topic": "x"}')], [], 1)
    assert row.memory == '{"topic": "x"}'
    await store.step([Closed(row, "answered", memory="")], [], 0)
    await store.put([says(3)])
    (row,) = await claim(store)
    assert row.memory is None


async def test_a_closed_row_keeps_no_text(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1), Arrival(2, "unreadable", "unreadable", None)])
    await store.step([Closed((await claim(store))[0], "answered")], [], 0)
    texts = f"SELECT count(*) FROM inbox WHERE raw IS NOT NULL AND bot_id = {store.bot_id}"
    assert await rows_of(store, texts) == [(0,)]
    assert (await store.depth()).dead == 1


async def test_what_a_dead_worker_noted_as_sent_is_known_to_the_next(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    await store.put([says(1), says(2, chat=2), says(3, chat=3)])
    rows = await claim(store)
    for row in rows[:2]:
        await store.note(row, 1)
    await store.step([Closed(rows[0], "answered")], [], 0)
    await other.take_over(all_owners=True)  # SQLite has one process; on PostgreSQL leases run out
    assert [(row.update_id, row.sent) for row in await claim(other)] == [(2, 1), (3, 0)]


async def test_damaged_notes_keep_no_bot_from_starting(tmp_path: Path) -> None:
    (tmp_path / "sent.sqlite").write_bytes(b"no database" * 100)
    store = Store(open_database(tmp_path, None), 7, "one")
    await migrate(store.db)
    await store.put([says(1)])
    (row,) = await claim(store)
    await store.take_over(all_owners=True)
    await store.note(row, 1)
    await store.close()


async def test_notes_that_cannot_be_opened_are_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "sent.sqlite").mkdir()
    settings = load_settings(telegram_bot_token="7:a", state_dir=tmp_path, _env_file=None)
    with pytest.raises(StartError, match="unable to open database file"):
        async with opened_store(settings) as store:
            await store.take_over(all_owners=True)


async def test_a_dead_workers_rows_are_taken_over(stores: tuple[Store, Store]) -> None:
    store, other = stores
    await store.put([says(1), says(2)])
    (lost,) = await claim(store)
    assert await other.take_over(all_owners=False) == 0  # its lease still runs
    assert await other.take_over(all_owners=True) == 1
    (taken,) = await claim(other)
    await store.step([Closed(lost, "answered")], [], 0)  # too late: it is the other's
    assert await claim(store) == []
    await other.step([Closed(taken, "answered")], [], 0)
    assert [row.update_id for row in await claim(store)] == [2]


async def test_a_worker_that_wakes_up_late_changes_nothing_that_another_did_since(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease was over: another answered the row, and what came after it."""
    late, other = stores
    monkeypatch.setattr("bot.store.store.LEASE", -1.0)
    await late.put([says(1), says(2), says(3, chat=2)])
    old, own = await claim(late)
    monkeypatch.setattr("bot.store.store.LEASE", 60.0)
    await other.take_over(all_owners=False)
    thread = Thread(clinic="oak", draft=Draft(text="?"))
    first = Closed(old, "answered", "first", kept="1", thread=thread, counted=(("asked", "", ""),))
    taken, again = await claim(other)
    assert (taken.id, again.id) == (old.id, own.id)
    await other.step([replace(first, row=taken)], [Back(again, 60.0)], 0)
    (second,) = await claim(other)
    await other.step([Closed(second, "answered", "second", kept="2")], [], 0)

    await late.put([says(4, chat=4)])
    (still,) = await claim(late)
    await late.step([first, Closed(still, "answered", "fourth"), Closed(own, "answered")], [], 0)
    mine = f"WHERE bot_id = {late.bot_id}"
    memories = f"SELECT chat_id, memory FROM conversation {mine} ORDER BY chat_id"
    assert await rows_of(late, memories) == [(1, "second"), (4, "fourth")]
    assert await rows_of(late, f"SELECT kept FROM person {mine}") == [("2",)]
    assert len(await rows_of(late, f"SELECT id FROM handover {mine}")) == 1
    assert set(await rows_of(late, f"SELECT count FROM tally {mine}")) == {(1,)}
    assert (await late.depth()).waiting == 1, "the other's, and given back"


async def test_a_settlement_whose_acknowledgement_is_lost_counts_once(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    await store.put([says(1)])
    (row,) = await claim(store)
    thread = Thread(clinic="oak", draft=Draft(text="?"))
    done = Closed(row, "answered", "it", thread=thread, counted=(("asked", "", ""),))
    await store.step([done], [], 0)
    await store.step([done], [], 0)  # it heard nothing, and tries again
    mine = f"WHERE bot_id = {store.bot_id}"
    assert len(await rows_of(store, f"SELECT id FROM handover {mine}")) == 1
    assert set(await rows_of(store, f"SELECT count FROM tally {mine}")) == {(1,)}


async def test_a_forgotten_chat_leaves_nothing(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1), says(2), says(3)])
    (row,) = await claim(store)
    await store.forget_chat(1, before=row.id + 3)
    await store.step([Closed(row, "blocked", memory="")], [], 0)
    assert await claim(store) == []
    assert (await store.depth()).waiting == 0


async def test_what_came_after_a_chat_was_to_be_forgotten_waits_its_turn(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    await store.put([says(1), says(2)])
    (row,) = await claim(store)
    relay = Relay(to="staff", what="question", clinic="oak", thread=1, text="x")
    await store.put([relay_row(relay, "77", 1, 1)])  # made by an earlier row
    await store.forget_chat(1, before=row.id)
    await store.step([Closed(row, "gone", memory="")], [], 0)
    assert [row.update_id for row in await claim(store)] == [2]


async def test_the_bots_own_rate_is_shared(stores: tuple[Store, Store]) -> None:
    slow = [Store(s.db, s.bot_id, s.owner, rate=2.0) for s in stores]
    await slow[0].put([says(n, chat=n) for n in range(1, 9)])
    first, _ = await slow[0].step([], [], 8)
    second, wait = await slow[1].step([], [], 8)
    assert len(first) + len(second) == 2
    assert wait is not None


async def test_a_rate_below_one_a_second_is_slow_and_no_stop(
    stores: tuple[Store, Store],
) -> None:
    slow, other = (Store(s.db, s.bot_id, s.owner, rate=0.9) for s in stores)
    await slow.put([says(n, chat=n) for n in range(1, 9)])
    assert len(await claim(slow)) == 1
    rows, wait = await other.step([], [], 8)
    assert rows == []
    assert wait is not None
    assert 0.8 < wait <= 1 / 0.9
    await asyncio.sleep(wait + 0.002)
    assert len(await claim(other)) == 1


async def test_an_answer_takes_the_part_of_the_messages_that_it_sent(
    stores: tuple[Store, Store],
) -> None:
    slow, other = (Store(s.db, s.bot_id, s.owner, rate=2.0) for s in stores)
    await slow.put([says(n, chat=n) for n in range(1, 20)])
    rows, _ = await slow.step([], [], 8)
    await slow.step([Closed(row, "ignored") for row in rows], [], 0, more=-len(rows))
    rows, _ = await other.step([], [], 8)
    assert len(rows) == 2, "nothing was sent, nothing was spent"
    await other.step([Closed(row, "answered") for row in rows], [], 0, more=20)
    rows, wait = await slow.step([], [], 8)
    assert rows == []
    assert wait is not None
    assert wait > 5


async def test_a_worker_that_freezes_in_a_transaction_stops_no_other(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its host may be dead; where it wakes up, the lost connection is a trouble like any other."""
    monkeypatch.setattr(database, "IDLE", 0.1)
    bot = uuid.uuid4().int % 10**9
    frozen, other = (
        Store(open_database(tmp_path, postgres), bot, name, rate=30.0) for name in ("a", "b")
    )
    await migrate(frozen.db)
    await frozen.put([says(1), says(2, chat=2)])
    freezes, wakes = asyncio.Event(), asyncio.Event()

    def freeze(connection: Connection) -> None:
        frozen._lock(connection, ["1", "2"])
        frozen._allowed(connection, 1)
        freezes.set()
        await_only(wakes.wait())
        frozen._allowed(connection, 1)

    freezing = asyncio.create_task(frozen.db.run(freeze))
    await freezes.wait()
    async with asyncio.timeout(20):
        (first, second), _ = await other.step([], [], 2)
        await other.step([Closed(first, "answered")], [], 0)
    wakes.set()
    with pytest.raises(TROUBLE):
        await freezing
    await frozen.put([says(3, chat=3)])
    assert [row.update_id for row in await claim(frozen)] == [3]
    await other.step([Closed(second, "answered")], [], 0)
    for store in (frozen, other):
        await store.close()


async def test_processes_that_start_at_once_migrate_once(tmp_path: Path, postgres: str) -> None:
    """One waits for the lock of the other, on both databases."""
    for url in (None, await fresh_database(postgres)):
        databases = [open_database(tmp_path, url) for _ in range(4)]
        async with asyncio.timeout(30):
            await asyncio.gather(*(migrate(db) for db in databases))
        store = Store(databases[0], 7, "one")
        assert await store.put([says(1)]) == 1
        for db in databases:
            await db.close()


async def fresh_database(postgres: str) -> str:
    """An empty database on the server."""
    name = f"fresh_{uuid.uuid4().hex[:8]}"
    async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type, unused-ignore]
    return make_url(postgres).set(database=name).render_as_string(hide_password=False)


async def test_many_workers_put_and_claim_without_loss(stores: tuple[Store, Store]) -> None:
    seen: dict[str, list[int]] = {}

    async def feed(start: int) -> None:
        for number in range(start, 200, 2):
            await stores[0].put([says(number, chat=number % 10)])

    async def work(store: Store) -> None:
        while sum(map(len, seen.values())) < 200:
            rows = await claim(store, 4)
            for row in rows:
                seen.setdefault(row.lane, []).append(row.update_id)
            await store.step([Closed(row, "answered") for row in rows], [], 0)

    async with asyncio.timeout(30):
        await asyncio.gather(feed(0), feed(1), work(stores[0]), work(stores[1]))
    assert all(len(numbers) == len(set(numbers)) == 20 for numbers in seen.values())


async def test_workers_hear_of_rows_from_other_processes(postgres: str, tmp_path: Path) -> None:
    here, there = (Store(open_database(tmp_path, postgres), 99, name) for name in ("a", "b"))
    await migrate(here.db)
    stopping = asyncio.Event()
    hearing = asyncio.create_task(listen([here], stopping))
    await here.arrived.wait()  # it listens now
    here.arrived.clear()
    await there.put([says(1)])
    async with asyncio.timeout(10):
        await here.arrived.wait()
    stopping.set()
    await hearing
    await here.close()
    await there.close()


async def test_after_a_purge_no_file_holds_a_word_that_was_deleted(tmp_path: Path) -> None:
    """Neither the database's free pages nor its write-ahead log, while the bot runs on."""
    store = Store(open_database(tmp_path, None), 7, "one")
    await migrate(store.db)
    words = '{"text": "canary and 83.4 kg"}'
    await store.put([Arrival(n, str(n), "message", words, n, n) for n in range(1, 200)])
    rows = await claim(store, 200)
    kept = '{"items": ["canary"]}'
    await store.step([Closed(row, "answered", memory=words, kept=kept) for row in rows], [], 0)
    await store.put([says(1000 + n, chat=n) for n in range(1, 200)])
    rows = await claim(store, 200)
    gone = [Closed(row, "answered", memory="", kept="", scrub=True) for row in rows]
    await store.step(gone, [], 0)
    assert store.scrubbed
    await store.purge()
    for file in list(tmp_path.iterdir()):  # noqa: ASYNC240 - nothing else runs
        assert not {word for word in (b"canary", b"83.4") if word in file.read_bytes()}, file.name
    await store.close()
