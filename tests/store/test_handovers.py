"""Conversations with clinics: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from bot.store.clinics import Clinic, Clinics
from bot.store.handovers import KEPT, Handovers, relay_row, wake
from bot.store.rows import Claimed, Closed
from bot.store.schema import handover
from bot.store.staff import Staff
from bot.store.store import Store
from bot.turn.handover import Draft, Handover, Relay, State, Thread
from tests.store.test_store import claim, says

DRAFTED = Thread(clinic="oak").drafted(Draft(text="dry lips"), "oak")


async def kept(store: Store, number: int, thread: Thread, chat: int = 1) -> Thread:
    """Close an update of a person with that conversation; it as it is stored."""
    await store.put([says(number, chat=chat)])
    (row,) = await claim(store)
    await store.step([Closed(row, "answered", thread=thread)], [], 0)
    found = await store.handovers.latest(chat)
    assert found is not None
    return found


async def opened(store: Store, number: int, chat: int = 1) -> Thread:
    drafted = await kept(store, number, DRAFTED, chat)
    return await kept(store, number + 1, drafted.sent(time.time(), 240), chat)


async def on_its_way(store: Store) -> tuple[Thread, Claimed]:
    """A conversation with a question in hand that goes to the staff."""
    thread = await opened(store, 1)
    question = Relay(to="staff", what="question", clinic="oak", thread=thread.id, text="x")
    await store.put([relay_row(question, "77", 1, 1)])
    (row,) = await claim(store)
    return thread, row


async def aged(store: Store, seconds: float) -> None:
    mine = handover.c.bot_id == store.bot_id
    older = update(handover).where(mine).values(touched=handover.c.touched - seconds)
    await store.db.run(lambda connection: connection.execute(older))


async def woken(store: Store, clinic: str) -> None:
    await store.db.run(lambda connection: wake(connection, store.bot_id, clinic))


def notes(rows: list[Claimed]) -> list[Relay]:
    return [Relay.model_validate(json.loads(row.raw)["relay"]) for row in rows]


async def test_a_draft_becomes_a_conversation_without_its_words(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    drafted = await kept(store, 1, DRAFTED)
    assert (drafted.id > 0, drafted.draft) == (True, DRAFTED.draft)
    sent = await kept(other, 2, drafted.sent(50.0, 240))
    assert (sent.id, sent.open, sent.draft) == (drafted.id, True, None)
    stored = await store.people.everything(1, 1)
    assert "dry lips" not in json.dumps(stored["handover"])
    held = await store.handovers.named(sent.id)
    assert held is not None
    assert (held.chat_id, held.thread) == (1, sent)
    assert await Handovers(store.db, store.bot_id + 1).named(sent.id) is None


async def test_the_relay_and_the_answer_are_one_transaction(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    relay = relay_row(
        Relay(to="staff", what="question", clinic="oak", thread=1, text="x"), "77", 1, 1
    )
    await store.put([says(1), says(2)])
    (row,) = await claim(store)
    await store.step([Closed(row, "sent", relays=(relay,))], [], 0)
    await store.put([relay])  # it is known by its number
    second, relayed = sorted(await claim(store), key=lambda row: row.kind)
    assert (second.update_id, relayed.lane, relayed.chat_id) == (2, "staff oak", 1)
    assert relayed.update_id < 0


async def test_a_tag_is_never_given_again(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    first = await opened(store, 1)
    await store.forget_handovers(1)
    await claim(store)  # the note to the staff
    assert (await opened(store, 3)).id > first.id


async def test_forgetting_tells_the_staff_and_takes_our_messages_along(
    stores: tuple[Store, Store],
) -> None:
    store, other = stores
    thread, stranger = await opened(store, 1), await opened(store, 3, chat=2)
    await store.put([says(9)])
    (row,) = await claim(store)
    await store.step([Closed(row, "relayed", shown=(thread.id, -5, 41))], [], 0)
    await store.put([says(10)])
    (row,) = await claim(store)
    await store.step([Closed(row, "relayed", shown=(thread.id, -6, 42))], [], 0)
    await store.forget_handovers(1)
    await other.forget_handovers(1)
    rows = await claim(other)
    assert notes(rows) == [
        Relay(to="staff", what="deleted", clinic="oak", thread=thread.id, ids=((-5, 41), (-6, 42)))
    ]
    assert {(row.chat_id, row.user_id) for row in rows} == {(0, 0)}
    handovers = store.handovers
    assert await handovers.latest(1) is None
    assert await handovers.latest(2) == stranger


async def test_what_was_sent_while_it_was_deleted_is_deleted_too(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    thread, row = await on_its_way(store)
    await store.forget_handovers(1)
    await store.step([Closed(row, "relayed", shown=(thread.id, -5, 41))], [], 0)
    seen: list[Relay] = []
    while rows := await claim(store):
        seen += notes(rows)
        await store.step([Closed(row, "relayed") for row in rows], [], 0)
    assert [(note.what, note.ids) for note in seen] == [("deleted", ()), ("over", ((-5, 41),))]


async def test_what_was_noted_as_sent_is_deleted_though_nobody_recorded_it(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    thread, row = await on_its_way(store)
    await store.note(row, 1, (thread.id, -5, 41))
    await store.take_over(all_owners=True)  # the process died and is back
    (again,) = await claim(store)
    assert again.sent == 1
    await store.step([Closed(again, "relayed")], [], 0)
    await store.forget_handovers(1)
    assert [note.ids for note in notes(await claim(store))] == [((-5, 41),)]


async def test_what_is_noted_and_then_recorded_is_deleted_once(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    thread, row = await on_its_way(store)
    shown = (thread.id, -5, 41)
    await store.note(row, 1, shown)
    await store.step([Closed(row, "relayed", shown=shown)], [], 0)
    await store.forget_handovers(1)
    assert [note.ids for note in notes(await claim(store))] == [((-5, 41),)]


async def test_what_was_deleted_meanwhile_is_not_brought_back(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    thread = await opened(store, 1)
    await store.put([says(5)])
    (row,) = await claim(store)
    await store.forget_chat(1, before=row.id)
    await store.step([Closed(row, "blocked", thread=thread.answered(1.0))], [], 0)
    assert await store.handovers.latest(1) is None
    assert [note.what for note in notes(await claim(store))] == ["gone"]


async def test_time_takes_drafts_first_and_then_all_of_it(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    handovers = store.handovers
    now = time.time()
    fresh, old = Draft(text="new", at=now), Draft(text="old", at=now - 1600)
    thread = await opened(store, 1, chat=2)
    for number, (chat, draft) in enumerate(((1, fresh), (2, old), (3, old)), start=3):
        held = thread if chat == 2 else Thread(clinic="oak")
        await kept(store, number, held.drafted(draft, "oak"), chat)
    await kept(store, 8, (await opened(store, 6, chat=4)).closed(1.0), chat=4)
    await store.purge()
    found = [await handovers.latest(chat) for chat in (1, 2, 3)]
    assert [one and one.draft for one in found] == [fresh, None, None]
    assert found[1:] == [thread, None]
    await store.put([says(9, chat=2)])
    (row,) = await claim(store)
    await store.step([Closed(row, "relayed", shown=(thread.id, -5, 7))], [], 0)
    await aged(store, KEPT)
    await store.purge()
    assert [await handovers.latest(chat) for chat in (1, 2, 4)] == [None, None, None]
    relays = notes(await claim(store))  # the staff saw nothing of the others
    assert [(note.what, note.thread, note.ids) for note in relays] == [
        ("over", thread.id, ((-5, 7),))
    ]


async def test_a_clinic_that_stops_is_looked_at_at_once(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    handovers = store.handovers
    thread = await opened(store, 1)
    await kept(store, 3, (await opened(store, 4, chat=2)).closed(1.0), chat=2)
    assert await handovers.due() == []
    await woken(store, "elm")
    assert await handovers.due() == []
    await woken(store, "oak")
    assert [held.thread.id for held in await handovers.due()] == [thread.id]
    assert thread.state is State.OPEN


async def test_what_is_put_off_is_not_due_unless_there_is_another_reason_since(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    handovers = store.handovers
    await opened(store, 1)

    async def told() -> Claimed:
        """The row that tells what is due now, in hand."""
        (held,) = await handovers.due()
        due = held.due or 0.0
        found = Relay(to="patient", what="due", clinic="oak", thread=held.thread.id, due=due)
        await store.put([relay_row(found, str(due), 1, 1)])
        (row,) = await claim(store)
        return row

    await woken(store, "oak")
    await store.step([Closed(await told(), "given_up", dead=True, due=time.time() + 60)], [], 0)
    assert await handovers.due() == []
    await woken(store, "oak")
    row = await told()
    await woken(store, "oak")
    await store.step([Closed(row, "given_up", dead=True, due=time.time() + 60)], [], 0)
    assert len(await handovers.due()) == 1


def off(held: Handover) -> Handover:
    return held.model_copy(update={"on": False})


@pytest.mark.parametrize(
    "stop",
    [
        lambda clinics: clinics.move_group(-5, None),
        lambda clinics: clinics.revoke("oak"),
        lambda clinics: clinics.remove("oak"),
        lambda clinics: clinics.hand_over("oak", off),
    ],
    ids=["the group is gone", "revoked", "removed", "switched off"],
)
async def test_who_waits_for_a_clinic_that_stops_is_looked_at_in_the_same_transaction(
    stores: tuple[Store, Store], stop: Callable[[Clinics], Awaitable[object]]
) -> None:
    store, _ = stores
    clinics = Clinics(store.db, store.bot_id)
    await clinics.add(Clinic(id="oak", name="Oak", phone="1"))
    await clinics.hand_over("oak", lambda h: h.model_copy(update={"on": True, "group": -5}))
    thread = await opened(store, 1)
    await clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": True}))
    assert await store.handovers.due() == []  # it goes on
    await stop(clinics)  # and the process dies
    assert [held.thread.id for held in await store.handovers.due()] == [thread.id]


async def test_a_clinic_is_removed_with_its_staff_in_one_transaction(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    clinics, staff = Clinics(store.db, store.bot_id), Staff(store.db, store.bot_id)
    for name in ("oak", "elm"):
        await clinics.add(Clinic(id=name, name=name, phone="1"))
        await staff.add(name, 77)
    await clinics.remove("oak")  # and the process dies
    assert (await staff.of("oak"), await staff.of("elm")) == ([], [77])


async def test_what_a_clinic_has_set_outlives_its_new_details(stores: tuple[Store, Store]) -> None:
    store, other = stores
    mine, theirs = Clinics(store.db, store.bot_id), Clinics(other.db, other.bot_id)
    await mine.add(Clinic(id="oak", name="Oak", phone="1"))
    await mine.hand_over("oak", lambda h: h.model_copy(update={"on": True, "group": -5}))
    await theirs.add(Clinic(id="oak", name="Oak", phone="2"))
    assert [one.group for one in await mine.refresh()] == [-5]
    assert [one.id for one in await theirs.move_group(-5, -6)] == ["oak"]
    assert [one.id for one in theirs.of_group(-6)] == ["oak"]
    assert await theirs.move_group(-5, -7) == []
    await theirs.revoke("oak")
    assert [one.group for one in await mine.refresh()] == [None]
    assert not await mine.hand_over("elm", lambda h: h)
