"""Reminders, asked for in a private chat: the zone, the day, and what comes before them."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.reply.talk import Kept, Talk
from bot.turn.context import Context
from bot.turn.course_dates import spoken
from tests.journeys.chat import Chat, desk, text


@pytest.fixture
def chat(context: Context) -> Chat:
    return Chat(desk(context))


def asked_for_a_day(chat: Chat, label: str) -> None:
    chat.message("/remind")
    chat.press(label)
    chat.message("London")


def test_a_reminder_asks_the_zone_once_and_comes_at_nine_over_the_clock_change(
    chat: Chat,
) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    assert "do not know this place" in text(chat.message("narnia"))
    chat.message("berlin")
    assert "28 March 2027 at 9:00 (Europe/Berlin)" in text(chat.message("28 march"))
    kept = Kept.read(chat.kept)
    assert kept.due() == 1806217200.0  # 07:00 UTC: summer time began that night
    chat.now = chat.now.fromtimestamp(kept.due() or 0, tz=chat.now.tzinfo)
    said = text(chat.update(reminder={}))
    assert "monthly exam" in said
    assert Kept.read(chat.kept).reminders[0].on.isoformat() == "2027-04-28"
    chat.press("Tomorrow again")
    assert Kept.read(chat.kept).reminders[0].comes.isoformat() == "2027-03-29"
    chat.press(data="v1|x|remind.stop")
    assert chat.kept is None


def test_a_course_that_is_over_gets_no_reminder_and_is_not_kept(chat: Chat) -> None:
    asked_for_a_day(chat, "End of the course")
    said = text(chat.message("1 September 2026"))
    assert "from 1 September 2026 were over on 19 January 2027" in said
    assert Talk.read(chat.memory).asking is None
    assert Kept.read(chat.kept) == Kept(zone="Europe/London")


def test_the_end_of_a_course_that_is_known_to_be_over_asks_for_nothing(chat: Chat) -> None:
    chat.message("i started accutane on 1 september 2026")
    chat.press("Remind me")
    assert "were over on 19 January 2027" in text(chat.press("End of the course"))
    assert chat.kept is None
    chat.message("/remind")
    chat.press("Monthly exam")
    assert text(chat.message("London")) == chat.desk.say("reminder.day_exam")


def test_the_end_of_a_course_says_from_which_day_it_is_counted(chat: Chat) -> None:
    asked_for_a_day(chat, "End of the course")
    said = text(chat.message("3 february"))
    assert "on 23 June 2027" in said
    assert "from 3 February 2027" in said


def due(chat: Chat) -> str:
    """What comes next, when it comes."""
    chat.now = dt.datetime.fromtimestamp(Kept.read(chat.kept).due() or 0, tz=dt.UTC)
    return text(chat.update(reminder={}))


def reminded(chat: Chat, label: str, day: str) -> int:
    """A reminder that came, by the number of its message."""
    asked_for_a_day(chat, label)
    chat.message(day)
    due(chat)
    return max(chat.shown)


@pytest.mark.parametrize("set_anew", ["30 april", "5 april", "29 march"])
def test_a_snooze_of_an_older_exam_leaves_the_day_that_was_set_since(
    chat: Chat, set_anew: str
) -> None:
    old = reminded(chat, "Monthly exam", "28 march")
    asked_for_a_day(chat, "Monthly exam")
    chat.message(f"{set_anew} 2027")
    before = chat.kept
    (held,) = Kept.read(before).reminders
    said = chat.desk.say("reminder.snoozed", on=spoken(held.on))
    assert text(chat.press("Tomorrow again", on=old)) == said
    assert chat.kept == before


def test_a_snooze_of_a_course_that_is_over_leaves_the_end_of_the_next_one(chat: Chat) -> None:
    old = reminded(chat, "End of the course", "3 february")
    chat.now += dt.timedelta(days=90)
    chat.message("i started accutane on 15 september 2027")
    chat.press("Remind me")
    chat.press("End of the course")
    assert "2 February 2028" in text(chat.press("Tomorrow again", on=old))
    chat.press("Tomorrow again", on=old)
    assert str(Kept.read(chat.kept).reminders[0].on) == "2028-02-02"


@pytest.mark.parametrize(("pressed", "comes"), [("28 march", "29 march"), ("5 april", "6 april")])
def test_a_snoozed_exam_comes_once_more_and_then_on_its_own_day(
    chat: Chat, pressed: str, comes: str
) -> None:
    old = reminded(chat, "Monthly exam", "28 march")
    chat.now += dt.timedelta(days=8 if pressed == "5 april" else 0)
    assert comes.title() in text(chat.press("Tomorrow again", on=old))
    assert comes.title() in text(chat.message("/remind"))
    said = due(chat)
    assert chat.now.date() == dt.date(2027, *{"29 march": (3, 29), "6 april": (4, 6)}[comes])
    assert said == chat.desk.say("reminder.late_exam", on="28 March 2027")
    (one,) = Kept.read(chat.kept).reminders
    assert (str(one.on), one.again) == ("2027-04-28", None)


def test_a_snooze_never_moves_the_next_exam(chat: Chat) -> None:
    old = reminded(chat, "Monthly exam", "28 march")
    chat.now = chat.now.replace(month=4, day=27)
    assert "28 April 2027" in text(chat.press("Tomorrow again", on=old))
    assert due(chat) == chat.desk.say("reminder.due_exam")


def test_a_snooze_is_no_date_of_an_exam(chat: Chat) -> None:
    reminded(chat, "Monthly exam", "28 march")
    chat.press("Tomorrow again")
    said = text(chat.message("/visit"))
    assert "28 March 2027" in said
    assert "29 March" not in said


def test_a_snoozed_end_says_on_which_day_the_course_was_over(chat: Chat) -> None:
    old = reminded(chat, "End of the course", "3 february")
    for _ in range(2):
        chat.press("Tomorrow again", on=old)
        assert due(chat) == chat.desk.say("reminder.late_end", on="23 June 2027")


def test_a_snooze_button_without_a_day_works_as_before(chat: Chat) -> None:
    reminded(chat, "Monthly exam", "28 march")
    chat.press(data="v1|x|remind.again.exam")
    assert "monthly exam" in due(chat)
    assert chat.now.date() == dt.date(2027, 3, 29)


@pytest.mark.parametrize(
    "day", ["soon", "2027-02-31", "9999-12-31", "2027-03-29", "2027-03-28.exam"]
)
def test_a_forged_day_under_a_snooze_sets_no_reminder(chat: Chat, day: str) -> None:
    reminded(chat, "Monthly exam", "28 march")
    before = chat.kept
    said = text(chat.press(data=f"v1|x|remind.again.exam.{day}"))
    assert said == chat.desk.say("service.old_button")
    assert chat.kept == before


def test_the_day_of_an_exam_that_follows_from_the_course_can_be_given(chat: Chat) -> None:
    asked_for_a_day(chat, "End of the course")
    chat.message("3 february")
    chat.message("/remind")
    assert "3 March 2027" in text(chat.press("Monthly exam"))
    under = max(chat.shown)
    assert text(chat.press("Another day")) == chat.desk.say("reminder.day_exam")
    assert "14 March 2027" in text(chat.message("14 march"))
    assert "Another day" not in chat.labels()
    days = {one.what: str(one.on) for one in Kept.read(chat.kept).reminders}
    assert days == {"end": "2027-06-23", "exam": "2027-03-14"}
    chat.press("Stop reminders")
    said = text(chat.press("Another day", on=under))
    assert said == chat.desk.say("service.old_button")


@pytest.mark.parametrize("typed", ["1 december 9999", "3 february 9999", "31/12/9999"])
def test_a_first_day_at_the_end_of_the_calendar_is_too_far_off(chat: Chat, typed: str) -> None:
    asked_for_a_day(chat, "End of the course")
    assert "too far off" in text(chat.message(typed))
    assert "too far off" in text(chat.press(data="v1|x|remind.day.end.9999-12-31"))
    assert Kept.read(chat.kept).course is None


@pytest.mark.parametrize("asked", ["zone", "day"])
@pytest.mark.parametrize("typed", ["16", "next month", "16.", "the 16th"])
def test_a_few_words_that_we_cannot_read_leave_our_question_open(
    chat: Chat, asked: str, typed: str
) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    if asked == "day":
        chat.message("London")
    assert text(chat.message(typed)) == chat.desk.say(f"reminder.{asked}_unknown")
    assert Talk.read(chat.memory).asking == f"{asked} exam"


@pytest.mark.parametrize("typed", ["I'm in London", "dubai uae", "–5"])
def test_a_place_may_be_told_as_people_say_it(chat: Chat, typed: str) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    assert text(chat.message(typed)) == chat.desk.say("reminder.day_exam")


@pytest.mark.parametrize("asked", ["zone", "day"])
@pytest.mark.parametrize(
    "typed", ["is there an antidote for overdose", "what is the risk of anaphylaxis"]
)
def test_a_safety_line_is_said_though_our_question_is_open(
    chat: Chat, asked: str, typed: str
) -> None:
    (line,) = [one for one in text(chat.message(typed)).split("\n") if one.startswith("Note: ")]
    chat.memory = None
    chat.message("/remind")
    chat.press("Monthly exam")
    if asked == "day":
        chat.message("London")
    assert line in text(chat.message(typed))


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("14 march 2030", "day_far"),
        ("1 march", "day_today"),
        ("today", "day_today"),
        ("14 february 2027", "day_past"),
        ("last friday", "day_past"),
    ],
)
def test_a_day_that_gets_no_reminder_says_why_and_stays_asked(
    chat: Chat, typed: str, key: str
) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert text(chat.message(typed)) == chat.desk.say(f"reminder.{key}", days=800)
    assert "14 March 2027" in text(chat.message("14 march"))


def test_a_start_that_lies_too_far_off_is_not_kept(chat: Chat) -> None:
    asked_for_a_day(chat, "End of the course")
    assert "too far off" in text(chat.message("14 march 2030"))
    assert Kept.read(chat.kept).course is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("tomorrow", "2 March 2027"),
        ("Next Monday", "8 March 2027"),
        ("on friday", "5 March 2027"),
        ("friday", "5 March 2027"),
        ("my exam is tomorrow", "2 March 2027"),
        ("in 2 weeks", "15 March 2027"),
        ("2/14/2027 or 14/3/2027", "14 March 2027"),
    ],
)
def test_a_day_may_be_given_from_today(chat: Chat, typed: str, day: str) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert f"your exam on {day} at 9:00" in text(chat.message(typed))


def test_a_day_with_two_readings_is_asked_about_and_picked(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert text(chat.message("3/4/2027")) == chat.desk.say("reminder.day_which")
    assert chat.labels() == ["3 April 2027", "4 March 2027"]
    assert "your exam on 3 April 2027" in text(chat.press("3 April 2027"))
    assert Kept.read(chat.kept).reminders[0].on.isoformat() == "2027-04-03"
    assert Talk.read(chat.memory).asking is None


def test_a_first_day_without_a_year_is_asked_about_where_the_last_one_is_over(chat: Chat) -> None:
    asked_for_a_day(chat, "End of the course")
    chat.message("14 march")
    assert chat.labels() == ["14 March 2026", "14 March 2027"]
    assert "on 1 August 2027" in text(chat.press("14 March 2027"))
    assert str(Kept.read(chat.kept).course) == "2027-03-14"


@pytest.mark.parametrize(
    "data", ["v1|x|remind.day.exam.soon", "v1|x|remind.day.rent.2027-03-14", "v1|x|remind.day."]
)
def test_a_forged_day_sets_no_reminder(chat: Chat, data: str) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert text(chat.press(data=data)) == chat.desk.say("service.old_button")
    assert not Kept.read(chat.kept).reminders


def test_an_old_day_button_sets_no_reminder_once_they_are_stopped(chat: Chat) -> None:
    chat.message("/start")
    said = text(chat.press(data="v1|x|remind.day.exam.2027-03-14"))
    assert said == chat.desk.say("service.old_button")


@pytest.mark.parametrize(
    "typed",
    [
        "thanks",
        "hello",
        "bye",
        "31 february",
        "31/2/2027",
        "soon",
        "my appointment is on the 14th",
        "my 2nd visit is on the 5th",
        "on the 31st of this month",
    ],
)
def test_what_is_no_day_leaves_the_question_open(chat: Chat, typed: str) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert text(chat.message(typed)) == chat.desk.say("reminder.day_unknown")
    assert "14 March 2027" in text(chat.message("14 march"))


@pytest.mark.parametrize(
    ("typed", "said"), [("can i drink tomorrow", "alcohol"), ("/sources", "SHA-256")]
)
def test_a_question_or_a_command_is_no_day_and_is_answered(
    chat: Chat, typed: str, said: str
) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert said in text(chat.message(typed))
    assert not Kept.read(chat.kept).reminders


def test_an_answer_that_we_could_not_read_may_be_edited(chat: Chat) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    chat.message("narnia")
    said = text(chat.edit(chat.number - 2, "berlin"))
    assert said == chat.desk.say("reminder.day_exam")
    chat.message("soon")
    day = chat.number - 2
    assert text(chat.edit(day, "sooner")) == chat.desk.say("reminder.day_unknown")
    assert text(chat.edit(day, "14 march 2026")) == chat.desk.say("reminder.day_past")
    assert "your exam on 14 March 2027 at 9:00 (Europe/Berlin)" in text(
        chat.edit(day, "14 march 2027")
    )


def test_an_answer_that_was_taken_may_be_edited_too(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    zone = chat.number - 2
    assert text(chat.edit(zone, "berlin")) == chat.desk.say("reminder.day_exam")
    chat.message("14 march")
    day = chat.number - 2
    assert "your exam on 15 March 2027" in text(chat.edit(day, "15 march"))
    (one,) = Kept.read(chat.kept).reminders
    assert (str(one.on), Kept.read(chat.kept).zone) == ("2027-03-15", "Europe/Berlin")
    chat.edit(day, "15 march and i want to kill myself")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
    assert str(Kept.read(chat.kept).reminders[0].on) == "2027-03-15"


def test_an_older_answer_that_is_edited_changes_no_reminder(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    zone = chat.number - 2
    chat.message("14 march")
    day = chat.number - 2
    assert chat.edit(zone, "berlin") == []
    chat.message("How long does a course of accutane take?")
    assert chat.edit(day, "15 march") == []
    assert Kept.read(chat.kept).zone == "Europe/London"
    assert str(Kept.read(chat.kept).reminders[0].on) == "2027-03-14"


@pytest.mark.parametrize("ends", ["/cancel", "Stop reminders"])
def test_what_was_ended_is_not_begun_anew_by_an_edit(chat: Chat, ends: str) -> None:
    asked_for_a_day(chat, "Monthly exam")
    answer = chat.number - 2
    if ends == "/cancel":
        chat.message(ends)
    else:
        chat.message("14 march")
        answer = chat.number - 2
        chat.press(ends)
    assert chat.edit(answer, "15 march") == []
    assert not Kept.read(chat.kept).reminders


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("can i drink on accutane on 14 march?", "alcohol"),
        ("i started on 3 february, is that ok?", "week 4"),
        ("is dry skin since 3 march normal?", "dry"),
        ("can i take it on 14 march", ""),
        ("my period was due on 14 march", ""),
        ("i have been on it since 3 march", ""),
    ],
)
def test_a_date_in_a_question_or_a_story_is_not_the_day_of_the_exam(
    chat: Chat, typed: str, said: str
) -> None:
    asked_for_a_day(chat, "Monthly exam")
    assert said in text(chat.message(typed)).lower()
    assert not Kept.read(chat.kept).reminders


def test_a_date_in_a_question_is_not_the_first_day_of_a_course(chat: Chat) -> None:
    asked_for_a_day(chat, "End of the course")
    assert "alcohol" in text(chat.message("can i drink on accutane on 14 february?"))
    assert Kept.read(chat.kept).course is None


@pytest.mark.parametrize(
    ("label", "typed", "day"),
    [
        ("Monthly exam", "14 march?", "14 March 2027"),
        ("Monthly exam", "It's on the 14th of march at 9 am, thanks", "14 March 2027"),
        ("Monthly exam", "my appointment with the dermatologist is on 14 march 2027", "14 March"),
        ("Monthly exam", "my next blood test is due 14 marhc", "14 March 2027"),
        ("End of the course", "I started my course on 3 february", "23 June 2027"),
        ("End of the course", "took my first pill on 3 february", "23 June 2027"),
        ("End of the course", "since 3 february", "23 June 2027"),
        ("Monthly exam", "el 14 de marzo", "14 March 2027"),
        ("Monthly exam", "march 14th at 3pm", "14 March 2027"),
        ("End of the course", "i will start tomorrow", "20 July 2027"),
    ],
)  # fmt: skip
def test_a_day_among_words_that_say_no_more_is_taken(
    chat: Chat, label: str, typed: str, day: str
) -> None:
    asked_for_a_day(chat, label)
    assert day in text(chat.message(typed))
    assert Kept.read(chat.kept).reminders


def test_stopping_reminders_ends_the_question_for_a_day(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    chat.message("14 march")
    chat.message("/remind")
    menu = max(chat.shown)
    chat.press("Monthly exam")
    chat.press("Stop reminders", on=menu)
    assert Talk.read(chat.memory).asking is None
    assert "no reminder" not in text(chat.message("14 march"))
    assert chat.kept is None


def test_stopping_reminders_does_not_end_what_the_person_writes_to_the_clinic(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    chat.message("14 march")
    chat.memory = Talk(asking="ask").stored()
    chat.press("Stop reminders")
    assert Talk.read(chat.memory).asking == "ask"


def test_the_reminders_of_a_course_from_a_31st_come_on_the_days_that_its_clock_shows(
    chat: Chat,
) -> None:
    chat.now = chat.now.replace(month=2)
    clock = text(chat.message("i started accutane on 31 january 2027"))
    chat.press("Remind me")
    chat.press("Monthly exam")
    chat.message("London")
    for _ in range(4):
        (one,) = Kept.read(chat.kept).reminders
        assert spoken(one.on).removesuffix(" 2027") in clock
        chat.now = chat.now.fromtimestamp(Kept.read(chat.kept).due() or 0, tz=chat.now.tzinfo)
        chat.update(reminder={})


def test_cancel_ends_our_question(chat: Chat) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    assert text(chat.message("/cancel")) == chat.desk.say("command.cancelled")
    chat.message("berlin")
    assert chat.kept is None


@pytest.mark.parametrize(
    "asked", ["is it ok to be in the sun?", "how often do i need blood tests?"]
)
def test_a_question_in_between_does_not_end_the_setting_of_a_reminder(
    chat: Chat, asked: str
) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    assert text(chat.message(asked)) != chat.desk.say("reminder.zone_unknown")
    assert text(chat.message("New York")) == chat.desk.say("reminder.day_exam")
    assert text(chat.message(asked)) != chat.desk.say("reminder.day_unknown")
    assert "exam on 14 March 2027" in text(chat.message("14 march"))  # no course that is over
    assert Talk.read(chat.memory).aside is None


def test_after_a_question_in_between_a_new_question_gets_its_answer(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    chat.message("how often do i need blood tests?")
    for typed in ("nice", "thanks", "can i drink alcohol", "what dose for 70 kg"):
        chat.message(typed)
        assert chat.last.reply is not None
    assert not Kept.read(chat.kept).reminders


def test_the_course_clocks_own_question_for_a_day_comes_before_a_reminder_left_aside(
    chat: Chat,
) -> None:
    asked_for_a_day(chat, "Monthly exam")
    chat.message("how often do i need blood tests?")
    chat.message("/course")
    assert "week 4 of 20" in text(chat.message("3 february 2027"))
    assert not Kept.read(chat.kept).reminders


def test_cancel_ends_a_reminder_left_aside(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    chat.message("how often do i need blood tests?")
    assert text(chat.message("/cancel")) == chat.desk.say("command.cancelled")
    chat.message("14 march")
    assert not Kept.read(chat.kept).reminders


def test_a_red_flag_comes_before_our_own_question(chat: Chat) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    chat.message("I took 20 capsules at once to die")
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
    assert Talk.read(chat.memory).asking is None


@pytest.mark.parametrize("asked", ["zone", "day"])
@pytest.mark.parametrize(
    "typed",
    ["14 march. i want to kill myself", "3 february, i cant breathe", "14 march but i am pregnant",
     "/cancel i want to die", "/start i cant breathe"],
)  # fmt: skip
def test_a_red_flag_beside_an_answer_to_our_question_raises_the_alarm(
    chat: Chat, asked: str, typed: str
) -> None:
    chat.message("/remind")
    chat.press("Monthly exam")
    if asked == "day":
        chat.message("London")
    chat.message(typed)
    assert chat.last.reply is not None
    assert chat.last.reply.alert is not None
    assert not Kept.read(chat.kept).reminders


def test_a_question_back_about_a_red_flag_comes_before_our_own_question(chat: Chat) -> None:
    asked_for_a_day(chat, "Monthly exam")
    chat.message("14 march, i am late")
    assert Talk.read(chat.memory).memory.asking == "triage"
    assert not Kept.read(chat.kept).reminders
