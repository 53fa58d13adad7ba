"""The course clock: where a course of 20 weeks stands on a day, and the dates that follow."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.kb.dose_rules import CourseRules, DoseRules
from bot.kb.knowledge import Knowledge
from bot.turn.dose import cite, plain, shown_kg
from bot.turn.figures_dates import DATE, Dates, add_months, read_dates
from bot.turn.figures_numbers import normalise
from bot.turn.figures_read import read_figures
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, ShownNote, Suggestion

_WEEK = 7
_COMMAND = re.compile(r"/course\b")
_DATE = re.compile(DATE)
_START = (
    r"\b(?:start(?:ed|ing|s)?|beg[aiu]n(?:ning)?|first (?:pill|capsule|dose|tablet|"
    r"day)|since|day one|day 1|took my first)\b"
)
_FINISH = (
    r"\b(?:finish(?:ed|ing)?|ended|stopped|completed|last (?:pill|capsule|dose|tablet)"
    r"|came off|done)\b"
)
_AHEAD = (
    r"\b(?:will|going to|gonna|i'll|ill|plan|want to|if i|when i|i start|starting|due "
    r"to|about to|supposed to)\b"
)
_ABOUT_COURSE = re.compile(
    r"\b(?:which|what|wich|wat) (?:week|day|month|date)\b"
    r"|\bhow (?:far|many (?:weeks|days|months))\b"
    r"|\bhow (?:long|much longer|much time)\b[^.!?]{0,40}\b(?:left|been|more|go|"
    r"remain\w*|till|until|in|on)\b"
    r"|\bwhen\b[^.!?]{0,60}\b(?:finish\w*|ends?|done|over|stop|complete\w*|course|"
    r"check\S*|exams?|visits?|"
    r"appointments?|week|weeks|again)\b"
    r"|\b(?:second|2nd|another|next|new) (?:course|round|cycle)\b"
    r"|\bweeks? (?:am i|is (?:he|she)|are we|is it|number)\b|\b(?:20|16|24)(?:th)? weeks?\b"
    r"|\b(?:finish|end|last|due) (?:date|day)\b|\b(?:timeline|calendar|course "
    r"dates|course clock)\b"
    r"|\b(?:am i|will i be|is he|is she) (?:done|finished|half ?way)\b|\bhalf ?way\b"
)
_ONLY_DATE = re.compile(
    r"(?:hi|hello|hey)?[ ,]*(?:i|my course|we|he|she)?\s*(?:have |had |will |'ll )?"
    r"(?:start(?:ed|ing|s)?|began|begin|course)?\s*(?:taking |on )?(?:it|accutane|"
    r"isotretinoin|roaccutane|treatment|"
    r"my course|the course|tane|claravis)?\s*(?:on|from|since|in)?\s*(?:the\s*)?<date>\s*[.!?]*$"
)


@dataclass(frozen=True)
class CourseRequest:
    """What was read: ``dates`` with their readings; ``finished``: the date is a course's end."""

    dates: tuple[Dates, ...]
    text: str
    finished: bool = False


@dataclass(frozen=True)
class Course:
    """A course's dates. ``end``: the day on which the weeks are complete."""

    start: dt.date
    end: dt.date
    second: dt.date
    checks: tuple[dt.date, ...]

    def day(self, today: dt.date) -> int:
        """Which day of the course ``today`` is; the first day is 1."""
        return (today - self.start).days + 1

    def week(self, today: dt.date) -> int:
        """Which week of the course ``today`` lies in; the first is 1."""
        return (today - self.start).days // _WEEK + 1


def course_from(start: dt.date, rules: CourseRules) -> Course:
    """The dates of a course that starts on a day."""
    end = start + dt.timedelta(weeks=rules.weeks)
    months = range(rules.check_months, rules.weeks, rules.check_months)
    checks = (add_months(start, n) for n in months)
    return Course(
        start=start,
        end=end,
        second=add_months(end, rules.pause_months),
        checks=tuple(day for day in checks if day <= end),
    )


def read_course(text: str, today: dt.date) -> CourseRequest | None:
    """Read "/course 3 March 2027" or a plain sentence; None where no course date is asked for."""
    plain_text = normalise(text)
    command = bool(_COMMAND.match(plain_text))
    started = re.search(_START, plain_text) is not None
    ahead = re.search(_AHEAD, plain_text) is not None and "started" not in plain_text
    dates = read_dates(_COMMAND.sub("start", plain_text), today, ahead=ahead)
    if command:
        return CourseRequest(dates, plain_text)
    if not dates:
        return None
    shape = " ".join(_DATE.sub(" <date> ", plain_text).split())
    if _ONLY_DATE.match(shape):
        return CourseRequest(dates, plain_text)
    about = _ABOUT_COURSE.search(shape) is not None
    finished = re.search(rf"{_FINISH}[^.!?]{{0,40}}<date>", shape) is not None
    if about and (started or finished or "course" in shape or "accutane" in shape):
        return CourseRequest(dates, plain_text, finished=finished)
    return None


