"""Ask my clinic: hours, waits, and what is left when time is over or the person goes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, NoReturn

import pytest
import time_machine

from bot.reply import ask
from bot.store.handovers import relay_row
from bot.turn.handover import Relay
from tests.emulator import ME
from tests.journeys.town import ANNA, ASKED, BEN, GAP, STAFF, Town


async def test_half_an_hour_later_there_is_nothing_to_consent_to(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, "the first")
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
    clock.shift(dt.timedelta(minutes=20))
    async with town.running():
        await town.staff("a reply in between", question)
    clock.shift(dt.timedelta(minutes=6))
    async with town.running():
        assert "Nothing was sent" in await town.taps(ANNA, "Send it")
        assert ASKED not in town.read(STAFF)
    assert ASKED.encode() not in town.on_disk()


async def test_outside_its_hours_a_clinic_is_called_not_written_to(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        clock.shift(dt.timedelta(hours=6, minutes=50))  # ten to five in Berlin
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
    clock.shift(dt.timedelta(minutes=11))
    async with town.running():
        assert "555-0100" in await town.says(ANNA, "/clinic")
        told = await town.taps(ANNA, "Send it")
        assert "Nothing was sent" in told
        assert "Mon-Fri 9-17 (Berlin time)" in told
        assert "Ask my clinic" not in await town.offered(ANNA)
        assert "It is closed now" in await town.taps(ANNA, "Ask my clinic")  # an older button
        assert ASKED not in town.read(STAFF)
    assert ASKED.encode() not in town.on_disk()


async def test_where_nobody_answers_the_person_is_told_whom_to_call(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        await town.kept_house()
        assert "has not replied" not in town.read(ANNA)
    clock.shift(dt.timedelta(hours=4))
    async with town.running():
        assert "has not replied within 4 hours. Please call them: 555-0100" in town.read(ANNA)
        assert "waited long" in town.read(STAFF)
        await town.kept_house()
        assert town.read(ANNA).count("has not replied") == 1
        await town.staff("Sorry, here I am.", question)
        assert "Sorry, here I am." in town.read(ANNA)
    clock.shift(dt.timedelta(days=7, minutes=1))
    async with town.running():
        assert "Nobody has written for a week" in town.read(ANNA)
        assert "so nothing was sent" in await town.staff("too late", question)
        assert "too late" not in town.read(ANNA)


async def test_while_a_talk_is_open_the_second_day_is_as_the_first(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.staff("How are your lips now?", await town.asks(ANNA, ASKED))
    clock.shift(dt.timedelta(hours=26))
    async with town.running():
        told = await town.says(ANNA, "my lips are still very dry, how long does that last?")
        assert "does not read what you write to me" in told
        assert "Ask my clinic" in town.buttons()


async def test_a_clock_that_is_behind_does_not_keep_the_telephone_number_back(
    town: Town, clock: time_machine.Traveller
) -> None:
    """The store's clock stays where it was when the process started."""
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
    clock.shift(dt.timedelta(hours=3, minutes=59))
    async with town.running():
        clock.shift(dt.timedelta(minutes=2))
        await town.kept_house()
        assert "has not replied within 4 hours. Please call them: 555-0100" in town.read(ANNA)
        clock.shift(dt.timedelta(minutes=2))
        await town.kept_house()
        assert town.read(ANNA).count("has not replied") == 1


def broken(*_: object) -> NoReturn:
    raise RuntimeError("a fault of ours")


