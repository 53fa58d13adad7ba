"""What lasts about a person, clinics and counts: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select

from bot.reply.talk import Kept
from bot.store.clinics import Clinic, Clinics
from bot.store.handovers import relay_row
from bot.store.rows import Arrival, Back, Closed
from bot.store.schema import State, tally
from bot.store.store import Store
from bot.store.tally import ALL, periods
from bot.turn.handover import Relay
from tests.store.test_store import claim, rows_of, says

GROUP = -9


def in_group(number: int, who: int = 42) -> Arrival:
    return Arrival(number, str(GROUP), "message", f'{{"n": {number}}}', GROUP, who)


def inline(number: int, who: int = 42) -> Arrival:
    return Arrival(number, f"inline {who}", "inline_query", f'{{"n": {number}}}', 0, who)


async def test_what_is_kept_comes_with_the_next_update_and_goes_on_request(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    people = store.people
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
    people = store.people
    await store.put([says(1), says(2), says(4, chat=2)])
    first, stranger = await claim(store)
    await store.step([Closed(first, "answered", memory="{}", kept="{}")], [], 0)
    (row,) = await claim(store)
    assert await people.delete(1, 1) == 0
    await store.step([Closed(row, "answered", memory="", kept="", scrub=True)], [], 0)
    assert not any((await people.everything(1, 1)).values())
    assert (await people.everything(2, 2))["inbox"][0]["update_id"] == stranger.update_id


async def test_what_was_written_after_the_deletion_is_a_new_beginning(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    people = store.people
    await store.put([says(1), says(2)])
    (row,) = await claim(store)
    assert await people.delete(1, 1) == 0
    await store.step([Closed(row, "answered", memory="", kept="", scrub=True)], [], 0)
    (behind,) = await claim(store)
    assert (behind.update_id, behind.chat_id, behind.user_id) == (2, 1, 1)


async def test_deletion_closes_what_waits_between_the_person_and_a_clinic(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    to_staff = relay_row(Relay(to="staff", what="question", clinic="oak", thread=1), "a", 1, 1)
    to_person = relay_row(Relay(to="patient", what="reply", clinic="oak", thread=1), "b", 1, 1)
    await store.put([says(1), to_person])
    (row,) = await claim(store)
    await store.put([to_staff])
    assert await store.people.delete(1, 1) == 0
    await store.step([Closed(row, "answered", memory="", kept="", scrub=True)], [], 0)
    assert await claim(store) == []
    assert not any((await store.people.everything(1, 1)).values())


async def test_what_waits_in_other_chats_is_answered_though_its_writer_deleted_all(
    stores: tuple[Store, Store],
) -> None:
    """Words in a group are words to others there; no name is left on them."""
    store, _ = stores
    people = store.people
    await store.put([says(1, chat=42), in_group(2), in_group(3)])
    row, first = await claim(store)
    assert await people.delete(42, 42) == 0
    await store.step([Closed(row, "answered", memory="", kept="", scrub=True)], [], 0)
    await store.step([Closed(first, "answered")], [], 0)
    (second,) = await claim(store)
    assert (second.update_id, second.chat_id, second.user_id) == (3, GROUP, 0)
    counted = (("asked", "alcohol", ""),)
    await store.step([Closed(second, "answered", memory="{}", counted=counted)], [], 0)
    assert not any((await people.everything(42, 42)).values())
    assert (await people.everything(GROUP, 0))["conversation"] == []


async def test_a_reminder_that_is_put_off_is_not_due_and_stays(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    people, kept, due = store.people, '{"a":1}', time.time() - 5
    await store.put([says(1), says(2), says(3)])
    (row,) = await claim(store)
    await store.step([Closed(row, "answered", kept=kept, due=due)], [], 0)
    (before,) = await people.due()
    (row,) = await claim(store)
    await store.step([Closed(row, "given_up", dead=True, due=time.time() + 60)], [], 0)
    assert await people.due() == []
    (row,) = await claim(other)
    assert row.kept == kept
    await other.step([Closed(row, "answered", kept=kept, due=due)], [], 0)
    (after,) = await people.due()
    assert after != before  # kept anew: not the one that was given up


@pytest.mark.parametrize("kind", ["message", "inline_query"])
async def test_an_answer_that_is_on_its_way_elsewhere_writes_nothing_of_the_person_back(
    stores: tuple[Store, Store], kind: str
) -> None:
    store, other = stores
    people = store.people
    on_its_way = in_group(2) if kind == "message" else inline(2)
    await store.put([says(1, chat=42)])
    await other.put([on_its_way])
    row, elsewhere = await claim(store)
    assert await people.delete(42, 42) == 0
    await store.step([Closed(row, "answered", memory="", kept="", scrub=True)], [], 0)
    counted = (("asked", "alcohol", ""),)
    closed = Closed(elsewhere, "answered", memory='{"a":1}', kept="{}", counted=counted)
    await store.step([closed], [], 0)
    assert not any((await people.everything(42, 42)).values())
    inbox = f"SELECT state, user_id, lane FROM inbox WHERE bot_id = {store.bot_id}"
    rows = await rows_of(store, inbox)
    assert [row[:2] for row in rows] == [(State.DONE, 0)] * 2
    assert not any("42" in lane for *_, lane in rows)
    this_month = periods(time.time())[2].name
    assert [cell.what for cell in await store.tally.cells(ALL, [this_month])] == ["asked"]


async def test_an_answer_elsewhere_that_fails_after_the_deletion_is_tried_again(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    await store.put([says(1, chat=42), in_group(2)])
    _, elsewhere = await claim(store)
    await store.people.delete(42, 42)
    await store.step([], [Back(elsewhere, 0.0, failed=True, sent=1)], 0)
    (again,) = await claim(store)
    assert (again.update_id, again.sent, again.user_id) == (2, 1, 0)


async def test_nobody_is_not_a_person(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.put([says(1, chat=0), says(2, chat=5)])
    people = store.people
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
    assert [row["clinic"] for row in (await store.people.everything(1, 1))["tally_person"]] == [
        ALL
    ] * len(today)
