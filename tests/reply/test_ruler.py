"""The pictures and the calendar of the dose calculator."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from icalendar import Calendar
from PIL import Image

from bot.reply.calendar import course_ics
from bot.reply.ruler import ruler_alt, ruler_png
from bot.reply.timeline import timeline_alt, timeline_png
from bot.turn.course_dates import course_from
from bot.turn.dose_sums import dose_figures
from bot.turn.figures import read_dose
from bot.turn.memory import Memory
from bot.turn.reply import DoseFigures
from tests.turn.dose_kb import knowledge

RULES = knowledge().dose
COURSE = course_from(dt.date(2027, 3, 3), RULES.course)
MADE = dt.datetime(2027, 3, 3, 8, tzinfo=dt.UTC)


def figures(text: str) -> DoseFigures:
    request = read_dose(text, RULES, Memory())
    assert request is not None
    return dose_figures(request, RULES)


@pytest.mark.parametrize("text", ["30 kg", "250 kg", "60 mg 70 kg", "800 mg at 70 kg", "11st 4"])
def test_the_ruler_is_a_picture_with_words_beside_it(text: str) -> None:
    image = Image.open(io.BytesIO(ruler_png(figures(text), RULES)))
    assert (image.format, image.size) == ("PNG", (1280, 720))
    assert "Not a dose to take" in ruler_alt(figures(text), RULES)


def test_the_ruler_has_its_own_light_ground_so_dark_mode_cannot_hide_it() -> None:
    image = Image.open(io.BytesIO(ruler_png(figures("70 kg"), RULES)))
    assert image.mode == "RGB"  # nothing is transparent
    corner = image.getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert min(corner) > 240


def test_a_dose_above_the_highest_is_marked_in_red() -> None:
    def red(text: str) -> int:
        image = Image.open(io.BytesIO(ruler_png(figures(text), RULES))).convert("RGB")
        return sum(n for n, c in image.getcolors(1 << 24) or () if c == (0xB3, 0x26, 0x1E))

    assert red("160 mg 70 kg") > 0
    assert red("60 mg 70 kg") == 0


def test_the_same_figures_give_the_same_picture() -> None:
    assert ruler_png(figures("70 kg"), RULES) == ruler_png(figures("70 kg"), RULES)


@pytest.mark.parametrize("today", ["2027-02-01", "2027-03-03", "2027-07-20", "2028-01-01"])
def test_the_timeline_is_drawn_for_any_day(today: str) -> None:
    image = Image.open(io.BytesIO(timeline_png(COURSE, dt.date.fromisoformat(today), RULES)))
    assert image.size == (1280, 720)
    assert "21 July 2027" in timeline_alt(COURSE, dt.date.fromisoformat(today), RULES)


def test_the_captions_say_all_that_is_drawn() -> None:
    for wanted in ("start at most 35", "average 70", "highest 140", "60 mg a day, 0.86 mg/kg"):
        assert wanted in ruler_alt(figures("60 mg 70 kg"), RULES)
    words = timeline_alt(COURSE, dt.date(2027, 5, 10), RULES)
    for wanted in ("3 April 2027", "3 July 2027", "23 June 2027", "18 August 2027", "week 10"):
        assert wanted in words
    assert len(words) <= 1024  # Telegram's limit for a caption


def test_the_calendar_has_whole_days_with_an_alarm_each() -> None:
    calendar = Calendar.from_ical(course_ics(COURSE, RULES, MADE))
    events = list(calendar.walk("VEVENT"))
    days = [event.decoded("dtstart") for event in events]
    assert days == [*COURSE.checks, COURSE.end, COURSE.second]
    assert all(len(list(event.walk("VALARM"))) == 1 for event in events)
    assert len({str(event["uid"]) for event in events}) == len(events)


def test_the_calendar_names_no_drug() -> None:
    text = course_ics(COURSE, RULES, MADE).decode().lower()
    assert "isotretinoin" not in text
    assert "accutane" not in text


def test_a_calendar_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        course_ics(COURSE, RULES, dt.datetime(2027, 3, 3))  # noqa: DTZ001