def course_reply(request: CourseRequest, kb: Knowledge, memory: Memory, today: dt.date) -> Reply:
    """The dates that follow from a start, each with its sentence; or what is wrong with it."""
    rules = kb.dose
    if not request.dates:
        words = request.text.removeprefix("/course").strip()
        key = "course_bad_date" if words else "course_no_date"
        return _ask(rules.say(key, words=words[:60]))
    if len(request.dates) > 1 and len({d.readings for d in request.dates}) > 1:
        return _ask(rules.say("course_two_dates"))
    date = request.dates[0]
    if not date.readings:
        return _ask(rules.say("course_bad_date", words=date.words))
    day = date.readings[0]
    if len(date.readings) > 1:
        first, second = date.readings
        text = rules.say("course_two_readings", first=spoken(first), second=spoken(second))
        return _ask(text, date.readings)
    if (refusal := _refusal(day, today, rules)) is not None:
        return _ask(refusal)
    if request.finished:
        return _second_course(day, kb)
    return _dates_reply(course_from(day, rules.course), request, kb, memory, today)


def spoken(day: dt.date) -> str:
    """A date with the month in words, which no country reads the other way round."""
    return f"{day.day} {day:%B} {day.year}"


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


def _second_course(end: dt.date, kb: Knowledge) -> Reply:
    rules = kb.dose
    second = add_months(end, rules.course.pause_months)
    lines = [
        rules.say("course_finished", end=spoken(end)),
        rules.say("course_second", second=spoken(second)),
    ]
    return _cited(lines, (rules.course.weeks_passage,), kb)


def _dates_reply(
    course: Course, request: CourseRequest, kb: Knowledge, memory: Memory, today: dt.date
) -> Reply:
    rules = kb.dose
    said = rules.course
    least, most = said.other_weeks
    lines = [
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
    total = _total(course, request, memory, today, rules)
    return _cited(lines + total, (said.weeks_passage, said.check_passage), kb)


def _standing(course: Course, today: dt.date, rules: DoseRules) -> str:
    weeks, start = rules.course.weeks, spoken(course.start)
    if today < course.start:
        return rules.say("course_ahead", start=start, days=(course.start - today).days)
    if today >= course.end:
        days = (today - course.end).days
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


def _total(
    course: Course, request: CourseRequest, memory: Memory, today: dt.date, rules: DoseRules
) -> list[str]:
    """The total so far, where one dose a day and one usable weight are known."""
    figures = read_figures(request.text, rules)
    weights = {w.kg for w in figures.weights}
    kg = weights.pop() if len(weights) == 1 else None if weights else memory.weight_kg
    doses = {d.mg for d in figures.doses if d.mg is not None}
    days = min(course.day(today), rules.course.weeks * _WEEK)
    if kg is None or len(doses) != 1 or days < 1:
        return []
    daily = doses.pop()
    within = rules.weight.least_kg <= kg <= rules.weight.most_kg
    if not within or daily > rules.limits.maximum.mg_per_kg * kg:
        return []
    total = daily * days
    ratio = (total / kg).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    note = rules.course.total_note
    return [
        rules.say(
            "course_total",
            daily=plain(daily),
            days=days,
            total=f"{total:,f}",
            ratio=plain(ratio),
            kg=shown_kg(kg),
        ),
        rules.say("course_total_20"),
        rules.say("note", text=note.text, authority=note.authority),
    ]


def _cited(lines: list[str], names: tuple[str, ...], kb: Knowledge) -> Reply:
    rules = kb.dose
    citations = tuple(cite(kb, name) for name in names)
    notes = tuple(ShownNote.of(kb.passages[name].notes[0]) for name in names)
    parts = ["\n".join(f"• {line}" for line in lines)]
    parts += [rules.say("quoted", quote=cited.quote) for cited in citations]
    parts += [rules.say("note", text=note.text, authority=note.authority) for note in notes]
    parts.append(rules.say("disclaimer_course"))
    return Reply(kind=Kind.ANSWER, text="\n\n".join(parts), citations=citations, notes=notes)
