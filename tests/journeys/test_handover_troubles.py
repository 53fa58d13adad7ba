"""Ask my clinic when Telegram makes us wait, words cannot be passed on, or two act at once."""

from __future__ import annotations

import time
from typing import Any, NoReturn

import pytest
from aiohttp import web

from bot.intake.arrivals import arrivals
from bot.reply import ask, links, staff_group
from tests.emulator import Fault
from tests.journeys.town import ANNA, ASKED, BOT, OAK, OTHER, STAFF, Town

FLOOD = {"description": "Too Many Requests", "parameters": {"retry_after": 0}}


def broken(*_: object) -> NoReturn:
    raise RuntimeError("a fault of ours")


async def test_a_group_that_is_replaced_hears_of_it_though_the_new_one_has_to_wait(
    town: Town,
) -> None:
    refused: list[str] = []

    def flood(method: str, params: dict[str, Any]) -> Fault | None:
        if refused or params.get("chat_id") != str(OTHER):
            return None
        refused.append(method)
        return 429, FLOOD

    async with town.running():
        await town.settles_in()
        await town.clinics.hand_over("oak", lambda held: held.model_copy(update={"on": False}))
        town.api.fault = flood
        said = await town.binds(OTHER)
    assert refused
    assert "now answers for Oak Clinic" in said
    assert "It is switched off now" in said
    assert town.read(STAFF).count("Another group now answers for Oak Clinic") == 1


async def test_of_two_groups_that_type_one_code_at_once_one_is_bound(town: Town) -> None:
    async with town.running() as store:
        await town.clinics.add(OAK)
        code = links.staff_code(BOT, "oak", town.clinics.key("oak") or b"", 0, time.time())
        groups = range(-1012, -1000)
        updates = [
            {"update_id": 1 - group, "message": town._body(group, 70, text=f"/staffgroup {code}")}
            for group in groups
        ]
        await store.put(arrivals(updates))
        await town.quiet()
        bound = [group for group in groups if "now answers for Oak" in town.read(group)]
        assert [one.handover.group for one in await town.clinics.refresh()] == bound
        assert all("not valid" in town.read(group) for group in groups if group not in bound)


async def test_a_question_that_is_given_up_is_told_to_the_person(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.offered(ANNA)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        monkeypatch.setattr(staff_group, "_question", broken)
        assert "could not reach Oak Clinic" in await town.taps(ANNA, "Send it")
        assert ASKED not in town.read(STAFF)


async def test_a_reply_that_is_given_up_is_told_to_the_staff(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        monkeypatch.setattr(ask, "_reply", broken)
        assert "your last reply was not sent" in await town.staff("Yes.", question)


async def test_a_question_that_is_deleted_while_telegram_makes_it_wait_is_not_sent(
    town: Town,
) -> None:
    async def deleted_meanwhile(_: web.Request) -> web.StreamResponse:
        town.api.trouble = lambda *_: None
        await town.store.forget_handovers(ANNA)
        await town.store.people.delete(ANNA, ANNA)
        return web.json_response({"ok": False, "error_code": 429, **FLOOD}, status=429)

    async with town.running():
        await town.settles_in(ANNA)
        await town.offered(ANNA)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        town.api.trouble = lambda _, params: (
            deleted_meanwhile if params.get("chat_id") == str(STAFF) else None
        )
        await town.taps(ANNA, "Send it")
        assert "deleted all that is stored" in town.read(STAFF)
        assert ASKED not in town.read(STAFF)
