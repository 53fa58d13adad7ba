"""Ask my clinic, as a patient lives through it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.reply import links
from bot.store.clinics import Clinic
from tests.journeys.town import ANNA, ASKED, BEN, BOT, GAP, STAFF, Town


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
        assert await town.store.handovers.latest(ANNA) is None
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


@pytest.mark.parametrize("sent", [{"photo": [{"file_id": "f"}]}, {"video": {"file_id": "v"}}])
async def test_what_is_for_today_is_said_below_a_picture_that_is_not_sent_too(
    town: Town, sent: dict[str, Any]
) -> None:
    said = "I am on accutane and I think I am pregnant, my test is positive"
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says(ANNA, caption=said, **sent)
        assert 0 <= told.find("Stop isotretinoin now") < told.find("to your clinic")
        assert "555-0100" in told
        assert "This is what Oak Clinic will get" in await town.says(ANNA, ASKED)


@pytest.mark.parametrize("sent", ["words", "a picture", "a picture that is refused"])
@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("a friend asked if suicidal thoughts are a side effect", "call a crisis line or your"),
        ("new glasses give me a headache", "A bad headache with vision change or vomiting needs"),
    ],
)
async def test_who_writes_to_the_clinic_hears_the_safety_line_too(
    town: Town, said: str, line: str, sent: str
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        assert line in await town.says(ANNA, said)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        if sent == "a picture":
            await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": True}))
        if sent == "words":
            told = await town.says(ANNA, said)
        else:
            told = await town.says(ANNA, caption=said, photo=[{"file_id": "f"}])
        assert line in told
        assert told.endswith("write what you see." if "refused" in sent else "Shall I send it?")


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


@pytest.mark.parametrize(
    "ends", ["/cancel", "Do not send", "Send it", "End this talk", "/close", "Remove this clinic"]
)
async def test_whatever_ends_the_writing_the_next_question_is_the_bots(
    town: Town, ends: str
) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, "the first")
        if ends == "End this talk":
            await town.staff("Yes.", town.message(STAFF, "the first"))
        await town.taps(ANNA, "Write back" if ends == "End this talk" else "Ask my clinic")
        if ends in ("/cancel", "Do not send", "Send it"):
            await town.says(ANNA, "the second")
            await town.taps(ANNA, "Write it anew")
        if ends == "Remove this clinic":
            await town.says(ANNA, "/clinic")
        await (town.says if ends.startswith("/") else town.taps)(ANNA, ends)
        told = await town.says(ANNA, "how long does a course of accutane take?")
        assert "This is what Oak Clinic will get" not in told
        assert "take messages here" not in told
        assert "20 weeks" in told


async def test_when_the_clinic_ends_the_talk_the_next_question_is_the_bots(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        question = await town.asks(ANNA, ASKED)
        await town.staff("Yes.", question)
        await town.taps(ANNA, "Write back")
        await town.staff("/close", question)
        assert "20 weeks" in await town.says(ANNA, "how long does a course of accutane take?")


async def test_a_cancel_ends_a_reminders_question_with_the_draft(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        await town.says(ANNA, "/remind")
        await town.taps(ANNA, "Monthly exam")
        assert "erased" in await town.says(ANNA, "/cancel")
        assert "place" not in await town.says(ANNA, "thanks")


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


@pytest.mark.parametrize("piece", range(3))
async def test_an_edit_of_a_piece_changes_nothing_and_says_so(town: Town, piece: int) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        pieces = ("My lips crack a lot.", "I take 20 mg since May.", "What can I do?")
        await town.says_at_once(ANNA, *pieces)
        number = await _draft_message(town) + 2 * piece
        told = await town.edits(ANNA, number, "I take 40 mg since May.")
        assert told == town.context.kb.replies.say("ask.joined")
        told = await town.edits(ANNA, number, "I can't breathe, my tongue is swelling")
        assert "emergency" in told.lower()
        await town.taps(ANNA, "Send it", back=0)
        assert "\n".join(pieces) in town.read(STAFF)
        assert "40 mg" not in town.read(STAFF)
        told = await town.edits(ANNA, number, "I take 60 mg since May.")
        assert "was sent before you changed it" in told


async def test_what_was_put_together_may_be_written_once_more(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says_at_once(ANNA, "My lips crack.", "Since May.")
        await town.edits(ANNA, await _draft_message(town), "My nose cracks.")
        assert "My nose cracks. Since May." in await town.says(ANNA, "My nose cracks. Since May.")
        await town.taps(ANNA, "Send it")
        assert "My nose cracks. Since May." in town.read(STAFF)
        assert "My lips" not in town.read(STAFF)


async def test_an_edit_of_the_last_question_does_not_end_the_writing(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        asked = town.number - 1
        await town.taps(ANNA, "Ask my clinic")
        await town.edits(ANNA, asked, "can I drink beer on accutane?")
        assert "This is what Oak Clinic will get" in await town.says(ANNA, ASKED)


async def _draft_message(town: Town) -> int:
    thread = await town.store.handovers.latest(ANNA)
    assert thread is not None
    assert thread.draft is not None
    return thread.draft.message


@pytest.mark.parametrize("by", ["the button", "another clinic's link"])
async def test_leaving_the_clinic_ends_the_conversation(town: Town, by: str) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.asks(ANNA, ASKED)
        if by == "the button":
            await town.says(ANNA, "/clinic")
            told = await town.taps(ANNA, "Remove this clinic")
        else:
            await town.clinics.add(Clinic(id="elm", name="Elm Clinic", phone="555-0200"))
            payload = links.clinic(BOT, "elm", town.clinics.key("elm") or b"")
            told = await town.says(ANNA, f"/start {payload}")
        assert told.startswith("You have ended the talk with your clinic.")
        assert "is stored" not in told  # the row of the talk is, for 30 days
        assert "the patient has ended" in town.read(STAFF)
        assert "Ask my clinic" not in await town.offered(ANNA)


async def test_of_an_album_the_clinic_gets_one_picture_and_the_person_is_told(
    town: Town,
) -> None:
    def piece(number: int) -> dict[str, Any]:
        return {"photo": [{"file_id": f"f{number}"}], "media_group_id": "7"}

    async with town.running():
        await town.settles_in(ANNA)
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": True}))
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        shown = await town.says(ANNA, caption="is this normal?", **piece(0))
        assert town.context.kb.replies.say("ask.one_picture") in shown
        assert [await town.says(ANNA, **piece(number)) for number in (1, 2)] == ["", ""]
        await town.taps(ANNA, "Send it")
        assert town.api.calls_of("sendPhoto")[-1]["photo"] == "f0"
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        alone = await town.says(ANNA, caption="and this?", photo=[{"file_id": "f9"}])
        assert town.context.kb.replies.say("ask.one_picture") not in alone


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


async def test_a_picture_that_is_replaced_is_the_one_that_is_shown_and_sent(town: Town) -> None:
    old, new = [{"file_id": "old"}], [{"file_id": "new"}]
    async with town.running():
        await town.settles_in(ANNA)
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"photos": True}))
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, photo=old, caption="is this normal?")
        written = await _draft_message(town)
        told = await town.edits(ANNA, written, video={}, caption="is this normal?")
        assert "only send words" in told
        assert "with a line below it" in await town.edits(ANNA, written, photo=new)
        await town.edits(ANNA, written, photo=new, caption="is this normal?")
        assert town.api.calls_of("sendPhoto")[-1]["photo"] == "new"
        assert "Nothing was sent" in await town.taps(ANNA, "Send it", back=1)
        await town.taps(ANNA, "Send it")
        sent = town.api.calls_of("sendPhoto")[-1]
        assert (int(sent["chat_id"]), sent["photo"]) == (STAFF, "new")


async def test_a_draft_whose_edit_cannot_be_sent_may_be_written_once_more(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        await town.says(ANNA, ASKED)
        written = await _draft_message(town)
        told = await town.edits(ANNA, written, "My skin is still dry. " * 80)
        assert "please write it shorter" in told
        assert "Shall I send it?" in await town.says(ANNA, "My skin is still dry.")


async def test_an_edit_without_words_is_no_question(town: Town) -> None:
    async with town.running():
        await town.says(ANNA, photo=[{"file_id": "f"}], caption="what are the side effects?")
        assert await town.edits(ANNA, town.number - 1, photo=[{"file_id": "g"}]) == ""


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


async def test_people_are_told_that_the_clinic_does_not_read_along(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        assert "does not read" not in await town.says(ANNA, GAP)
        await town.asks(ANNA, ASKED)
        told = await town.says(ANNA, "what are the side effects of accutane?")
        assert "does not read what you write to me" in told
        assert "Ask my clinic" in town.buttons()
        assert "does not read" not in await town.says(ANNA, "I want to kill myself")
        assert "Ask my clinic" not in town.buttons()


async def test_a_chat_without_a_clinic_and_a_clinic_without_a_group_show_no_button(
    town: Town,
) -> None:
    async with town.running():
        assert "Ask my clinic" not in await town.offered(BEN)
        assert "does not take messages" in await town.presses(BEN, "v1|x|ask.start", 1)
        await town.settles_in(ANNA)
        await town.clinics.hand_over("oak", lambda h: h.model_copy(update={"group": None}))
        assert "Ask my clinic" not in await town.offered(ANNA)
