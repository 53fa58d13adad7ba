"""Reminders, off unless asked for: the monthly exam, the end of a course.

A reminder is a day in the person's own zone; it comes at nine o'clock there, whatever the clocks
do. When it is due it comes through the inbox like any update, so it is sent once and in order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from bot.kb.dose_rules import Reads
from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with, text_call
from bot.reply.places import read_zone
from bot.reply.talk import Kept, Reminder
from bot.reply.wire import Row, keyboard
from bot.turn.course_dates import course_from, spoken
from bot.turn.figures_dates import Dates, add_months, months_put_right, read_dates
from bot.turn.figures_numbers import normalise

_LONGEST_WAIT = 800  # days
_CLOSED = {"asking": None, "aside": None}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# What may stand around a day and says no more. The list is closed, for a question or a story
# with a date in it is no answer; what falls through it costs one more message.
_AROUND = (
    r"i|i'?ve|have|i'?ll|will|it|it'?s|is|be|my|the|an?|on|of|at|in|for|to|by|day|date|and|or|then"
    r"|maybe|probably|think|about|please|pls|thank|thanks|thx|you|ok|okay|yes|yeah|so|well|hi|hello"
    r"|hey|sorry|actually|no|meant|mean|am|pm|o'clock|first|der|den|le|la|el|il|de|du"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
)
_BESIDE: Mapping[str, str] = {
    "exam": r"exams?|examination|check(?:-?ups?)?|visit|appointment|appt|next|monthly|coming|blood"
    r"|tests?|bloods|with|doctor|doc|derm|dermatologist|clinic|due|booked|planned|set|got",
    "end": r"start(?:s|ed|ing)?|beg[aiu]n(?:ning)?|since|from|took|tak(?:e|en|ing)|been|going"
    r"|gonna|was|course|treatment|accutane|roaccutane|isotretinoin|pills?|capsules?|tablets?|dose",
}


def is_ours(asking: str | None) -> bool:
    """Whether a question is for a reminder's zone or day."""
    return (asking or "").startswith(("zone ", "day "))


def ask_what(event: Event, desk: Desk) -> Response:
    """/remind: what is set, and what may be."""
    say = desk.say
    rows: list[Row] = [
        button(say("reminder.exam"), Press.DO, "remind.exam"),
        button(say("reminder.end"), Press.DO, "remind.end"),
    ]
    lines = [say("reminder.what")]
    if event.kept.reminders:
        lines += [say("reminder.list"), *_listed(event.kept, desk)]
        rows.append(button(say("reminder.stop"), Press.DO, "remind.stop"))
    return answer_with(event, "\n".join(lines), event.talk, reply_markup=keyboard(*rows))


def _listed(kept: Kept, desk: Desk) -> list[str]:
    ordered = sorted(kept.reminders, key=lambda one: one.comes)
    return [desk.say(f"reminder.item_{one.what}", on=spoken(one.comes)) for one in ordered]


def choose(event: Event, desk: Desk, what: str) -> Response:
    """A kind was picked: ask for the zone once, then for the day."""
    start = event.talk.course or event.kept.course
    if what == "end" and start and (over := _over(event, desk, start, event.kept)):
        return over
    if event.kept.zone is None:
        return _ask(event, desk, f"zone {what}", "reminder.zone")
    return _ask_day(event, desk, what, event.kept)


def _ask_day(event: Event, desk: Desk, what: str, kept: Kept) -> Response:
    start = event.talk.course or kept.course
    if start is not None and what == "end":
        return _set(event, desk, what, start, kept)
    today = event.at.astimezone(kept.tz()).date()
    checks = course_from(start, desk.kb.dose.course).checks if start is not None else ()
    ahead = [day for day in checks if day > today]
    if ahead:
        return _set(event, desk, what, ahead[0], kept, first=start)
    return _ask(event, desk, f"day {what}", f"reminder.day_{what}", kept)


def another(event: Event, desk: Desk) -> Response | None:
    """Ask for the day of the exam, instead of the one that follows from the course."""
    if event.kept.zone is None:
        return None
    return _ask(event, desk, "day exam", "reminder.day_exam")


def _ask(event: Event, desk: Desk, asking: str, key: str, kept: Kept | None = None) -> Response:
    talk = event.talk.model_copy(update={"asking": asking, "aside": None})
    return answer_with(event, desk.say(key, days=_LONGEST_WAIT), talk, kept=kept)


