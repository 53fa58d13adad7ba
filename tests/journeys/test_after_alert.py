"""What follows an alert or a refusal: the alert stays, its buttons work, doses are gone."""

from __future__ import annotations

import pytest

from bot.reply.talk import Kept
from bot.turn.context import Context
from tests.journeys.chat import Chat, desk, text
from tests.journeys.town import ANNA, GAP, Town


@pytest.fixture
def chat(context: Context) -> Chat:
    return Chat(desk(context))


@pytest.mark.parametrize("told", ["im pregnant", "actually shes 11", "/dose 70 kg, breastfeeding"])
def test_a_dose_shown_before_a_refusal_is_drawn_and_kept_no_more(chat: Chat, told: str) -> None:
    chat.message("dose for 70 kg")
    shown = max(chat.shown)
    chat.message(told)
    calls = chat.press("As a picture", on=shown)
    assert [call.method for call in calls if call.method == "send_photo"] == []
    chat.press("Add to my list", on=shown)
    assert Kept.read(chat.kept).doses == ()
    assert "70 kg" not in text(chat.message("/visit"))


def test_it_is_drawn_again_once_the_refusal_is_taken_back(chat: Chat) -> None:
    chat.message("dose for 70 kg")
    chat.message("im pregnant")
    chat.message("not pregnant")
    chat.message("70 kg")
    assert any(call.method == "send_photo" for call in chat.press("As a picture"))


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ("im gonna kill myself tonight", "lol jk, my lips are dry"),
        ("i cant take this anymore", "no im safe"),
        ("i think im pregnant", "i think im not pregnant"),
    ],
)
def test_an_edit_takes_no_alert_and_no_number_to_call_off_the_screen(
    chat: Chat, told: str, instead: str
) -> None:
    chat.message(told)
    (call,) = chat.edit(chat.number - 2, instead)
    assert call.method == "send_message"


def test_a_question_after_a_red_flag_is_new_as_well(chat: Chat) -> None:
    """An answer that turns into another one makes no sound."""
    chat.message("What are the side effects of accutane?")
    (call,) = chat.edit(chat.number - 2, "i cant take this anymore")
    assert call.method == "send_message"


def test_what_came_after_the_alert_instead_is_edited_as_any_answer(chat: Chat) -> None:
    chat.message("im gonna kill myself tonight")
    asked, alarm = chat.number - 2, max(chat.shown)
    chat.edit(asked, "lol jk, my lips are dry")
    (call,) = chat.edit(asked, "What are the side effects of accutane?")
    assert (call.method, call.kwargs["message_id"]) == ("edit_message_text", max(chat.shown))
    assert max(chat.shown) != alarm


def test_an_alert_that_others_had_before_stays_too(chat: Chat) -> None:
    """What was said to the same words is looked up; the edited message is this person's."""
    other = Chat(chat.desk, number=500)
    chat.message("im gonna kill myself tonight")
    other.message("im gonna kill myself tonight")
    (call,) = other.edit(other.number - 2, "lol jk, my lips are dry")
    assert call.method == "send_message"


def test_a_yes_that_comes_late_is_heard(chat: Chat) -> None:
    chat.message("dose for 60 kg")
    dose = max(chat.shown)
    chat.message("period late")
    question = max(chat.shown)
    assert "mg a day" not in text(chat.message("dose for 60 kg"))  # our question is open
    assert "stop isotretinoin" in text(chat.press("Yes", on=question)).lower()
    assert "mg a day" not in text(chat.message("60 kg"))
    assert "mg a day" not in text(chat.press("As a picture", on=dose))


def test_only_asking_is_understood_after_all_was_deleted(chat: Chat) -> None:
    chat.message("i am pregnant and on accutane")
    alarm = max(chat.shown)
    chat.message("/deletedata")
    chat.press("Yes, delete it all")
    assert "one document" not in text(chat.press("I was only asking", on=alarm))


async def test_a_pregnancy_told_to_the_clinic_bars_the_dose_as_well(town: Town) -> None:
    async with town.running():
        await town.settles_in(ANNA)
        await town.says(ANNA, GAP)
        await town.taps(ANNA, "Ask my clinic")
        told = await town.says(ANNA, "I'm pregnant, can I come in tomorrow?")
        assert "stop isotretinoin" in told.lower()
        await town.taps(ANNA, "Send it")
        assert "mg a day" not in await town.says(ANNA, "dose for 70 kg")
