"""The course clock: right across month ends, leap years and summer time; no day is guessed."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.course import course_reply
from bot.turn.course_dates import Course, course_from
from bot.turn.course_read import read_course
from bot.turn.figures_dates import add_months, read_dates
from bot.turn.inbound import clean
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from tests.turn.dose_kb import knowledge, table

TODAY = dt.date(2027, 5, 10)
ROWS = table("course_phrases.yaml")
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


def say(text: str, today: dt.date = TODAY) -> Reply:
    request = read_course(clean(text), today, knowledge().dose)
    assert request is not None
    return course_reply(request, knowledge(), Memory(), today)


def course(start: dt.date) -> Course:
    return course_from(start, knowledge().dose.course)


@pytest.mark.parametrize(("text", "start"), ROWS["starts"].items())
def test_a_start_is_read_as_people_write_it(text: str, start: dt.date) -> None:
    request = read_course(clean(text), TODAY, knowledge().dose)
    assert request is not None
    assert [date.readings for date in request.dates] == [(start,)]
    assert course_reply(request, knowledge(), Memory(), TODAY).kind is Kind.ANSWER


@pytest.mark.parametrize(("text", "holds"), ROWS["asks"].items())
def test_a_date_that_is_open_or_impossible_is_asked_about(text: str, holds: str) -> None:
    reply = say(text)
    assert reply.kind is Kind.CLARIFY
    assert holds in reply.text


@pytest.mark.parametrize("text", ROWS["none"])
def test_other_dates_are_no_course(text: str) -> None:
    assert read_course(clean(text), TODAY, knowledge().dose) is None


def test_the_reply_gives_each_date_with_its_sentence() -> None:
    reply = say("/course 3 March 2027")
    for wanted in (
        "day 69: week 10 of 20",
        "end on 21 July 2027",
        "week 20 is 20 July 2027",
        "not before 21 September 2027",
        "3 April 2027, 3 May 2027, 3 June 2027, 3 July 2027",
        "16 to 24 weeks: 23 June 2027 to 18 August 2027",
    ):
        assert wanted in reply.text
    assert [c.passage for c in reply.citations] == ["duration", "monitoring"]


def test_a_finished_course_gives_the_earliest_second_one() -> None:
    assert "28 February 2027" in say("I finished on 31 December 2026, when a second course?").text


def test_an_end_to_come_is_said_as_one() -> None:
    text = say("my course will end on 1 July, when is a second course possible").text
    assert "You will finish on 1 July 2027" in text


@pytest.mark.parametrize(("text", "end"), ROWS["finishes"].items())
def test_an_end_is_read_as_people_write_it(text: str, end: dt.date) -> None:
    request = read_course(clean(text), TODAY, knowledge().dose)
    assert request is not None
    assert request.finished
    assert request.dates[0].readings == (end,)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "started 20 mg on 1 March 2027, 40 mg from 1 April 2027, 70 kg, total so far?",
            "20 mg × 31 days + 40 mg × 40 days = 2,220 mg, that is 32 mg/kg at 70 kg",
        ),
        (
            "total so far: 40 mg from 1 April 2027 to 10 April 2027, then 20 mg since 1 May 2027",
            "40 mg × 10 days + 20 mg × 10 days = 600 mg.",
        ),
        ("started on 10 May 2027 with 40 mg a day, total so far?", "40 mg × 1 day = 40 mg."),
        ("10 capsules of 20 mg a day since 9 May 2027, total so far", "200 mg × 2 days = 400 mg."),
        ("/course 3 March 2027 300 mg a day 70 kg", "more than the highest amount"),
    ],
)
def test_a_total_is_counted_day_by_day_from_each_dose(text: str, wanted: str) -> None:
    assert wanted in say(text).text


@pytest.mark.parametrize(
    "text",
    [
        "/course 3 March 2027",
        "/course 3 March 2027, 40 mg a week, 70 kg",
        "/course 3/3/27",
        "/course 3 March 2027, 40 mg and another 40 mg",
    ],
)
def test_without_a_clear_daily_dose_no_total_is_shown(text: str) -> None:
    assert "So far at most" not in say(text).text


def test_a_total_is_told_by_todays_weight_only() -> None:
    text = say("goal weight 60 kg, 40 mg since 1 April 2027, total so far").text
    assert "1,600 mg" in text
    assert "at 60 kg" not in text


@pytest.mark.parametrize("text", ["yesterday", "3 March", "2 weeks ago", "i started on 3/3/27"])
def test_a_date_alone_answers_our_question(text: str) -> None:
    request = read_course(text, TODAY, knowledge().dose, asked=True)
    assert request is not None
    assert course_reply(request, knowledge(), Memory(), TODAY).kind is Kind.ANSWER


def test_another_subject_leaves_our_question() -> None:
    assert read_course("why are my lips dry", TODAY, knowledge().dose, asked=True) is None


def test_with_the_calculator_off_no_total_is_worked_out() -> None:
    request = read_course("/course 1 April 2027, 40 mg a day, 70 kg", TODAY, knowledge().dose)
    assert request is not None
    reply = course_reply(request, knowledge(), Memory(), TODAY, calculator=False)
    assert "mg/kg" not in reply.text


def test_our_notes_can_be_switched_off_but_not_the_disclaimer() -> None:
    request = read_course("/course 3 March 2027", TODAY, knowledge().dose)
    assert request is not None
    reply = course_reply(request, knowledge(), Memory(), TODAY, show_notes=False)
    assert len(reply.notes) < len(say("/course 3 March 2027").notes)
    assert "not medical advice" in reply.text


@given(
    DAYS, st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d"])
)
def test_a_date_written_out_is_the_same_date(day: dt.date, form: str) -> None:
    dates = read_dates(day.strftime(form).lower(), TODAY, knowledge().dose.reads)
    assert [date.readings for date in dates] == [(day,)]


@given(DAYS, st.sampled_from(["/", "-"]))
def test_a_date_in_figures_has_its_true_reading_among_at_most_two(day: dt.date, sep: str) -> None:
    for form in (f"%d{sep}%m{sep}%Y", f"%m{sep}%d{sep}%Y"):
        (date,) = read_dates(day.strftime(form), TODAY, knowledge().dose.reads)
        assert day in date.readings
        assert (len(date.readings) == 1) == (day.day > 12 or day.day == day.month)


def test_the_total_so_far_is_marked_as_worked_out_by_us() -> None:
    text = say("/course 1 April 2027, 40 mg a day, 70 kg").text
    assert "40 mg × 40 days = 1,600 mg, that is 23 mg/kg at 70 kg" in text
    assert "We worked this out" in text
    assert "120 to 150 mg per kg" in text


@pytest.mark.parametrize(
    ("start", "end", "second", "checks"),
    [
        ("2027-01-31", "2027-06-20", "2027-08-20", ["02-28", "03-31", "04-30", "05-31"]),
        ("2028-01-31", "2028-06-19", "2028-08-19", ["02-29", "03-31", "04-30", "05-31"]),
        ("2028-02-29", "2028-07-18", "2028-09-18", ["03-29", "04-29", "05-29", "06-29"]),
        ("2026-08-13", "2026-12-31", "2027-02-28", ["09-13", "10-13", "11-13", "12-13"]),
        ("2027-08-14", "2028-01-01", "2028-03-01", ["09-14", "10-14", "11-14", "12-14"]),
    ],
)
def test_month_ends_and_leap_years(start: str, end: str, second: str, checks: list[str]) -> None:
    found = course(dt.date.fromisoformat(start))
    assert (found.end.isoformat(), found.second.isoformat()) == (end, second)
    assert [day.isoformat()[5:] for day in found.checks] == checks


@given(DAYS, st.integers(0, 139))
def test_the_week_changes_every_seven_days(start: dt.date, passed: int) -> None:
    found = course(start)
    today = start + dt.timedelta(days=passed)
    assert found.day(today) == passed + 1
    assert 1 <= found.week(today) <= 20
    assert (found.week(today) - 1) * 7 < found.day(today) <= found.week(today) * 7


@given(DAYS)
def test_check_ups_are_never_more_than_a_month_apart(start: dt.date) -> None:
    found = course(start)
    stops = [start, *found.checks, found.end]
    assert all(0 < (b - a).days <= 31 for a, b in pairwise(stops))
    assert (found.second - found.end).days >= 56  # 8 weeks, the US label's words


@given(DAYS, st.integers(-40, 40))
def test_months_are_added_within_the_calendar(day: dt.date, months: int) -> None:
    moved = add_months(day, months)
    assert moved.day == day.day or (moved + dt.timedelta(days=1)).day == 1
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months


@given(st.text(max_size=120))
def test_no_text_whatever_breaks_the_clock(text: str) -> None:
    for said in (text, f"/course {text}"):
        request = read_course(clean(said), TODAY, knowledge().dose)
        if request is not None:
            course_reply(request, knowledge(), Memory(), TODAY)


@pytest.mark.parametrize(
    "said",
    [
        "I finished accutane on 3 March 2027, when is it safe to get pregnant again?",
        "when does accutane stop affecting pregnancy? I finished on 3 March 2027",
    ],
)
def test_the_clock_leaves_pregnancy_to_the_document(said: str) -> None:
    assert read_course(clean(said), TODAY, knowledge().dose) is None


def test_a_course_starts_with_its_first_dose_in_whatever_order_they_are_told() -> None:
    shown = say("40 mg from 3 April, 20 mg from 3 March, total so far?")
    assert shown.course == dt.date(2027, 3, 3)
