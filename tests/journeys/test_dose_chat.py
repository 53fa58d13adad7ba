"""The calculator and the course clock in a private chat and inline, button by button."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from icalendar import Calendar
from PIL import Image

from bot.reply.talk import Talk
from bot.turn.context import Context
from tests.journeys.chat import Chat, desk, text


@pytest.fixture
def chat(context: Context) -> Chat:
    return Chat(desk(context), now=dt.datetime(2027, 5, 10, 12, tzinfo=dt.UTC))


def test_a_bare_number_is_asked_about_and_ends_in_a_picture_with_words(chat: Chat) -> None:
    chat.message("150")
    assert chat.labels() == ["150 kg", "150 lb (68 kg)"]
    assert "= 34 mg a day" in text(chat.press("150 lb (68 kg)"))
    calls = chat.press("As a picture")
    (photo,) = [call for call in calls if call.method == "send_photo"]
    assert Image.open(io.BytesIO(photo.kwargs["photo"])).size == (1280, 720)
    assert "start at most 34, average 68, highest 136" in photo.kwargs["caption"]


def test_is_it_per_day_then_capsules_then_one_market(chat: Chat) -> None:
    assert "Is that per day?" in text(chat.message("20 mg at 70 kg"))
    assert "40 mg a day ÷ 70 kg = 0.57 mg/kg" in text(chat.press("20 mg twice a day"))
    assert "US Absorica" in text(chat.press("Capsules for 40 mg"))
    only = text(chat.press("Only UK generics"))
    assert "UK generics, two doses a day: 20, then 20, 40 mg (exactly)" in only
    assert "US Absorica (not" not in only


def test_an_amount_after_talk_of_another_medicine_is_asked_about_before_it_is_judged(
    chat: Chat,
) -> None:
    chat.message("dose for 70 kg")
    chat.message("thanks")
    assert "60 mg a day ÷ 70 kg" in text(chat.message("and 60 mg?"))
    chat.message("can I take spironolactone with it?")
    asked = text(chat.message("100 mg"))
    assert "÷" not in asked
    assert "Do you mean isotretinoin (Accutane) for a person, 100 mg at 70 kg?" in asked
    assert "100 mg a day ÷ 70 kg = 1.43 mg/kg" in text(chat.press("Yes, isotretinoin"))


def test_the_course_is_asked_for_by_a_button_and_becomes_a_calendar(chat: Chat) -> None:
    chat.message("how long is a course of accutane?")
    assert "On which day" in text(chat.press("Dates of my course"))
    assert "3 April 2027 or 4 March 2027" in text(chat.message("3/4/2027"))
    assert "week 6 of 20" in text(chat.press("3 April 2027"))
    shown = max(chat.shown)
    assert "Today is in week 6" in text(chat.press("As a timeline", on=shown))
    (file,) = [c for c in chat.press("Calendar file", on=shown) if c.method == "send_document"]
    events = Calendar.from_ical(file.kwargs["document"]).walk("VEVENT")
    assert max(event.decoded("dtstart") for event in events) == dt.date(2027, 10, 21)


def test_a_start_that_is_edited_keeps_the_buttons_of_its_course(chat: Chat) -> None:
    chat.message("I started accutane on 3 March 2027")
    asked = chat.number - 2
    shown = chat.labels()
    (call,) = chat.edit(asked, "I started accutane on 4 March 2027")
    assert "4 March 2027" in call.kwargs["text"]
    buttons = [b["text"] for row in call.kwargs["reply_markup"]["inline_keyboard"] for b in row]
    assert "As a timeline" in buttons
    assert buttons == shown


def test_a_start_that_is_edited_away_is_no_course(chat: Chat) -> None:
    chat.message("I started accutane on 3 March 2027")
    chat.edit(chat.number - 2, "I finished accutane on 3 March 2027")
    assert Talk.read(chat.memory).course is None


def test_the_end_of_a_course_is_not_kept_as_its_start(chat: Chat) -> None:
    chat.message("I finished on 3 March 2027, when can I start a second course?")
    assert "As a timeline" not in chat.labels()


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("70 kg", "70 kg: document's range"),
        ("154 lb", "69.9 kg: document's range"),
        ("60 mg 70 kg", "60 mg at 70 kg: 0.86 mg/kg a day"),
        ("60 kg pregnant", "Please get help first"),
    ],
)
def test_dose_cards_are_the_askers_own_and_are_kept_by_nobody(
    chat: Chat, query: str, title: str
) -> None:
    answered = chat.inline(query)
    assert [card.title for card in answered["results"]] == [title]
    assert (answered["cache_time"], answered["is_personal"]) == (0, True)


def test_cards_of_passages_may_be_kept_and_their_ids_are_stable(chat: Chat) -> None:
    first, second = chat.inline("dry lips"), chat.inline("dry lips")
    assert first["cache_time"] > 0
    assert [c.id for c in first["results"]] == [c.id for c in second["results"]]


def test_an_empty_query_shows_how_to_ask(chat: Chat) -> None:
    (card,) = chat.inline("")["results"]
    assert "70 kg" in card.description