def read_answer(event: Event, desk: Desk, text: str) -> Response | None:
    """Read the answer to our own question; None where it is none, for the turn to read."""
    asked, _, what = (event.talk.asking or "").partition(" ")
    if asked == "zone":
        zone = read_zone(text)
        if zone is None:
            return None
        kept = event.kept.model_copy(update={"zone": zone})
        return _ask_day(event, desk, what, kept)
    if asked == "day":
        return _day(event, desk, what, text)
    return None


def _day(event: Event, desk: Desk, what: str, text: str) -> Response | None:
    """Take the day that was typed; where it may be another day as well, ask which is meant."""
    today = event.at.date()
    days = _read_days(text, what, today, desk.kb.dose.reads, ahead=what == "exam")
    fits = [day for day in days if _refused(_due(what, day, desk, today), today) is None]
    if days and not fits and what == "end":  # "14 March" may be this year's, not last year's
        fits = _read_days(text, what, today, desk.kb.dose.reads, ahead=True)
        fits = list(dict.fromkeys((*days, *fits)))
    if len(fits) > 1:
        rows = [button(spoken(day), Press.DO, f"remind.day.{what}.{day}") for day in fits]
        return answer_with(
            event, desk.say("reminder.day_which"), event.talk, reply_markup=keyboard(*rows)
        )
    return _take(event, desk, what, (fits or days)[0]) if days else None


def _read_days(
    text: str, what: str, today: dt.date, reads: Reads, *, ahead: bool
) -> list[dt.date]:
    """The days that a text may mean; none where it is no mere day."""
    plain = months_put_right(normalise(text), reads)
    found, coming = read_dates(plain, today, reads, ahead=ahead), False
    if not found:  # "tomorrow" and "next monday" are read behind such a word
        found = read_dates(f"start {plain}", today, reads, ahead=ahead)
        coming = ahead and bool(found) and found[0].words.removeprefix("on ").startswith(_WEEKDAYS)
    if not _mere(plain, found, what):
        return []
    if coming:
        return [day + dt.timedelta(weeks=1) for day in found[0].readings]
    return list(dict.fromkeys(day for date in found for day in date.readings))


def _mere(plain: str, found: Iterable[Dates], what: str) -> bool:
    """Whether a text says nothing beside its days."""
    for date in found:
        plain = plain.replace(date.words, " ", 1)
    beyond = re.sub(rf"(?<![^\W\d])(?:{_AROUND}|{_BESIDE[what]})(?![\w'-])", " ", plain)
    asks = "?" in plain and _has_words(plain)  # "14 march?" is an answer all the same
    return not (asks or _has_words(beyond))


def _has_words(text: str) -> bool:
    return re.search(r"[^\W\d_]", text) is not None


def pick(event: Event, desk: Desk, target: str) -> Response | None:
    """One of the days that were offered, as ``exam.2027-03-14``; None where it is none."""
    what, _, iso = target.partition(".")
    if what not in ("exam", "end") or event.kept.zone is None:
        return None
    try:
        return _take(event, desk, what, dt.date.fromisoformat(iso))
    except ValueError:
        return None


def _take(event: Event, desk: Desk, what: str, day: dt.date) -> Response:
    """Set a reminder from a day that the person gave."""
    kept = event.kept
    if what == "end":
        kept = kept.model_copy(update={"course": day})
    return _set(event, desk, what, day, kept)


def _due(what: str, given: dt.date, desk: Desk, today: dt.date) -> dt.date:
    """The day to remind of: an exam's own, or the end of a course that starts then.

    A first day that is too far off itself stands for the end: the calendar may end before that.
    """
    if what == "exam" or (given - today).days > _LONGEST_WAIT:
        return given
    return course_from(given, desk.kb.dose.course).end


def _over(event: Event, desk: Desk, start: dt.date, kept: Kept) -> Response | None:
    """That a course's 20 weeks are over, where they are: nothing is left to remind of."""
    today = event.at.astimezone(kept.tz()).date()
    end = _due("end", start, desk, today)
    if end > today:
        return None
    talk = event.talk.model_copy(update=_CLOSED)
    text = desk.say("reminder.over", start=spoken(start), end=spoken(end))
    return answer_with(event, text, talk)


