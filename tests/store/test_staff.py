"""Lists of staff, sign-ins and the audit log: the same on SQLite and PostgreSQL."""

from __future__ import annotations

import time_machine

from bot.store.staff import LINK_LIVES, SESSION_LIVES, Access, Staff
from bot.store.store import Store


def staffs(stores: tuple[Store, Store]) -> tuple[Staff, Staff]:
    one, two = (Staff(store.db, store.bot_id, (900,)) for store in stores)
    return one, two


async def test_a_link_is_redeemed_once_by_whichever_process(stores: tuple[Store, Store]) -> None:
    one, two = staffs(stores)
    link = await one.link(5)
    entered = await two.redeem(link)
    assert entered is not None
    assert entered[0] == 5
    assert await one.redeem(link) is None
    assert await one.session(entered[1]) == 5
    assert await one.session(link) is None
    assert await one.redeem(entered[1]) is None  # a session is no link
    await two.sign_out(entered[1])
    assert await one.session(entered[1]) is None


async def test_links_and_sessions_end(stores: tuple[Store, Store]) -> None:
    staff, _ = staffs(stores)
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        link = await staff.link(5)
        clock.shift(LINK_LIVES + 1)
        assert await staff.redeem(link) is None
        entered = await staff.redeem(await staff.link(5))
        assert entered is not None
        clock.shift(SESSION_LIVES + 1)
        assert await staff.session(entered[1]) is None


async def test_another_bot_knows_none_of_it(stores: tuple[Store, Store]) -> None:
    staff, _ = staffs(stores)
    other = Staff(stores[0].db, stores[0].bot_id + 1)
    await staff.add("oak", 5)
    link = await staff.link(5)
    assert await other.redeem(link) is None
    assert not (await other.access(5)).any
    entered = await staff.redeem(link)
    assert entered is not None
    assert await other.session(entered[1]) is None


async def test_lists_are_of_a_clinic_and_the_operator_sees_all(
    stores: tuple[Store, Store],
) -> None:
    staff, _ = staffs(stores)
    assert await staff.add("oak", 5)
    assert not await staff.add("oak", 5)
    assert await staff.add("elm", 5)
    assert await staff.access(5) == Access(operator=False, clinics=("elm", "oak"))
    assert await staff.access(900) == Access(operator=True, clinics=())
    assert await staff.remove("oak", 5)
    assert not await staff.remove("oak", 5)
    assert await staff.of("elm") == [5]
    assert await staff.remove("elm", 5)
    assert not (await staff.access(5)).any


async def test_staff_see_and_delete_what_is_stored_of_them_too(
    stores: tuple[Store, Store],
) -> None:
    store, _ = stores
    staff, _ = staffs(stores)
    people = store.people
    await staff.add("oak", 5)
    await staff.redeem(await staff.link(5))
    await staff.note(5, "figures 2027-03", "oak")
    await staff.note(6, "figures 2027-03", "elm")
    found = await people.everything(5, 5)
    assert [len(found[name]) for name in ("staff", "credential", "audit")] == [1, 1, 1]
    assert await people.delete(5, 5) == 0
    looks = await staff.looks()
    assert [(look.what, look.clinic) for look in looks] == [
        ("figures 2027-03", "elm"),
        ("figures 2027-03", "oak"),
    ]
    assert looks[1].who == "deleted"
    assert str(6) != looks[0].who