@pytest.mark.parametrize("why", ["a fault of ours", "refused by Telegram"])
async def test_that_nobody_answered_is_tried_again_an_hour_after_it_was_given_up(
    town: Town, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """The row that was given up is remembered for two days, and had kept others away."""
    told = "has not replied within 4 hours. Please call them: 555-0100"
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
    clock.shift(dt.timedelta(hours=4))
    with monkeypatch.context() as patched:
        if why == "refused by Telegram":
            refused = (400, {"description": "Bad Request: no rights"})
            town.api.fault = lambda _, params: refused if told in str(params.get("text")) else None
        else:
            patched.setattr(ask, "_due", broken)
        async with town.running():
            assert (await town.store.depth()).dead == 1
            since = len(town.api.calls)
            await town.kept_house()
            assert await town.store.handovers.due() == []  # it is not in the way of others
            assert not town.read(ANNA, since)
    town.api.fault = lambda *_: None
    clock.shift(dt.timedelta(hours=1, minutes=1))
    since = len(town.api.calls)
    async with town.running():
        assert town.read(ANNA, since).count(told) == 1
        await town.kept_house()
        assert town.read(ANNA, since).count(told) == 1


async def test_a_clinic_that_stops_is_told_of_at_once_though_an_earlier_note_was_given_up(
    town: Town, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
    clock.shift(dt.timedelta(hours=4))
    with monkeypatch.context() as patched:
        patched.setattr(ask, "_due", broken)
        async with town.running():
            assert (await town.store.depth()).dead == 1
    async with town.running():
        await town.clinics.revoke("oak")
        await town.kept_house()
        assert "this talk is over" in town.read(ANNA)


def away_from(town: Town, *chats: int) -> int:
    """Telegram takes nothing for these chats. Returns how many calls were made so far."""
    here = {str(chat) for chat in chats}
    gateway = (502, {"description": "Bad Gateway"})
    town.api.fault = lambda _, params: gateway if params.get("chat_id") in here else None
    return len(town.api.calls)


async def test_after_days_without_telegram_the_person_is_told_at_once_whom_to_call(
    town: Town, clock: time_machine.Traveller
) -> None:
    told = "has not replied within 4 hours. Please call them: 555-0100"
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
    clock.shift(dt.timedelta(hours=4))
    since = away_from(town, ANNA)
    async with town.running(at_once=False):
        await town.api.until(lambda: told in town.read(ANNA, since))
    clock.shift(dt.timedelta(hours=49))
    since = away_from(town)
    async with town.running():
        assert town.read(ANNA, since).count(told) == 1


async def test_words_that_waited_for_days_are_not_sent_and_who_wrote_them_hears_of_it(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        await town.asks(ANNA, ASKED)
        await town.asks(BEN, "May I swim?")
        threads = [await town.store.handovers.latest(who) for who in (ANNA, BEN)]
    anna, ben = (one.id for one in threads if one is not None)
    since = away_from(town, ANNA, STAFF)
    async with town.running(at_once=False):
        reply = Relay(to="patient", what="reply", clinic="oak", thread=anna, text="Yes, it is.")
        more = Relay(to="staff", what="question", clinic="oak", thread=ben, text="And sauna?")
        await town.store.put([relay_row(reply, "1", ANNA, ANNA), relay_row(more, "2", BEN, BEN)])
        await town.api.until(
            lambda: "Yes, it is." in town.read(ANNA, since) and "sauna" in town.read(STAFF, since)
        )
    clock.shift(dt.timedelta(hours=49))
    since = away_from(town)
    async with town.running():
        assert "Yes, it is." not in town.read(ANNA, since)
        assert "could not be reached, so your last reply was not sent" in town.read(STAFF, since)
        assert "sauna" not in town.read(STAFF, since)
        assert "could not reach Oak Clinic" in town.read(BEN, since)
    assert b"sauna" not in town.on_disk()


async def test_what_was_due_before_the_person_wrote_again_is_not_said(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        clock.shift(dt.timedelta(hours=5))
        (held,) = await town.store.handovers.due()
        due = {"clinic": "oak", "thread": held.thread.id, "due": held.due}
        late = relay_row(Relay(to="patient", what="due", **due), "late", ANNA, ANNA)
        await town.staff("a reply", question)
        await town.taps(ANNA, "Write back")
        await town.says(ANNA, "thanks, and this?")
        await town.taps(ANNA, "Send it")
        await town.store.put([late])
        await town.quiet()
        assert "has not replied" not in town.read(ANNA)


async def test_after_30_days_nothing_is_left_and_the_groups_copy_is_deleted(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        await town.staff("a reply", question)
        await town.says(ANNA, "/close")
        assert "ended this talk" in town.read(STAFF)
    clock.shift(dt.timedelta(days=29, hours=23))
    async with town.running():
        handovers = town.store.handovers
        assert await handovers.latest(ANNA) is not None
    clock.shift(dt.timedelta(hours=2))
    before = len(town.api.calls)
    async with town.running():
        assert await town.store.handovers.latest(ANNA) is None
        (deleted,) = town.api.calls_of("deleteMessages")
        assert (int(deleted["chat_id"]), json.loads(deleted["message_ids"])) == (STAFF, [question])
        assert town.read(None, before) == ""
        assert "do not know this talk" in await town.staff("hello?", question)


async def test_deleting_ones_data_takes_the_conversation_along(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        question = await town.asks(ANNA, ASKED)
        bens = await town.asks(BEN, "of Ben")
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, "a draft that never goes")
        people = town.store.people
        (row,) = (await people.everything(ANNA, ANNA))["handover"]
        assert "a draft that never goes" in row["draft"]
        assert ASKED not in str(row)
        await town.says(ANNA, "/deletedata")
        assert "nothing about you is left" in await town.taps(ANNA, "Yes, delete it all")
        assert not any((await people.everything(ANNA, ANNA)).values())
        (deleted,) = town.api.calls_of("deleteMessages")
        assert json.loads(deleted["message_ids"]) == [question]
        assert "deleted all that is stored" in town.read(STAFF)
        assert "do not know this talk" in await town.staff("too late", question)
        assert "too late" not in town.read(ANNA)
        await town.staff("still yours", bens)
        assert "still yours" in town.read(BEN)
    raw = town.on_disk()
    assert b"a draft that never goes" not in raw


async def test_a_deletion_in_the_group_that_fails_is_made_again(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        left = [(502, {"description": "Bad Gateway"})]
        town.api.fault = lambda method, _: (
            left.pop() if method == "deleteMessages" and left else None
        )
        await town.says(ANNA, "/deletedata")
        await town.taps(ANNA, "Yes, delete it all")
        tried = [json.loads(one["message_ids"]) for one in town.api.calls_of("deleteMessages")]
        assert tried == [[question], [question]]
        assert town.read(STAFF).count("deleted all that is stored") == 1


async def test_a_staff_group_that_a_deletion_finds_gone_is_let_go(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        await town.asks(ANNA, ASKED)
        kicked = {"description": "Forbidden: bot was kicked from the supergroup chat"}
        town.api.fault = lambda _, params: (
            (403, kicked) if str(params.get("chat_id")) == str(STAFF) else None
        )
        await town.says(ANNA, "/deletedata")
        await town.taps(ANNA, "Yes, delete it all")
        assert town.clinics.of_group(STAFF) == []
        assert (await town.store.people.everything(BEN, BEN))["person"]


async def test_the_rows_are_shown_in_mydata_and_said_in_privacy(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        assert "write to your clinic" in await town.says(ANNA, "/privacy")
        files: list[bytes] = []

        def keep(method: str, params: dict[str, Any]) -> None:
            if method == "sendDocument":
                files.append(params["document"].file.read())

        town.api.fault = keep
        await town.says(ANNA, "/mydata")
        shown = json.loads(files[0])
        assert shown["handover"][0]["thread"]["clinic"] == "oak"


async def test_blocking_the_bot_ends_it_and_the_staff_are_told(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        member = {"user": ME, "status": "kicked"}
        await town._put(ANNA, {"my_chat_member": {
            "chat": {"id": ANNA, "type": "private"}, "from": {"id": ANNA, "is_bot": False},
            "date": 1, "old_chat_member": {**member, "status": "member"},
            "new_chat_member": member}})  # fmt: skip
        assert "the patient has left" in town.read(STAFF)
        assert "do not know this talk" in await town.staff("hello?", question)
