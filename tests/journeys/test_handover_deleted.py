"""Ask my clinic: what the staff were sent is deleted with the rest, in the chat that has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update

from bot.intake.arrivals import arrivals
from bot.store.schema import handover
from tests.journeys.town import ANNA, ASKED, BOT, NURSE, OTHER, STAFF, Town


async def deletions(town: Town) -> list[tuple[int, list[int]]]:
    """Anna deletes her data; which messages Telegram was asked to delete, and where."""
    await town.says(ANNA, "/deletedata")
    assert "nothing about you is left" in await town.taps(ANNA, "Yes, delete it all")
    calls = town.api.calls_of("deleteMessages")
    return [(int(one["chat_id"]), json.loads(one["message_ids"])) for one in calls]


async def test_what_a_group_was_sent_is_deleted_there_though_another_answers_now(
    town: Town,
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        first = await town.asks(ANNA, ASKED)
        await town.binds(OTHER)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, "and this?")
        await town.taps(ANNA, "Send it")
        second = town.message(OTHER, "and this?")
        assert await deletions(town) == [(STAFF, [first]), (OTHER, [second])]
        assert "deleted all that is stored" in town.read(OTHER)


def at_once(town: Town, who: int, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """The press on "Yes, delete it all" with messages right behind it, in one batch."""
    message_id, data = town.api.button(who, "Yes, delete it all")
    body = {**town._body(who, BOT), "message_id": message_id}
    sender = {"id": who, "is_bot": False, "first_name": "Zebedee"}
    query = {"id": "1", "from": sender, "message": body, "chat_instance": "1", "data": data}
    updates = [{"callback_query": query}, *({"message": one} for one in bodies)]
    town.number += len(updates)
    return [{"update_id": town.number - n, **one} for n, one in enumerate(reversed(updates))][::-1]


async def test_an_emergency_typed_right_after_the_deletion_is_answered(town: Town) -> None:
    async with town.running() as store:
        await town.says(ANNA, "/deletedata")
        words = "my face and tongue are swelling and i can't breathe"
        await store.put(arrivals(at_once(town, ANNA, town._body(ANNA, ANNA, text=words))))
        await town.quiet()
        said = town.read(ANNA)
        assert "nothing about you is left" in said
        assert "emergency" in said.partition("nothing about you is left")[2]


async def test_a_nurse_who_deletes_her_own_data_takes_no_reply_from_a_patient(
    town: Town,
) -> None:
    async with town.running() as store:
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        await town.says(NURSE, "/deletedata")
        replies = [town._replying(STAFF, f"reply {n}", question, {}) for n in (1, 2, 3)]
        await store.put(arrivals(at_once(town, NURSE, *replies)))
        await town.quiet()
        assert "nothing about you is left" in town.read(NURSE)
        assert all(f"reply {n}" in town.read(ANNA) for n in (1, 2, 3))


@pytest.mark.parametrize("gone", ["revoke", "remove"])
async def test_what_a_group_was_sent_is_deleted_though_it_answers_no_more(
    town: Town, gone: str
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        await getattr(town.clinics, gone)("oak")
        assert await deletions(town) == [(STAFF, [question])]


@pytest.mark.parametrize("told", [True, False], ids=["told", "found out"])
async def test_nothing_is_deleted_in_the_supergroup_that_a_group_became(
    town: Town, told: bool
) -> None:
    """It numbers its messages anew."""
    new = -1003
    moved = {"description": "Bad Request: group upgraded",
             "parameters": {"migrate_to_chat_id": new}}  # fmt: skip
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        if told:
            body = town._body(STAFF, 70, migrate_to_chat_id=new)
            await town._put(STAFF, {"message": body})
        town.api.fault = lambda _, params: (
            (400, moved) if params.get("chat_id") == str(STAFF) else None
        )
        assert await deletions(town) == ([] if told else [(STAFF, [question])])
        assert "deleted all that is stored" in town.read(new)


@pytest.mark.parametrize("moves", [False, True], ids=["stays", "moves"])
async def test_a_message_that_was_kept_without_its_chat_is_one_of_the_group_while_it_stays(
    town: Town, moves: bool
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        older = update(handover).values(shown=f"{question} ")
        await town.store.db.run(lambda connection: connection.execute(older))
        if moves:
            body = town._body(STAFF, 70, migrate_to_chat_id=-1003)
            await town._put(STAFF, {"message": body})
        assert await deletions(town) == ([] if moves else [(STAFF, [question])])


async def test_a_message_that_followed_its_group_is_deleted_where_it_went(town: Town) -> None:
    new = -1003
    moved = {"description": "Bad Request: group upgraded",
             "parameters": {"migrate_to_chat_id": new}}  # fmt: skip
    async with town.running():
        await town.settles_in(ANNA)
        town.api.fault = lambda _, params: (
            (400, moved) if params.get("chat_id") == str(STAFF) else None
        )
        await town.asks(ANNA, ASKED)
        assert await deletions(town) == [(new, [town.message(new, ASKED)])]
