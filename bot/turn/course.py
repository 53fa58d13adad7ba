"""The course clock: where a course of 20 weeks stands on a day, and the dates that follow."""

from __future__ import annotations

import datetime as dt

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import Knowledge
from bot.turn.course_dates import Course, course_from, spoken
from bot.turn.course_read import CourseRequest
from bot.turn.course_total import days_said, total_lines
from bot.turn.figures_dates import Dates, add_months
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Suggestion
from bot.turn.voices import cite, first_notes, voices

ASKING_COURSE = "course"  # what ``Memory.asking`` holds while we wait for a date


def course_reply(
    request: CourseRequest,
    kb: Knowledge,
    memory: Memory,
    today: dt.date,
    *,
    calculator: bool = True,
    show_notes: bool = True,
) -> Reply:
    """The dates that follow from a start, each with its sentence; or what is wrong with it.

    With ``calculator`` off, no total of a dose is worked out.
    """
    rules = kb.dose
    if not request.dates:
        key = "course_bad_date" if request.words else "course_no_date"
        return _ask(rules.say(key, words=request.words[:60]))
    if len({d.readings for d in request.dates}) > 1 and len(request.steps) < 2:  # noqa: PLR2004
        return _ask(rules.say("course_two_dates"))
    for date in request.dates:
        if (problem := _problem(date, today, rules)) is not None:
            return problem
    day = request.steps[0].since if request.steps else request.dates[0].readings[0]
    if request.finished:
        return _cited(
            _second_lines(day, today, rules), (rules.course.weeks_passage,), kb, show_notes
        )
    course = course_from(day, rules.course)
    lines = _date_lines(course, today, rules)
    if calculator:
        lines += total_lines(request.text, request.steps, course, memory.own_kg, today, rules)
    names = (rules.course.weeks_passage, rules.course.check_passage)
    told = _cited(lines, names, kb, show_notes)
    return told.model_copy(update={"course": day})


def _problem(date: Dates, today: dt.date, rules: DoseRules) -> Reply | None:
    """What stands against a date: no such day, two readings, too far."""
    if not date.readings:
        return _ask(
            rules.say("course_vague" if date.vague else "course_bad_date", words=date.words)
        )
    if len(date.readings) > 1:
        first, second = date.readings
        text = rules.say("course_two_readings", first=spoken(first), second=spoken(second))
        return _ask(text, date.readings)
    refusal = _refusal(date.readings[0], today, rules)
    return None if refusal is None else _ask(refusal)


def _refusal(day: dt.date, today: dt.date, rules: DoseRules) -> str | None:
    course = rules.course
    reason = course.range_reason.strip()
    if (today - day).days > course.past_days:
        years = course.past_days // 365
        return rules.say("course_past", start=spoken(day), years=years, reason=reason)
    if (day - today).days > course.future_days:
        return rules.say("course_far", start=spoken(day), reason=reason)
    return None


def _ask(text: str, readings: tuple[dt.date, ...] = ()) -> Reply:
    buttons = tuple(
        Suggestion(label=spoken(day), command=f"/course {spoken(day)}") for day in readings
    )
    return Reply(kind=Kind.CLARIFY, text=text, suggestions=buttons)


def _second_lines(end: dt.date, today: dt.date, rules: DoseRules) -> list[str]:
    second = add_months(end, rules.course.pause_months)
    return [
        rules.say("course_finished" if end <= today else "course_finishes", end=spoken(end)),
        rules.say("course_second", second=spoken(second)),
    ]


def _date_lines(course: Course, today: dt.date, rules: DoseRules) -> list[str]:
    said = rules.course
    least, most = said.other_weeks
    return [
        _standing(course, today, rules),
        rules.say(
            "course_end",
            weeks=said.weeks,
            end=spoken(course.end),
            last=spoken(course.end - dt.timedelta(days=1)),
        ),
        rules.say("course_second", second=spoken(course.second)),
        rules.say("course_checks", dates=", ".join(spoken(day) for day in course.checks)),
        rules.say(
            "course_other",
            least=least,
            most=most,
            first=spoken(course.start + dt.timedelta(weeks=least)),
            last=spoken(course.start + dt.timedelta(weeks=most)),
        ),
    ]


def _standing(course: Course, today: dt.date, rules: DoseRules) -> str:
    weeks, start = rules.course.weeks, spoken(course.start)
    if today < course.start:
        return rules.say(
            "course_ahead", start=start, days=days_said((course.start - today).days, rules)
        )
    if today >= course.end:
        days = days_said((today - course.end).days, rules)
        return rules.say(
            "course_over", start=start, weeks=weeks, end=spoken(course.end), days=days
        )
    return rules.say(
        "course_week",
        start=start,
        today=spoken(today),
        day=course.day(today),
        week=course.week(today),
        weeks=weeks,
    )


def _cited(lines: list[str], names: tuple[str, ...], kb: Knowledge, show_notes: bool) -> Reply:
    rules = kb.dose
    citations = tuple(cite(kb, name) for name in names)
    notes = first_notes(kb, names, show_notes=show_notes)
    parts = ["\n".join(f"• {line}" for line in lines), *voices(rules, citations, notes)]
    parts.append(rules.say("disclaimer_course"))
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), citations=citations, notes=notes)
