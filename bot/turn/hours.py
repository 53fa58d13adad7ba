"""Opening hours as a clinic writes them: ``Mon-Fri 9-17; Sat 9:30-12``."""

from __future__ import annotations

import datetime as dt
import re

from bot.kb.models import Frozen

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ACCEPTED = 'write hours like "Mon-Fri 9-17" or "Mon,Wed 8:30-12,13-17; Sat 9-12"'
_DAY = re.compile(rf"({'|'.join(DAYS)})[a-z]*(?:-({'|'.join(DAYS)})[a-z]*)?")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?")
_MIDNIGHT = 24 * 60


class Span(Frozen):
    """Minutes of a weekday (Monday is 0) from ``start`` up to, without, ``end``."""

    day: int
    start: int
    end: int


def read_hours(text: str) -> tuple[Span, ...]:
    """The spans of a week.

    Raises:
        ValueError: the text is no list of hours; it says what would be accepted.
    """
    spans = []
    for part in filter(None, (part.strip() for part in text.lower().split(";"))):
        days, _, times = re.sub(r"\s*([,-])\s*", r"\1", part).partition(" ")
        for day in _days(days):
            spans += [Span(day=day, start=start, end=end) for start, end in _times(times)]
    if not spans:
        raise ValueError(ACCEPTED)
    return tuple(spans)


def _days(text: str) -> list[int]:
    found = []
    for one in text.split(","):
        read = _DAY.fullmatch(one)
        if read is None:
            raise ValueError(ACCEPTED)
        first, last = DAYS.index(read[1]), DAYS.index(read[2] or read[1])
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return found


def _times(text: str) -> list[tuple[int, int]]:
    found = []
    for one in text.strip().split(","):
        read = _TIME.fullmatch(one)
        if read is None:
            raise ValueError(ACCEPTED)
        start, end = (int(h) * 60 + int(m or 0) for h, m in (read.group(1, 2), read.group(3, 4)))
        if not start < end <= _MIDNIGHT or max(int(read[2] or 0), int(read[4] or 0)) > 59:  # noqa: PLR2004
            raise ValueError(ACCEPTED)
        found.append((start, end))
    return found


def is_open(spans: tuple[Span, ...], at: dt.datetime) -> bool:
    """Whether a local time lies within the hours."""
    minute = at.hour * 60 + at.minute
    return any(one.day == at.weekday() and one.start <= minute < one.end for one in spans)