def _set(
    event: Event,
    desk: Desk,
    what: str,
    given: dt.date,
    kept: Kept,
    *,
    first: dt.date | None = None,
) -> Response:
    """Set a reminder from the day of an exam, or from the first day of a course.

    ``first``: the day that the months are counted from, where it is not the exam's own.
    """
    if what == "end" and (over := _over(event, desk, given, kept)):
        return over
    today = event.at.astimezone(kept.tz()).date()
    day = _due(what, given, desk, today)
    if refused := _refused(day, today):
        kept = kept.model_copy(update={"course": event.kept.course})
        return _ask(event, desk, f"day {what}", f"reminder.{refused}", kept)
    one = Reminder.model_validate({"what": what, "on": day, "first": first})
    others = tuple(other for other in kept.reminders if other.what != what)
    kept = kept.model_copy(update={"reminders": (*others, one)})
    text = desk.say(f"reminder.set_{what}", on=spoken(day), zone=kept.zone, start=spoken(given))
    rows = [button(desk.say("reminder.stop"), Press.DO, "remind.stop")]
    if first is not None:
        rows.insert(0, button(desk.say("reminder.another"), Press.DO, "remind.another"))
    markup = keyboard(*rows)
    talk = event.talk.model_copy(update=_CLOSED)
    return answer_with(event, text, talk, kept=kept, reply_markup=markup)


def _refused(day: dt.date, today: dt.date) -> str | None:
    """Why there is no reminder on a day; None where there is one."""
    if day <= today:
        return "day_today" if day == today else "day_past"
    return "day_far" if (day - today).days > _LONGEST_WAIT else None


def due_now(event: Event, desk: Desk) -> Response:
    """Send what is due by now; a monthly one is set for the next month."""
    kept, calls = event.kept, []
    today = event.at.date()
    later: list[Reminder] = []
    for one in kept.reminders:
        if one.comes > today:
            later.append(one)
            continue
        markup = keyboard(
            button(desk.say("reminder.snooze"), Press.DO, f"remind.again.{one.what}.{one.on}")
            + button(desk.say("reminder.stop"), Press.DO, "remind.stop")
        )
        late = "late" if one.on < today else "due"
        text = desk.say(f"reminder.{late}_{one.what}", on=spoken(one.on))
        calls.append(text_call(event.chat_id, text, reply_markup=markup))
        if one.what == "exam":
            later.append(_next_month(one, today))
    kept = kept.model_copy(update={"reminders": tuple(later)})
    return Response(tuple(calls), None, "reminded", kept=kept.stored())


def _next_month(one: Reminder, today: dt.date) -> Reminder:
    first, months = one.first or one.on, 0
    while add_months(first, months) <= today:
        months += 1
    update = {"on": add_months(first, months), "first": first, "again": None}
    return one.model_copy(update=update)


def snooze(event: Event, desk: Desk, target: str) -> Response | None:
    """The same again tomorrow; None where reminders were stopped since, or never asked for.

    ``target``: ``exam.2027-03-28``, the day that the reminder is of; an older button has none.
    """
    what, _, iso = target.partition(".")
    today = event.at.date()
    try:
        day = dt.date.fromisoformat(iso) if iso else today
    except ValueError:
        return None
    if what not in ("exam", "end") or event.kept.zone is None or day > today:
        return None
    tomorrow = today + dt.timedelta(days=1)
    one = next((one for one in event.kept.reminders if one.what == what), None)
    if one is None or one.on == day or (_in_line(one, day) and one.on > tomorrow):
        one = one or Reminder.model_validate({"what": what, "on": day})
        one = one.model_copy(update={"on": day, "again": tomorrow})
    others = tuple(other for other in event.kept.reminders if other.what != what)
    kept = event.kept.model_copy(update={"reminders": (*others, one)})
    return answer_with(event, desk.say("reminder.snoozed", on=spoken(one.comes)), kept=kept)


def _in_line(one: Reminder, day: dt.date) -> bool:
    """Whether a monthly one follows that of a day; one that was set since counts from its own."""
    if one.first is None:
        return False
    months = (day.year - one.first.year) * 12 + day.month - one.first.month
    return add_months(one.first, months) == day


def stop(event: Event, desk: Desk) -> Response:
    """Delete all reminders, and the zone that only they need; what we asked about them is over."""
    kept = event.kept.model_copy(update={"reminders": (), "zone": None})
    asking = None if is_ours(event.talk.asking) else event.talk.asking
    talk = event.talk.model_copy(update={**_CLOSED, "asking": asking, "answered": None})
    return answer_with(event, desk.say("reminder.stopped"), talk, kept=kept)
