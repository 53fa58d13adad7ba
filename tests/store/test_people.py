"""What lasts about a person, clinics and counts: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import time

from sqlalchemy import select

from bot.reply.talk import Kept
from bot.store.clinics import Clinic, Clinics
from bot.store.people import People
from bot.store.rows import Closed
from bot.store.schema import tally
from bot.store.store import Store
from bot.store.tally import ALL, periods
from tests.store.test_store import claim, says


async def test_what_is_kept_comes_with_the_next_update_and_goes_on_request(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    people = People(store.db, store.bot_id)
    await store.put([says(1), says(2), says(3)])
    (row,) = await claim(store)
    due = time.time() - 1
    await store.step([Closed(row, "answered", memory="{}", kept='{"a":1}', due=due)], [], 0)
    assert [found.chat_id for found in await people.due()] == [1]
    (row,) = await claim(other)
    assert row.kept == '{"a":1}'
    await other.step([Closed(row, "answered", kept="")], [], 0)
    (row,) = await claim(store)
    assert row.kept is None
    assert await people.due() == []


async def test_deleting_leaves_nothing_but_the_row_at_work(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    people = People(store.db, store.bot_id)
    await store.put([says(1), says(2), says(3), says(4, chat=2)])
    first, stranger = await claim(store)
    await store.step([Closed(first, "answered", memory="{}", kept="{}")], [], 0)
    (row,) = await claim(store)
    assert await people.delete(1, 1) == 0
    await store.step([Closed(row, "answered", memory="", kept="", scrub=True)], [], 0)
    assert not any((await people.everything(1, 1)).values())
    assert (await people.everything(2, 2))["inbox"][0]["update_id"] == stranger.update_id


async def test_nobody_is_not_a_person(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1, chat=0), says(2, chat=5)])
    people = People(store.db, store.bot_id)
    found = await people.everything(5, 0)
    assert [row["chat_id"] for row in found["inbox"]] == [5]


async def test_counts_add_up_over_workers(stores: tuple[Store, Store]) -> None:
    store, other = stores
    await store.put([says(1), says(2, chat=2)])
    one, two = await claim(store)
    await store.step([Closed(one, "a", counted=(("up", "what", ""),))], [], 0)
    await store.step(
        [Closed(two, "a", counted=(("up", "what", ""), ("gap", "sun", "oak")))], [], 0
    )
    monthly = (
        select(tally.c.clinic, tally.c.what, tally.c.name, tally.c.count)
        .where(tally.c.bot_id == other.bot_id, tally.c.period.like("____-__"))
        .order_by(tally.c.clinic, tally.c.what)
    )
    counts = await other.db.run(
        lambda connection: [tuple(row) for row in connection.execute(monthly)]
    )
    assert counts == [("*", "gap", "sun", 1), ("*", "up", "what", 2), ("oak", "gap", "sun", 1)]


async def test_a_clinic_keeps_its_key_until_it_is_revoked(stores: tuple[Store, Store]) -> None:
    store, other = stores
    mine, theirs = Clinics(store.db, store.bot_id), Clinics(other.db, other.bot_id)
    assert await mine.add(Clinic(id="oak", name="Oak", phone="1"))
    key = mine.key("oak")
    assert not await mine.add(Clinic(id="oak", name="Oak", phone="2"))
    await theirs.refresh()
    assert theirs.key("oak") == key
    assert [one.phone for one in await theirs.refresh()] == ["2"]
    assert await theirs.revoke("oak")
    await mine.refresh()
    assert mine.key("oak") != key
    assert await mine.remove("oak")
    assert mine.get("oak") is None


async def test_a_clinic_under_the_id_of_one_that_was_removed_gets_no_counts_and_no_chats_of_it(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    clinics = Clinics(store.db, store.bot_id)
    await clinics.add(Clinic(id="oak", name="Oak", phone="1"))
    of_oak = Kept(clinic="oak", items=('say "clinic":"oak"',))
    for who, kept in ((1, of_oak), (2, Kept(clinic="oak-2"))):
        await store.put([says(who, chat=who)])
        (row,) = await claim(store)
        counted = (("up", "what", kept.clinic or ""),)
        await store.step([Closed(row, "a", counted=counted, kept=kept.stored())], [], 0)
    await clinics.remove("oak")
    await clinics.add(Clinic(id="oak", name="Another", phone="2"))
    await store.put([says(3, chat=1), says(4, chat=2)])
    one, two = [Kept.read(row.kept) for row in await claim(store)]
    assert one == of_oak.model_copy(update={"clinic": None})
    assert two.clinic == "oak-2"
    today = [one.name for one in periods(time.time())]
    assert await store.tally.cells("oak", today) == []
    assert len(await store.tally.cells("oak-2", today)) == len(today)
    assert [
        row["clinic"]
        for row in (await People(store.db, store.bot_id).everything(1, 1))["tally_person"]
    ] == [ALL] * len(today)
