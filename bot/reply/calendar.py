"""The course's dates as an iCalendar file; whole days, so summer time moves nothing."""

from __future__ import annotations

import datetime as dt

from icalendar import Alarm, Calendar, Event

from bot.kb.dose_rules import DoseRules
from bot.turn.course_dates import Course

_MORNING = dt.timedelta(hours=9)  # alarms at nine on the day, local time
_DAY = dt.timedelta(days=1)


def course_ics(course: Course, rules: DoseRules, stamped: dt.datetime) -> bytes:
    """The check-ups, the end and the earliest second course, each with an alarm.

    ``stamped``: when the file is made, with a time zone. Titles name no drug, as a calendar may
    be seen by others.
    """
    if stamped.tzinfo is None:
        raise ValueError("the stamp needs a time zone")
    calendar = Calendar()
    calendar.add("prodid", "-//acne-bot//course clock//EN")
    calendar.add("version", "2.0")
    for n, day in enumerate(course.checks, start=1):
        calendar.add_component(_event(day, f"check-{n}", "course_event_check", rules, stamped))
    calendar.add_component(_event(course.end, "end", "course_event_end", rules, stamped))
    calendar.add_component(_event(course.second, "second", "course_event_second", rules, stamped))
    return bytes(calendar.to_ical())


def _event(day: dt.date, name: str, key: str, rules: DoseRules, stamped: dt.datetime) -> Event:
    event, alarm = Event(), Alarm()
    title = rules.say("course_calendar", what=rules.say(key))
    event.add("uid", f"{name}-{day.isoformat()}@acne-bot")
    event.add("dtstamp", stamped.astimezone(dt.UTC))
    event.add("dtstart", day)
    event.add("dtend", day + _DAY)
    event.add("summary", title)
    event.add("description", rules.say("course_event_body"))
    event.add("transp", "TRANSPARENT")
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", _MORNING)
    event.add_component(alarm)
    return event
