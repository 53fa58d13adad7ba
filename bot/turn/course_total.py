"""The total taken so far, from doses and the days since which they were taken: derived by us."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bot.kb.dose_rules import DoseRules
from bot.turn.course_dates import Course
from bot.turn.dose_sums import plain, shown_kg
from bot.turn.figures_dates import date_pattern, read_dates
from bot.turn.figures_read import read_figures
from bot.turn.figures_scan import Role
from bot.turn.reply import ShownNote
from bot.turn.voices import voices

_PIECES = re.compile(r"[,;]| then | and | after that ")
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Step:
    """A daily dose in mg from a day on; ``until``: its last day, where one was said."""

    daily: Decimal
    since: dt.date
    until: dt.date | None = None


def read_steps(text: str, today: dt.date, rules: DoseRules) -> tuple[Step, ...]:
    """Read "20 mg from 3 March, 40 mg from 3 April"; empty where it is not that clear."""
    whole = [d.mg for d in read_figures(text, rules).doses]
    days = read_dates(text, today, rules.reads)
    if len(set(whole)) == 1 and len(days) == 1 and len(days[0].readings) == 1:
        return () if whole[0] is None else (Step(whole[0], days[0].readings[0]),)
    if len(whole) < len(days) - 1 or not whole:
        return ()
    steps: list[Step] = []
    pattern = date_pattern(rules.reads)  # a date's own comma splits nothing
    together = re.sub(pattern, lambda m: m[0].replace(",", " "), text)
    for piece in _PIECES.split(together):
        doses = {d.mg for d in read_figures(piece, rules).doses}
        dates = read_dates(piece, today, rules.reads)
        if not doses and not dates:
            continue
        mg = doses.pop() if len(doses) == 1 else None
        if mg is None or doses or not 1 <= len(dates) <= 2:  # noqa: PLR2004
            return ()
        if any(len(date.readings) != 1 for date in dates):
            return ()
        until = dates[1].readings[0] if len(dates) > 1 else None
        steps.append(Step(mg, dates[0].readings[0], until))
    ordered = sorted(steps, key=lambda step: step.since)
    return tuple(ordered)


def total_lines(
    text: str,
    steps: tuple[Step, ...],
    course: Course,
    kg: Decimal | None,
    today: dt.date,
    rules: DoseRules,
) -> list[str]:
    """What was taken so far at most, day by day; nothing where no clear doses were said."""
    weights = {w.kg for w in read_figures(text, rules).weights if w.role is Role.NOW}
    kg = weights.pop() if len(weights) == 1 else None if weights else kg
    if kg is not None and not rules.weight.least_kg <= kg <= rules.weight.most_kg:
        return []
    last = min(today, course.end - _DAY)
    counted = [(step, _days(step, last)) for step in _joined(steps, last)]
    parts = [(step, days) for step, days in counted if days > 0]
    if not parts:
        return []
    highest = max(step.daily for step, _ in parts)
    if not rules.least_daily_mg <= highest <= rules.most_daily_mg:
        return []
    total = sum((step.daily * days for step, days in parts), Decimal(0))
    working = " + ".join(
        f"{plain(step.daily)} mg × {days_said(days, rules)}" for step, days in parts
    )
    said = {"working": working, "total": f"{total.normalize():,f}"}
    if kg is None:
        lines = [rules.say("course_total_mg", **said)]
    else:
        ratio = plain((total / kg).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        lines = [rules.say("course_total", ratio=ratio, kg=shown_kg(kg), **said)]
        if highest > rules.limits.maximum.mg_per_kg * kg:
            lines.append(rules.say("above_maximum"))
    note = ShownNote.of(rules.course.total_note)
    return [*lines, rules.say("course_total_20"), *voices(rules, notes=[note])]


def days_said(days: int, rules: DoseRules) -> str:
    """Days in words: "1 day", "40 days"."""
    return rules.say("one_day") if days == 1 else rules.say("days", days=days)


def _joined(steps: tuple[Step, ...], last: dt.date) -> list[Step]:
    """Each step with its last day: the one said, or the day before the next step's first."""
    found = []
    for n, step in enumerate(steps):
        ends = [last] if step.until is None else [step.until, last]
        ends += [following.since - _DAY for following in steps[n + 1 : n + 2]]
        found.append(Step(step.daily, step.since, min(ends)))
    return found


def _days(step: Step, last: dt.date) -> int:
    return ((step.until or last) - step.since).days + 1
