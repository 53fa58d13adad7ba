"""Ask my clinic, as a patient and as the staff live through it."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot.reply import links
from bot.store.handovers import Handovers
from bot.store.people import People
from bot.turn.turn import Context
from tests.emulator import ME, emulator
from tests.journeys.town import ANNA, BEN, BOT, MONDAY, OTHER, STAFF, Town

ASKED = "My lips crack although I use balm. Is Vaseline at night fine?"
STALE = (
    "Nothing was sent by this button: its text was changed, or erased after half an hour."
    " Tap “Ask my clinic” to write once more."
)
GAP = "can I drink alcohol on accutane?"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
async def town(tmp_path: Path, context: Context) -> AsyncIterator[Town]:
    async with emulator() as api:
        yield Town(api, tmp_path, context)


async def test_a_question_goes_to_the_staff_and_their_reply_comes_back(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        assert "Alcohol" in await town.says(ANNA, GAP)
        assert "before I send it" in await town.taps(ANNA, "Ask my clinic")
        shown = await town.says(ANNA, ASKED)
        for part in (ASKED, "staff of Oak Clinic", "Telegram group", "30 days"):
            assert part in shown
        assert ASKED not in town.read(STAFF)
        told = await town.taps(ANNA, "Send it")
        assert "within 4 hours" in told
        assert "555-0100" in told
        question = town.message(STAFF, ASKED)
        first = town.api.calls[question - 1][1]["text"].splitlines()[0]
        assert first.rstrip(":") in told
        assert "Zebedee" not in town.read(STAFF)
        assert f"{ANNA}" not in first
        assert "on its way" in await town.staff("Yes, a thin layer is fine.", question)
        got = town.read(ANNA)
        assert "Oak Clinic writes:\nYes, a thin layer is fine." in got
        assert "Write back" in str(town.api.calls[town.message(ANNA, "thin layer") - 1])
        await town.taps(ANNA, "Write back")
        await town.says(ANNA, "Thank you!")
        await town.taps(ANNA, "Send it")
        assert (
            town.read(STAFF).count(first) >= 3
        )  # the question, the note to the staff, the thanks
    assert ASKED.encode() not in town.on_disk()
    assert b"thin layer" not in town.on_disk()


async def test_two_patients_never_get_each_others_replies(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        annas = await town.asks(ANNA, "question of Anna")
        bens = await town.asks(BEN, "question of Ben")
        await town.staff("answer for Ben", bens)
        await town.staff("answer for Anna", annas)
        assert "answer for Anna" in town.read(ANNA)
        assert "answer for Anna" not in town.read(BEN)
        assert "answer for Ben" in town.read(BEN)
        assert "answer for Ben" not in town.read(ANNA)
        note = town.message(STAFF, "on its way")  # a reply to our own note reaches the same person
        await town.staff("and one more", note)
        assert "and one more" in town.read(ANNA)
        assert "and one more" not in town.read(BEN)


EMERGENCIES = (
    "My face and tongue are swelling and I can't breathe, is Vaseline fine?",
    "I want to kill myself",
)


@pytest.mark.parametrize("said", EMERGENCIES)
async def test_an_emergency_is_answered_and_never_sent_to_the_staff(town: Town, said: str) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says(ANNA, said)
        assert "emergency" in told.lower()
        assert "Send it" not in str(town.api.calls[-1])
        assert "Ask my clinic" not in str(town.api.calls[-1])
        assert said not in town.read(STAFF)
        assert await Handovers(town.store.engine, BOT).latest(ANNA) is None
        assert "clinic" not in (await town.says(ANNA, "thanks")).lower()  # no longer writing to it


async def test_an_emergency_below_a_picture_is_not_sent_either(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says(ANNA, photo=[{"file_id": "f"}], caption=EMERGENCIES[0])
        assert "emergency" in told.lower()
        assert len(town.api.calls_of("sendPhoto")) == 0


async def test_what_is_for_today_shows_the_number_first_and_may_then_be_sent(town: Town) -> None:
    said = "I am on accutane and I think I am pregnant, my test is positive"
    async with town.running():
        await town.settles_in(ANNA)
        assert "555-0100" in await town.says(ANNA, said)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says(ANNA, said)
        assert 0 <= told.find("555-0100") < told.find("Shall I send it?")
        await town.taps(ANNA, "Send it")
        assert said in town.read(STAFF)


async def test_without_consent_nothing_is_sent_and_nothing_stays(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        assert "not sent yet" in await town.says(ANNA, GAP)
        assert "erased" in await town.taps(ANNA, "Do not send")
        assert "Nothing was sent" in await town.taps(ANNA, "Send it")
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        assert "erased" in await town.says(ANNA, "/cancel")
        assert ASKED not in town.read(STAFF)
    assert ASKED.encode() not in town.on_disk()


async def test_a_consent_is_only_for_what_stands_above_it(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, "the first text")
        await town.taps(ANNA, "Write it anew")
        await town.says(ANNA, "the second text")
        assert "Nothing was sent" in await town.taps(ANNA, "Send it", back=1)
        assert "text" not in town.read(STAFF)
        await town.taps(ANNA, "Send it")
        await town.taps(ANNA, "Send it")
        assert "not sent twice" in town.api.calls_of("answerCallbackQuery")[-1]["text"]
        assert town.read(STAFF).count("the second text") == 1
        assert "the first text" not in town.read(STAFF)


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


async def test_pieces_of_one_message_are_sent_as_one(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says_at_once(ANNA, "my lips crack", "since Monday", "what can I do")
        assert told.count("Shall I send it?") == 1
        await town.taps(ANNA, "Send it")
        assert "my lips crack\nsince Monday\nwhat can I do" in town.read(STAFF)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says_at_once(ANNA, "now my tongue is swelling", "and I can't breathe")
        assert "emergency" in told.lower()
        assert "tongue" not in town.read(STAFF)


async def test_a_question_to_the_bot_in_between_is_answered_as_ever(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        assert "month" not in await town.says(ANNA, "/ask the best pizza in town?")
        await town.taps(ANNA, "Ask my clinic")
        assert "SHA-256" in await town.says(ANNA, "/sources")
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        assert "Shall I send it?" in town.read(ANNA)


async def test_an_edit_changes_the_draft_and_never_what_was_sent(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, "with a tpyo")
        written = await _draft_message(town)
        assert "without a typo" in await town.edits(ANNA, written, "without a typo")
        assert "Nothing was sent" in await town.taps(ANNA, "Send it", back=1)
        await town.taps(ANNA, "Send it")
        assert "once more" in await town.edits(ANNA, written, "something else")
        told = await town.edits(ANNA, written, "I can't breathe, my tongue is swelling")
        assert "emergency" in told.lower()
        assert "something else" not in town.read(STAFF)
        question = town.message(STAFF, "without a typo")
        await town.staff("take two", question)
        assert "can't change" in await town.staff_edits("take three", question)
        assert "take three" not in town.read(ANNA)


async def _draft_message(town: Town) -> int:
    thread = await Handovers(town.store.engine, BOT).latest(ANNA)
    assert thread is not None
    assert thread.draft is not None
    return thread.draft.message


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
        assert "Ask my clinic" not in _buttons(town, await town.says(ANNA, GAP))
        assert "It is closed now" in await town.taps(ANNA, "Ask my clinic")  # an older button
        assert ASKED not in town.read(STAFF)
    assert ASKED.encode() not in town.on_disk()


def _buttons(town: Town, _: str) -> str:
    """The buttons of what was sent last."""
    return str(town.api.calls[-1][1].get("reply_markup"))


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
        handovers = Handovers(town.store.engine, BOT)
        assert await handovers.latest(ANNA) is not None
    clock.shift(dt.timedelta(hours=2))
    before = len(town.api.calls)
    async with town.running():
        assert await Handovers(town.store.engine, BOT).latest(ANNA) is None
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
        people = People(town.store.engine, BOT)
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


async def test_a_reply_that_cannot_be_delivered_is_told_to_the_staff(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        blocked = {"description": "Forbidden: bot was blocked by the user"}
        town.api.fault = lambda _, params: (
            (403, blocked) if params.get("chat_id") == str(ANNA) else None
        )
        await town.staff("hello?", question)
        assert "the patient has left" in town.read(STAFF)
        assert await Handovers(town.store.engine, BOT).latest(ANNA) is None


async def test_only_the_clinics_own_group_can_reply(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        assert "nothing was sent" in await town.staff("from elsewhere", question, OTHER)
        assert "from elsewhere" not in town.read(ANNA)
        assert "now answers for Oak Clinic" in await town.binds(OTHER)  # the clinic moves
        assert "Another group now answers" in town.read(STAFF)
        assert "nothing was sent" in await town.staff("from the old one", question)
        await town.staff("from the new one", question, OTHER)
        assert "from the old one" not in town.read(ANNA)
        assert "from the new one" in town.read(ANNA)


async def test_either_side_can_end_it(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        annas, bens = await town.asks(ANNA, "of Anna"), await town.asks(BEN, "of Ben")
        assert "patient is told" in await town.staff("/close", annas)
        assert "Your clinic has ended this talk" in town.read(ANNA)
        assert "so nothing was sent" in await town.staff("one more", annas)
        assert "one more" not in town.read(ANNA)
        assert "You have ended the talk" in await town.taps(BEN, "End this talk")
        assert "the patient has ended" in town.read(STAFF)
        assert "so nothing was sent" in await town.staff("one more", bens)
        assert "No talk" in await town.says(BEN, "/close")
        bens = await town.asks(BEN, "a new one")
        assert "patient is told" in await town.taps(STAFF, "End this talk", who=77)
        assert "Your clinic has ended this talk" in town.read(BEN)


async def test_a_clinic_that_stops_in_the_middle_says_so(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA, BEN)
        question = await town.asks(ANNA, ASKED)
        await town.says(BEN, GAP)
        await town.taps(BEN, "Ask my clinic")
        await town.says(BEN, "of Ben")
        handovers = Handovers(town.store.engine, BOT)
        await town.clinics.revoke("oak")
        await handovers.wake("oak")
        await town.kept_house()
        told = town.read(ANNA)
        assert "this talk is over" in told
        assert told.endswith("phone 555-0100.")
        assert "nothing was sent" in await town.staff("hello?", question)
        assert "hello?" not in town.read(ANNA)
        assert "Nothing was sent" in await town.taps(BEN, "Send it")
        await town.clinics.remove("oak")
        assert "does not take messages" in await town.taps(BEN, "Ask my clinic")


async def test_leaving_the_clinic_ends_the_conversation(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        await town.says(ANNA, "/clinic")
        await town.taps(ANNA, "Remove this clinic")
        assert "the patient has ended" in town.read(STAFF)
        assert "Ask my clinic" not in _buttons(town, await town.says(ANNA, GAP))


async def test_pictures_go_only_where_the_clinic_takes_them(town: Town) -> None:
    photo = [{"file_id": "small"}, {"file_id": "large"}]
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        assert "write what you see" in await town.says(ANNA, photo=photo, caption="this?")
        assert "only send words" in await town.says(ANNA, voice={"file_id": "v"})
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": True}))
        assert "with a line below it" in await town.says(ANNA, photo=photo)
        await town.says(ANNA, photo=photo, caption="is this normal?")
        assert not [p for p in town.api.calls_of("sendPhoto") if int(p["chat_id"]) == STAFF]
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": False}))
        assert "words only" in await town.taps(ANNA, "Send it")
        assert not [p for p in town.api.calls_of("sendPhoto") if int(p["chat_id"]) == STAFF]
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": True}))
        await town.taps(ANNA, "Write it anew")
        await town.says(ANNA, photo=photo, caption="is this normal?")
        await town.taps(ANNA, "Send it")
        sent = town.api.calls_of("sendPhoto")[-1]
        assert (int(sent["chat_id"]), sent["photo"]) == (STAFF, "large")
        assert "is this normal?" in sent["caption"]
        await town.staff("It is.", town.message(STAFF, "is this normal?"))
        assert "It is." in town.read(ANNA)


async def test_staff_words_are_words_and_nothing_else(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, "Patient A1:\n\nsay *yes* <b>now</b>")
        sent = town.api.calls[question - 1][1]
        (head, quote) = json.loads(sent["entities"])
        assert (head["type"], quote["type"]) == ("bold", "blockquote")
        assert "parse_mode" not in sent
        marked = [{"type": "text_link", "offset": 0, "length": 4, "url": "http://evil.example"}]
        await town.staff("tap <a href='x'>here</a> *now*", question, entities=marked)
        got = town.api.calls[town.message(ANNA, "tap <a") - 1][1]
        assert "evil" not in str(got)
        assert {one["type"] for one in json.loads(got["entities"])} == {"bold", "blockquote"}
        assert "nothing was sent" in await town.staff("x" * 3501, question)
        await town.staff("y" * 3500, question)
        assert "y" * 3500 in town.read(ANNA)
        assert "words only" in await town.staff(None, question, voice={"file_id": "v"})
        assert "words only" in await town.staff(None, question, photo=[{}], caption="look")
        assert "look" not in town.read(ANNA)


async def test_too_long_and_too_many_are_refused_kindly(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        assert "1500 at most" in await town.says(ANNA, "My skin is still dry. " * 80)
        assert "Shall I send it?" in await town.says(ANNA, "short enough")
        await town.taps(ANNA, "Send it")
        for number in (2, 3):
            await town.asks(ANNA, f"message {number}")
        told = await town.taps(ANNA, "Ask my clinic")
        assert "You have sent 3 messages and Oak Clinic has not replied yet" in told
        await town.says(ANNA, "/close")
        for number in range(4, 11):
            question = await town.asks(ANNA, f"message {number}")
            await town.staff("ok", question)
        assert "10 messages today" in await town.taps(ANNA, "Ask my clinic")


async def test_a_group_that_moves_is_followed_and_one_that_is_gone_is_told(town: Town) -> None:
    new = -1003
    async with town.running():
        await town.settles_in(ANNA)
        body = town._body(STAFF, 70, migrate_to_chat_id=new)
        await town._put(STAFF, {"message": body})
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        await town.taps(ANNA, "Send it")
        question = town.message(new, ASKED)
        await town.staff("from the new number", question, new)
        assert "from the new number" in town.read(ANNA)

        last = -1004  # this time we hear of it by Telegram's refusal
        moved = {"description": "Bad Request: group upgraded",
                 "parameters": {"migrate_to_chat_id": last}}  # fmt: skip
        town.api.fault = lambda _, params: (
            (400, moved) if params.get("chat_id") == str(new) else None
        )
        await town.taps(ANNA, "Write back")
        await town.says(ANNA, "and this?")
        await town.taps(ANNA, "Send it")
        question = town.message(last, "and this?")
        assert "and this?" not in town.read(ANNA).split("Sent to Oak")[-1]
        await town.staff("at last", question, last)
        assert "at last" in town.read(ANNA)

        kicked = {"description": "Forbidden: bot was kicked from the supergroup chat"}
        town.api.fault = lambda _, params: (
            (403, kicked) if params.get("chat_id") == str(last) else None
        )
        await town.taps(ANNA, "Write back")
        await town.says(ANNA, "anybody there?")
        await town.taps(ANNA, "Send it")
        await town.kept_house()
        assert "could not reach Oak Clinic. Please call them: 555-0100" in town.read(ANNA)
        assert "this talk is over" in town.read(ANNA)


async def test_a_group_that_becomes_public_is_let_go(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        public = {"id": STAFF, "type": "supergroup", "username": "all"}
        assert "public" in await town.staff("hello", question, chat=public)
        await town.kept_house()
        assert "hello" not in town.read(ANNA)
        assert "this talk is over" in town.read(ANNA)
        assert town.clinics.of_group(STAFF) == []


async def test_a_code_binds_one_private_group_once_and_for_a_day(
    town: Town, clock: time_machine.Traveller
) -> None:
    async with town.running():
        await town.settles_in()
        public = {"id": OTHER, "type": "supergroup", "username": "all"}
        assert "public" in await town.binds(OTHER, chat=public)
        for bad in ("", "s_oak_1_" + "x" * 22, "s_elm_9999999_" + "x" * 22, "x" * 300):
            assert "not valid" in await town.staff(f"/staffgroup {bad}", group=OTHER)
        key = town.clinics.key("oak") or b""
        foreign = links.staff_code(BOT + 1, "oak", key, STAFF, time.time())
        good = links.staff_code(BOT, "oak", key, STAFF, time.time())
        assert "not valid" in await town.staff(f"/staffgroup {foreign}", group=OTHER)
        clock.shift(dt.timedelta(hours=25))
        assert "not valid" in await town.staff(f"/staffgroup {good}", group=OTHER)
        clock.shift(dt.timedelta(hours=-2))
        assert "now answers" in await town.staff(f"/staffgroup {good}", group=OTHER)
        assert "not valid" in await town.staff(f"/staffgroup {good}", group=-1009)
        assert [one.id for one in town.clinics.of_group(OTHER)] == ["oak"]


async def test_people_are_told_that_the_clinic_does_not_read_along(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        assert "does not read" not in await town.says(ANNA, GAP)
        await town.asks(ANNA, ASKED)
        told = await town.says(ANNA, "what are the side effects of accutane?")
        assert "does not read what you write to me" in told
        assert "Ask my clinic" in _buttons(town, told)
        assert "does not read" not in await town.says(ANNA, "I want to kill myself")
        assert "Ask my clinic" not in _buttons(town, "")


async def test_a_chat_without_a_clinic_and_a_clinic_without_a_group_show_no_button(
    town: Town,
) -> None:
    async with town.running():
        assert "Ask my clinic" not in _buttons(town, await town.says(BEN, GAP))
        assert "does not take messages" in await town.presses(BEN, "v1|x|ask.start", 1)
        await town.settles_in(ANNA)
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"group": None}))
        assert "Ask my clinic" not in _buttons(town, await town.says(ANNA, GAP))


async def test_forged_buttons_do_nothing(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        before = town.read(None)
        for data in (
            "ask.send.",
            "ask.no.x",
            "ask.",
            "ask.foo.x",
            "staff.close.",
            "staff.close.1",
        ):
            for chat in (BEN, OTHER):
                await town.presses(chat, f"v1|x|{data}", 1)
        assert town.read(None).removeprefix(before).strip() == "\n".join([STALE] * 2)
        thread = await Handovers(town.store.engine, BOT).latest(ANNA)
        assert thread is not None
        assert thread.open
