"""The course timeline: weeks, monthly check-ups, today, and the earliest second course."""

from __future__ import annotations

import datetime as dt

from bot.kb.dose_rules import DoseRules
from bot.reply.drawing import AMBER, BLUE, GREY, INK, LINE, MARGIN, PALE_TEAL, TEAL, WIDTH, Sheet
from bot.turn.course import Course, spoken

_LINE, _THICK = 360, 60
_WEEK_STEP = 4


def timeline_png(course: Course, today: dt.date, rules: DoseRules) -> bytes:
    """Draw the timeline from the start to the earliest second course."""
    sheet, weeks = Sheet(), rules.course.weeks
    span = (course.second - course.start).days

    def at(day: dt.date) -> float:
        return MARGIN + (day - course.start).days * (WIDTH - 2 * MARGIN) / span

    title = rules.say("timeline_title", weeks=weeks, start=spoken(course.start))
    sheet.text((WIDTH / 2, 80), title, 44, INK)
    sheet.draw.rectangle(
        (at(course.start), _LINE, at(course.end), _LINE + _THICK), fill=PALE_TEAL, outline=TEAL
    )
    sheet.draw.rectangle((at(course.end), _LINE, at(course.second), _LINE + _THICK), outline=LINE)
    for week in range(0, weeks + 1, _WEEK_STEP):
        x = at(course.start + dt.timedelta(weeks=week))
        sheet.draw.line((x, _LINE, x, _LINE + _THICK), fill=TEAL, width=3)
        sheet.text((x, _LINE + _THICK + 30), str(week), 28, GREY)
    for day in course.checks:
        sheet.pin(at(day), _LINE - 60, _LINE - 12, BLUE)
        sheet.text((at(day), _LINE - 82), f"{day.day} {day:%b}", 26, BLUE)
    sheet.text((at(course.end), _LINE - 150), _mark(course.end), 32, TEAL)
    sheet.draw.line((at(course.end), _LINE - 128, at(course.end), _LINE), fill=TEAL, width=4)
    second = rules.say("timeline_second", second=spoken(course.second))
    sheet.text((at(course.second), _LINE + _THICK + 90), second, 32, AMBER, anchor="rm")
    if course.start <= today <= course.second:
        sheet.pointer(at(today), _LINE + 12, INK)
        label = rules.say("timeline_today", week=course.week(today))
        if today < course.end:
            sheet.text((at(today), _LINE + _THICK + 150), label, 34, INK)
    sheet.text((WIDTH / 2, 685), rules.say("timeline_foot"), 28, GREY)
    return sheet.png()


def timeline_alt(course: Course, rules: DoseRules) -> str:
    """The picture in words, as its caption."""
    return rules.say(
        "timeline_alt",
        weeks=rules.course.weeks,
        start=spoken(course.start),
        end=spoken(course.end),
        second=spoken(course.second),
    )


def _mark(day: dt.date) -> str:
    return spoken(day)
