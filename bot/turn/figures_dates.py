"""Dates as people write them; an order of day and month that cannot be told is both readings."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from bot.kb.dose_rules import Reads

_DECEMBER = 12
_DAY = r"(?<![\w.,/-])\d{1,2}(?:st|nd|rd|th|\.(?=\s))?"
_BETWEEN = r"[\s./-]*(?:(?:day )?of (?:the )?|del? |den )?"
_UNITS = r"\s*(?:kg|kilo|lb|mg|pound|capsule|pill|week|day|month)"
_YEAR = (
    r"(?:,?[\s./-]*(?:of |del? )?(?:20\s?\d\d(?!\d)|\d{4}(?!\d)|'\d\d(?!\d)"
    r"|\d\d(?!\d)(?=\s*(?:$|[.,;:!?)])|\s+[a-z])(?!" + _UNITS + "))"
    r"|(?!,?[\s./-]*\d{3}))"
)
_WEEKDAYS = tuple(name.lower() for name in calendar.day_name)
_NUMERIC = (
    r"(?<![\w.,/])\d{4}(?P<s1>[/.-])\d{1,2}(?P=s1)\d{1,2}(?![\w/])"
    r"|(?<![\w.,/])20\d\d(?:0\d|1[0-2])[0-3]\d(?!\w)"
    r"|(?<![\w.,/])\d{1,2}(?P<s2>[/.-])\d{1,2}(?P=s2)(?:\d{4}|\d\d)(?![\w/]|\s*mg)"
    r"|(?<![\w.,/])\d{1,2} (?P<s3>[/.-]) \d{1,2} (?P=s3) \d{4}(?!\w)"
)
_ONE_SLIP = 5  # letters from which a month's name with one slip is still told
_NO_MONTH = ("match",)
_SHORT_DATE = re.compile(
    r"\b(?:start\w*|began|begun|since|from)\s+(?:\w+ )?(\d{1,2})([/.])(\d{1,2})"
    r"(?![\w/%]|\.\d|\s*(?:mg|kg|lb|days?|weeks?|fortnights?|months?|years?))"
)


@dataclass(frozen=True)
class Dates:
    """The readings of one date: one, two where the order is open, none where it does not exist.

    ``vague``: no day can be told from the words, as from "1.5 months ago"; it has no readings.
    """

    words: str
    readings: tuple[dt.date, ...]
    vague: bool = False


def date_pattern(reads: Reads) -> str:
    """A regular expression for a date in a normalised text."""
    return _pattern(reads.months)


@cache
def _pattern(months: tuple[tuple[str, ...], ...]) -> str:
    names = sorted((name for month in months for name in month), key=len, reverse=True)
    month = rf"(?:{'|'.join(map(re.escape, names))})(?![^\W\d_])\.?"
    day_after = rf"\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?!{_UNITS})"
    return (
        rf"{_DAY}{_BETWEEN}{month}{_YEAR}(?!\w)"
        rf"|(?<!\w){month}[\s./-]*(?:the\s+)?{day_after}{_YEAR}(?!\w)"
        rf"|{_NUMERIC}"
    )


def months_put_right(text: str, reads: Reads) -> str:
    """The text with a nearly spelt English month beside a number as the month itself."""
    known = {name for month in reads.months for name in month}
    names = [month[0] for month in reads.months if len(month[0]) >= _ONE_SLIP]

    def right(match: re.Match[str]) -> str:
        word = match["word"]
        if word in known or word in _NO_MONTH:
            return match[0]
        near = [n for n in names if n[0] == word[0] and OSA.distance(n, word) == 1]
        return match[0].replace(word, near[0]) if len(near) == 1 else match[0]

    text = re.sub(r"(?<=\d)(?:st|nd|rd|th)?\s*(?:of )?(?P<word>[a-z]{4,10})\b", right, text)
    return re.sub(r"\b(?P<word>[a-z]{4,10})(?=\s+(?:the )?\d)", right, text)


def read_dates(
    text: str, today: dt.date, reads: Reads, *, ahead: bool = False
) -> tuple[Dates, ...]:
    """Every date in a normalised text, in order.

    A date without a year is the latest one passed, or the next one where ``ahead``.
    """
    text = months_put_right(text, reads)
    found = [
        (m.start(), Dates(m[0].strip(), _readings(m[0], today, reads, ahead=ahead)))
        for m in re.finditer(date_pattern(reads), text)
    ]
    found += _relative(text, today, reads)
    if not found:
        found += _short(text, today, ahead=ahead)
    return tuple(date for _, date in sorted(found, key=lambda pair: pair[0]))


def _readings(words: str, today: dt.date, reads: Reads, *, ahead: bool) -> tuple[dt.date, ...]:
    for number, names in enumerate(reads.months, start=1):
        longest = max((n for n in names if _has(words, n)), key=len, default=None)
        if longest is not None:
            return _named(words.replace(longest, " ", 1), number, today, ahead=ahead)
    parts = [int(n) for n in re.findall(r"\d+", words)]
    if len(parts) == 1:
        compact = str(parts[0])
        return _dates((int(compact[:4]), int(compact[4:6]), int(compact[6:])))
    if re.match(r"\d{4}", words.strip()):
        return _dates((parts[0], parts[1], parts[2]))
    year = _full(parts[2])
    day_first, month_first = (year, parts[1], parts[0]), (year, parts[0], parts[1])
    if "." in words:  # no country writes the month first with dots
        return _dates(day_first) or _dates(month_first)
    return _dates(day_first, month_first)


def _has(words: str, name: str) -> bool:
    return re.search(rf"(?<![^\W\d_]){re.escape(name)}(?![^\W\d_])", words) is not None


def _named(rest: str, month: int, today: dt.date, *, ahead: bool) -> tuple[dt.date, ...]:
    """The readings of a date whose month is a word; ``rest`` is the words without it."""
    numbers = [int(n) for n in re.findall(r"\d+", re.sub(r"\b20 (?=\d\d\b)", "20", rest))]
    if not numbers:
        return ()
    if len(numbers) == 1:
        return _nearest(month, numbers[0], today, ahead=ahead)
    return _dates((_full(numbers[1]), month, numbers[0]))


def _full(year: int) -> int:
    return year if year > 99 else 2000 + year  # noqa: PLR2004


def _dates(*orders: tuple[int, int, int]) -> tuple[dt.date, ...]:
    found: list[dt.date] = []
    for year, month, day in orders:
        if (
            1 <= month <= _DECEMBER
            and year >= 1
            and 1 <= day <= calendar.monthrange(year, month)[1]
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


def _short(text: str, today: dt.date, *, ahead: bool) -> list[tuple[int, Dates]]:
    """Read "started 3/4", without a year: only right after such a word."""
    match = _SHORT_DATE.search(text)
    if match is None:
        return []
    first, second = int(match[1]), int(match[3])
    readings = _nearest(second, first, today, ahead=ahead) if second <= _DECEMBER else ()
    if match[2] == "/" or not readings:
        other = _nearest(first, second, today, ahead=ahead) if first <= _DECEMBER else ()
        readings = tuple(dict.fromkeys((*readings, *other)))
    words = f"{match[1]}{match[2]}{match[3]}"
    return [(match.start(1), Dates(words, readings))]


def _relative(text: str, today: dt.date, reads: Reads) -> list[tuple[int, Dates]]:
    """Read "5 weeks ago", "yesterday", "in 2 weeks", "last Monday"."""
    found: list[tuple[int, Dates]] = []

    def add(match: re.Match[str], day: dt.date | None) -> None:
        readings = () if day is None else (day,)
        found.append((match.start(1), Dates(match[1], readings, vague=day is None)))

    before = r"\b(?:start\w*|began|begun|begin\w*|first|since|from)\b[^.!?]{0,30}?\b"
    steps = {"day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1}
    for match in re.finditer(rf"{before}({'|'.join(steps)})\b", text):
        add(match, today + dt.timedelta(days=steps[match[1]]))
    count = r"\d{1,3}|an?|one|two|three|four|a couple of"
    unit = r"(?:day|week|fortnight|month|year)s?"
    some = rf"(?:\d+[.,]\d+|\d+/\d+|{count}|half)"
    more = rf"(?:{some}(?: {unit})?[\s,&-]+(?:(?:and|to|or) )?(?:an? )?){{0,3}}"
    span = rf"(?P<more>{more})(?P<count>{some}) (?P<unit>{unit})(?P<half>(?: and (?:a )?half)?)"
    for match in re.finditer(rf"(?<![\w.,-])((?:exactly )?{span} ago)\b", text):
        add(match, _moved(today, match, -1))
    for match in re.finditer(rf"{before}(in {span})\b", text):
        add(match, _moved(today, match, 1))
    days = "|".join(f"{name}|{name[:3]}" for name in _WEEKDAYS)
    alone = rf"(?!,?\s*(?:the\s+)?(?:{date_pattern(reads)}))"
    pattern = rf"{before}((?:(last|this past|on|next|this coming) )?({days}))\b{alone}"
    for match in re.finditer(pattern, text):
        ahead = (match[2] or "") in ("next", "this coming")
        index = next(n for n, name in enumerate(_WEEKDAYS) if name.startswith(match[3][:3]))
        apart = (index - today.weekday()) % 7 if ahead else (today.weekday() - index) % 7
        add(match, today + dt.timedelta(days=(apart or 7) if ahead else -(apart or 7)))
    return found


def _moved(today: dt.date, span: re.Match[str], sign: int) -> dt.date | None:
    """The day so long before or after today; None where no one day is meant ("1.5 months")."""
    words = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "a couple of": 2}
    count = span["count"]
    if span["more"] or span["half"] or not (count in words or count.isdigit()):
        return None
    number = (words.get(count) or int(count)) * sign
    unit = span["unit"].removesuffix("s")
    if unit in ("month", "year"):
        return add_months(today, number * (12 if unit == "year" else 1))
    return today + dt.timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[unit])


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or that month's last day where it has none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
