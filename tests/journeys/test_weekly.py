"""The Monday summary to a clinic's staff, over real turns of the week before."""

from __future__ import annotations

import datetime as dt
import io
import os
from pathlib import Path

import pytest
import time_machine
from PIL import Image

from bot.intake.reminders import put_weekly
from bot.reply import links
from bot.store.clinics import Clinics
from bot.store.staff import Staff
from bot.store.store import Store
from bot.turn.context import Context
from tests.journeys.chat import BOT
from tests.journeys.test_stored import CLINIC, Bench

STAFF, OTHER = 801, 802
WEDNESDAY = dt.datetime(2027, 3, 3, 12, tzinfo=dt.UTC)
MONDAY = dt.datetime(2027, 3, 8, 8, 1, tzinfo=dt.UTC)


@pytest.fixture
def bench(tmp_path: Path, context: Context) -> Bench:
    return Bench(tmp_path, context)


async def week(bench: Bench, store: Store) -> Staff:
    """Five patients ask about alcohol on Wednesday, one asks more on Thursday."""
    clinics, staff = Clinics(store.db, BOT), Staff(store.db, BOT)
    await clinics.add(CLINIC)
    for who in (STAFF, OTHER):
        await staff.add("oak", who)
    link = links.clinic(BOT, "oak", clinics.key("oak") or b"")
    with time_machine.travel(WEDNESDAY):
        for who in range(1, 6):
            await bench.says(store, who, text=f"/start {link}")
            await bench.says(store, who, text="can I drink alcohol on accutane?")
    with time_machine.travel(WEDNESDAY + dt.timedelta(days=1)):
        await bench.says(store, 1, text="what are the side effects?")
    bench.tape.calls.clear()
    bench.tape.files.clear()
    return staff


async def test_staff_get_one_picture_on_monday_and_only_one(bench: Bench) -> None:
    async with bench.running() as store:
        staff = await week(bench, store)
        assert await put_weekly(store, staff, MONDAY - dt.timedelta(hours=1)) == 0
        assert await put_weekly(store, staff, MONDAY + dt.timedelta(days=1)) == 0
        with time_machine.travel(MONDAY):
            assert await put_weekly(store, staff, MONDAY) == 2
            await bench.quiet(store)
            assert await put_weekly(store, staff, MONDAY + dt.timedelta(hours=9)) == 0
    sent = [held for name, held in bench.tape.calls if name == "sendPhoto"]
    assert sorted(held["chat_id"] for held in sent) == [STAFF, OTHER]
    said = sent[0]["caption"]
    assert "Oak Clinic: the week from 1 March 2027" in said
    assert "Questions: 5. Answered: < 5. Not covered: 5. Alerts: 0." in said
    assert "Alcohol (5)" in said
    picture = bench.tape.files[0]
    assert Image.open(io.BytesIO(picture)).size == (1280, 720)
    if folder := os.environ.get("PICTURES_INTO"):
        file = Image.open(io.BytesIO(picture)).quantize(32)
        file.save(Path(folder) / "weekly.png", optimize=True)


async def test_the_summary_stops_by_a_tap_and_for_those_who_left(bench: Bench) -> None:
    async with bench.running() as store:
        staff = await week(bench, store)
        with time_machine.travel(MONDAY):
            assert await put_weekly(store, staff, MONDAY) == 2
            await staff.remove("oak", OTHER)  # before it was sent, or after
            await bench.quiet(store)
            assert "no more" in await bench.says(store, STAFF, press="v1|x|weekly.stop")
        later = MONDAY + dt.timedelta(days=7)
        with time_machine.travel(later):
            assert await put_weekly(store, staff, later) == 0
            assert "each Monday" in await bench.says(store, STAFF, press="v1|x|weekly.start")
            assert await put_weekly(store, staff, later) == 1
            await bench.quiet(store)
