"""The course timeline: weeks, monthly check-ups, today, and the earliest second course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bot.kb.dose_rules import DoseRules
from bot.reply.drawing import AMBER, BLUE, GREY, INK, LINE, MARGIN, PALE_TEAL, TEAL, WIDTH, Sheet
from bot.turn.course_dates import Course, spoken

_LINE, _THICK, _TODAY = 390, 60, 590
_WEEK_STEP = 4


def timeline_png(course: Course, today: dt.date, rules: DoseRules) -> bytes:
    """Draw the timeline from the start to the earliest second course."""
    sheet, weeks = Sheet(), rules.course.weeks
    span = (course.second - course.start).days

    def at(day: dt.date) -> float:
        return MARGIN + (day - course.start).days * (WIDTH - 2 * MARGIN) / span

    title = rules.say("timeline_title", weeks=weeks, start=spoken(course.start))
    sheet.text((WIDTH / 2, 80), title, 44, INK)
    _weeks(sheet, course, at, rules)
    for day in course.checks:
        sheet.pin(at(day), _LINE - 60, _LINE - 12, BLUE)
        sheet.text((at(day), _LINE - 82), f"{day.day} {day:%b}", 26, BLUE)
    end = rules.say("timeline_end", weeks=weeks, end=spoken(course.end))
    sheet.text((at(course.end), _LINE - 150), end, 32, TEAL)
    sheet.draw.line((at(course.end), _LINE - 128, at(course.end), _LINE), fill=TEAL, width=4)
    second = rules.say("timeline_second", second=spoken(course.second))
    x = at(course.second)
    sheet.draw.line((x, _LINE - 198, x, _LINE + _THICK), fill=AMBER, width=4)
    sheet.text((x, _LINE - 220), second, 32, AMBER, anchor="rm")
    if course.start <= today <= course.second:
        sheet.pointer(at(today), _LINE + 12, INK)
        key = "timeline_today" if today < course.end else "timeline_pause"
        sheet.text((at(today), _TODAY), rules.say(key, week=course.week(today)), 34, INK)
    sheet.text((WIDTH / 2, 685), rules.say("timeline_foot"), 28, GREY)
    return sheet.png()


def _weeks(sheet: Sheet, course: Course, at: Callable[[dt.date], float], rules: DoseRules) -> None:
    """The ground line with its weeks, and where UK and EU courses end."""
    weeks, (least, most) = rules.course.weeks, rules.course.other_weeks
    sheet.draw.rectangle(
        (at(course.start), _LINE, at(course.end), _LINE + _THICK), fill=PALE_TEAL, outline=TEAL
    )
    sheet.draw.rectangle((at(course.end), _LINE, at(course.second), _LINE + _THICK), outline=LINE)
    for week in range(0, weeks + 1, _WEEK_STEP):
        x = at(course.start + dt.timedelta(weeks=week))
        sheet.draw.line((x, _LINE, x, _LINE + _THICK), fill=TEAL, width=3)
        words = str(week) if week else f"{rules.say('timeline_week')} {week}"
        sheet.text((x, _LINE + _THICK + 30), words, 28, GREY)
    first, last = (at(course.start + dt.timedelta(weeks=n)) for n in (least, most))
    bar = _LINE + _THICK + 82
    sheet.draw.line((first, bar, last, bar), fill=GREY, width=8)
    other = rules.say("timeline_other", least=least, most=most)
    sheet.text((first - 14, bar), other, 28, GREY, anchor="rm")


def timeline_alt(course: Course, today: dt.date, rules: DoseRules) -> str:
    """The picture in words, as its caption."""
    least, most = (course.start + dt.timedelta(weeks=n) for n in rules.course.other_weeks)
    words = rules.say(
        "timeline_alt",
        weeks=rules.course.weeks,
        start=spoken(course.start),
        end=spoken(course.end),
        checks=", ".join(spoken(day) for day in course.checks),
        first=spoken(least),
        last=spoken(most),
        second=spoken(course.second),
    )
    if course.start <= today < course.end:
        words += " " + rules.say("timeline_alt_today", week=course.week(today))
    return f"{words} {rules.say('timeline_foot')}"
