"""The dates of a course of 20 weeks, which follow from its first day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from bot.kb.dose_rules import CourseRules
from bot.turn.figures_dates import add_months

_WEEK = 7


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


def spoken(day: dt.date) -> str:
    """A date with the month in words, which no country reads the other way round."""
    return f"{day.day} {day:%B} {day.year}"
