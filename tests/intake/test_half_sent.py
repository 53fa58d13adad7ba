"""Answers of several messages, of which some are out when something happens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.reply.desk import Response, text_call
from bot.reply.respond import Responder
from bot.reply.update import Raw
from bot.turn.handover import Thread
from tests.emulator import Emulator, Fault
from tests.inside import DESK, inside
from tests.troubles import hang


class InParts(Responder):
    """Answers in three messages, for all that stands behind the first one too."""

    def respond(
        self,
        update: Raw,
        chat_id: int,
        remembered: str | None,
        received: float,
        user_id: int = 0,
        kept: str | None = None,
        waiting: Sequence[Raw] = (),
        thread: Thread | None = None,
    ) -> Response:
        asked = "+".join(str(one["message"]["text"]) for one in (update, *waiting))
        calls = tuple(text_call(chat_id, f"{n} to {asked}") for n in (1, 2, 3))
        return Response(calls, outcome="answered", took=len(waiting))


@pytest.fixture
def in_parts() -> InParts:
    return InParts(DESK)


async def test_a_stop_in_the_middle_of_an_answer_repeats_nothing_of_it(
    api: Emulator, tmp_path: Path, in_parts: InParts
) -> None:
    api.trouble = lambda _, params: hang if params.get("text") == "2 to hi" else None
    async with inside(api, tmp_path, patience=60, stop_seconds=0.05, responder=in_parts) as bot:
        api.say(7, "hi")
        await bot.until(lambda: api.texts() == ["1 to hi"])
    api.trouble = lambda *_: None
    async with inside(api, tmp_path, responder=in_parts) as bot:
        await bot.until(lambda: len(api.texts()) == 3)
        await bot.quiet()
    assert api.texts() == ["1 to hi", "2 to hi", "3 to hi"]


async def test_a_message_that_may_have_arrived_does_not_cost_those_after_it(
    api: Emulator, tmp_path: Path, in_parts: InParts
) -> None:
    api.trouble = lambda _, params: hang if params.get("text") == "2 to hi" else None
    async with inside(api, tmp_path, patience=0.2, responder=in_parts) as bot:
        api.say(7, "hi")
        await bot.until(lambda: "3 to hi" in api.texts())
        await bot.quiet()
    assert api.texts() == ["1 to hi", "3 to hi"], "the second is not repeated"


async def test_the_rest_of_an_answer_covers_the_messages_that_its_beginning_covered(
    api: Emulator, tmp_path: Path, in_parts: InParts
) -> None:
    refused: list[str] = []

    def flood(method: str, params: dict[str, Any]) -> Fault | None:
        text = str(params.get("text"))
        if method != "sendMessage" or not text.startswith("2") or refused:
            return None
        refused.append(text)
        api.say(7, "three")  # it comes in between and is not of that answer
        return 429, {"ok": False, "error_code": 429, "description": "Too Many Requests",
                     "parameters": {"retry_after": 0}}  # fmt: skip

    api.fault = flood
    api.say(7, "one")
    api.say(7, "two")
    async with inside(api, tmp_path, responder=in_parts) as bot:
        await bot.until(lambda: len(api.texts()) == 7)  # with the one that was refused
        await bot.quiet()
    assert refused == ["2 to one+two"]
    assert api.texts()[:4] == ["1 to one+two", *refused, "2 to one+two", "3 to one+two"]
    assert api.texts()[4:] == ["1 to three", "2 to three", "3 to three"]
