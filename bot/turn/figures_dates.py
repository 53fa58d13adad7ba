"""Dates as people write them; an order of day and month that cannot be told is both readings."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if n}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if n} | {"sept": 9}
_MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DECEMBER = 12
_DAY = r"(?<![\w.,/-])(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_ANY_DAY = r"(?<![\w.,/-])\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:\d{4}|'\d\d)"

DATE = (
    rf"{_ANY_DAY}\s*(?:of\s+)?-?{_MONTH}(?:,?\s*-?{_YEAR})?(?![\w])"
    rf"|\b{_MONTH}\s*(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:kg|kilo|lb|mg|"
    rf"pound))(?:,?\s+{_YEAR})?"
    r"|(?<![\w.,/])\d{4}[/-]\d{1,2}[/-]\d{1,2}(?![\w/])"
    r"|(?<![\w.,/])\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d\d)(?![\w/])"
)


@dataclass(frozen=True)
class Dates:
    """The readings of one date: one, two where the order is open, none where it does not exist."""

    words: str
    readings: tuple[dt.date, ...]


def read_dates(text: str, today: dt.date, *, ahead: bool = False) -> tuple[Dates, ...]:
    """Every date in a normalised text, in order.

    A date without a year is the latest one passed, or the next one where ``ahead``.
    """
    found = [
        Dates(match[0].strip(), _readings(match[0].strip(), today, ahead=ahead))
        for match in re.finditer(DATE, text)
    ]
    found += [Dates(words, (day,)) for words, day in _relative(text, today)]
    return tuple(found)


def _readings(words: str, today: dt.date, *, ahead: bool) -> tuple[dt.date, ...]:
    named = re.search(_MONTH, words)
    if named is not None:
        month = _MONTHS[named[0].rstrip(".")]
        rest = words[: named.start()] + " " + words[named.end() :]
        numbers = [int(n) for n in re.findall(r"\d+", rest)]
        if not numbers:
            return ()
        year = None
        if len(numbers) > 1:
            year = numbers[1] if numbers[1] > 99 else 2000 + numbers[1]  # noqa: PLR2004
        if year is None:
            return _nearest(month, numbers[0], today, ahead=ahead)
        return _dates((year, month, numbers[0]))
    parts = [int(n) for n in re.findall(r"\d+", words)]
    if re.match(r"\d{4}", words):
        return _dates((parts[0], parts[1], parts[2]))
    year = parts[2] if parts[2] > 99 else 2000 + parts[2]  # noqa: PLR2004
    day_first, month_first = (year, parts[1], parts[0]), (year, parts[0], parts[1])
    return _dates(day_first) if "." in words else _dates(day_first, month_first)


def _dates(*orders: tuple[int, int, int]) -> tuple[dt.date, ...]:
    found: list[dt.date] = []
    for year, month, day in orders:
        if (
            1 <= month <= _DECEMBER
            and 1 <= day <= calendar.monthrange(max(1, year), month)[1]
            and year >= 1
        ):
            date = dt.date(year, month, day)
            if date not in found:
                found.append(date)
    return tuple(found)


def _nearest(month: int, day: int, today: dt.date, *, ahead: bool) -> tuple[dt.date, ...]:
    """The last such day up to today, or the next from today; a leap day may lie years off."""
    step = 1 if ahead else -1
    for year in range(today.year, today.year + 9 * step, step):
        for date in _dates((year, month, day)):
            if (date >= today) if ahead else (date <= today):
                return (date,)
    return ()


def _relative(text: str, today: dt.date) -> list[tuple[str, dt.date]]:
    found = []
    for words, back in (("day before yesterday", 2), ("yesterday", 1), ("today", 0)):
        if re.search(
            rf"\b(?:start\w*|began|begun|begin|first|since|from)\b[^.!?]{{0,30}}\b{words}\b", text
        ):
            found.append((words, today - dt.timedelta(days=back)))
            break
    tomorrow = re.search(r"\b(?:start\w*|begin)\b[^.!?]{0,30}\btomorrow\b", text)
    if tomorrow:
        found.append(("tomorrow", today + dt.timedelta(days=1)))
    for match in re.finditer(r"\b(\d{1,3}|an?|one|two|three) (day|week|month|year)s? ago\b", text):
        count = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}.get(match[1]) or int(match[1])
        unit = match[2]
        if unit in ("day", "week"):
            day = today - dt.timedelta(days=count * (7 if unit == "week" else 1))
        else:
            day = add_months(today, -count * (12 if unit == "year" else 1))
        found.append((match[0], day))
    return found


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or that month's last day where it has none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
