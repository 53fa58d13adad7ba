"""Ask my clinic as the patient and the staff see it; PICTURES_INTO takes the guide's pictures."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import time_machine

from bot.reply.outgoing import Outgoing
from bot.turn.context import Context
from tests.emulator import emulator
from tests.journeys.town import ANNA, MONDAY, STAFF, Town
from tests.pictures.as_html import page
from tests.pictures.browser import picture_of

ASKED = "Can I have a glass of wine at my sister's wedding on Saturday?"
REPLIED = "We would rather see your liver values first. Please come by on Thursday, 9 to 11."


def seen(town: Town, chat: int, since: int) -> Sequence[Outgoing]:
    """What a chat was sent from a call on, as calls again."""
    return [
        Outgoing("send_message", {
            "text": params["text"],
            "entities": json.loads(params.get("entities", "[]")),
            "reply_markup": json.loads(params["reply_markup"])
            if "reply_markup" in params else None,
        })
        for method, params in town.api.calls[since:]
        if method == "sendMessage" and params["chat_id"] == str(chat)
    ]  # fmt: skip


async def scenes(town: Town) -> dict[str, list[str | Sequence[Outgoing]]]:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, "can I drink alcohol on accutane?")
        patient: list[str | Sequence[Outgoing]] = []
        start = len(town.api.calls)
        await town.taps(ANNA, "Ask my clinic")
        patient.append(seen(town, ANNA, start))
        start = len(town.api.calls)
        await town.says(ANNA, ASKED)
        patient += [ASKED, seen(town, ANNA, start)]
        start = len(town.api.calls)
        await town.taps(ANNA, "Send it")
        staff: list[str | Sequence[Outgoing]] = [seen(town, STAFF, start)]
        question, noted = town.message(STAFF, ASKED), len(town.api.calls)
        await town.staff(REPLIED, question)
        return {
            "handover-patient": [*patient, seen(town, ANNA, start)],
            "handover-staff": [*staff, REPLIED, seen(town, STAFF, noted)],
        }


@pytest.mark.parametrize("name", ["handover-patient", "handover-staff"])
async def test_a_browser_takes_the_picture(context: Context, tmp_path: Path, name: str) -> None:
    async with emulator() as api:
        with time_machine.travel(MONDAY, tick=True):
            shown = (await scenes(Town(api, tmp_path, context)))[name]
    picture = picture_of(page(shown), tmp_path)
    assert picture.height > 200
    if folder := os.environ.get("PICTURES_INTO"):
        picture.quantize(64).save(Path(folder) / f"{name}.png", optimize=True)
