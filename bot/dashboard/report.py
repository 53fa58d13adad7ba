"""Counts as the figures that a clinic reads: sections of named rows, and the days of a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.kb.knowledge import Knowledge
from bot.store.tally import ALL, Cell, Tally, day, month, shown, week

MONTHS, WEEKS = 13, 8  # that can be chosen
HOURS = 24


@dataclass(frozen=True, slots=True)
class Row:
    """A line of figures; None stands for fewer than five people, in a chart also for nobody."""

    label: str
    numbers: tuple[int | None, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The numbers as they may be read."""
        return tuple(shown(one, ",") for one in self.numbers)


@dataclass(frozen=True, slots=True)
class Section:
    """A table. ``columns``: the heading of the labels, then of each number."""

    id: str
    title: str
    hint: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def most(self) -> int:
        """The largest number, for the length of bars."""
        return max((one or 0 for row in self.rows for one in row.numbers), default=0) or 1


@dataclass(frozen=True, slots=True)
class Span:
    """A week or a month that can be chosen, with its days."""

    name: str
    title: str
    days: tuple[dt.date, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a clinic in a span. ``about``: what the days count, ``asked/`` for all."""

    clinic: str
    span: Span
    about: str
    cells: tuple[Cell, ...]
    days: Section
    hours: Section
    sections: tuple[Section, ...]
    tiles: tuple[tuple[str, str], ...]


def spans(today: dt.date) -> list[Span]:
    """What can be chosen: this month and this week first."""
    first, found = today.replace(day=1), []
    for _ in range(MONTHS):
        after = (first + dt.timedelta(days=32)).replace(day=1)
        days = tuple(first + dt.timedelta(days=n) for n in range((after - first).days))
        found.append(Span(month(first).name, f"{first:%B %Y}", days))
        first = (first - dt.timedelta(days=1)).replace(day=1)
    monday = today - dt.timedelta(days=today.weekday())
    for back in range(WEEKS):
        start = monday - dt.timedelta(weeks=back)
        days = tuple(start + dt.timedelta(days=n) for n in range(7))
        title = f"Week of {start.day} {start:%B %Y}"
        found.append(Span(week(start).name, title, days))
    return found


def topics(books: Sequence[Knowledge]) -> list[tuple[str, str]]:
    """What the days can be narrowed to: passages and gaps, by their titles."""
    found: dict[str, str] = {}
    for kb in books:
        found |= {f"read/{name}": held.title for name, held in kb.passages.items()}
        found |= {f"gap/{name}": f"{held.title} (gap)" for name, held in kb.topics.items()}
    return sorted(found.items(), key=lambda one: one[1].casefold())


async def report(
    tally: Tally, books: Sequence[Knowledge], clinic: str, span: Span, about: str
) -> Report:
    """Read the figures."""
    cells = await tally.cells(clinic, [span.name])
    dated = await tally.cells(clinic, [day(one).name for one in span.days])
    what, _, name = about.partition("/")
    by_day = {one.period: one for one in dated if (one.what, one.name) == (what, name)}
    columns = ("Day", "Questions")
    rows = [_dated(one, by_day.get(day(one).name)) for one in span.days]
    days = Section("days", "Questions by day", "", columns, tuple(rows))
    return Report(
        clinic,
        span,
        about,
        tuple(cells),
        days,
        _hours(cells),
        _sections(cells, books, operator=clinic == ALL),
        _tiles(cells),
    )


def _dated(on: dt.date, cell: Cell | None) -> Row:
    return Row(f"{on:%a} {on.day} {on:%b}", (cell.number if cell else 0,))


def _hours(cells: Iterable[Cell]) -> Section:
    held = {one.name: one.number for one in cells if one.what == "hour"}
    rows = [Row(f"{hour:02d}:00", (held.get(f"{hour:02d}", 0),)) for hour in range(HOURS)]
    return Section(
        "hours", "Busy hours", "Hours of UTC, over all days.", ("Hour", "Questions"), tuple(rows)
    )


KINDS = (
    ("answer", "Answered from the document"),
    ("dose", "Dose range for a weight"),
    ("not_covered", "Not covered by the document"),
    ("clarify", "Asked back, as it was unclear"),
    ("alert", "Alert: sent to get help"),
)
REFUSED = {
    "dose": "A dose that the calculator gives nobody",
    "skin-care": "Skin care in general",
    "unrelated": "Something else",
    "language": "Not in English",
    "unknown": "Counted before reasons were told apart",
}
URGENCY = {
    "emergency": "Emergency number",
    "today": "Call a doctor today",
    "next_visit": "Raise it at the next visit",
}


def _tiles(cells: Sequence[Cell]) -> tuple[tuple[str, str], ...]:
    held = {one.name: one for one in cells if one.what == "asked"}

    def told(name: str) -> str:
        return shown(held[name].number if name in held else 0, ",")

    return (
        ("Questions", told("")),
        ("Answered", told("answer")),
        ("Not covered", told("not_covered")),
        ("Alerts", told("alert")),
    )


def _sections(
    cells: Sequence[Cell], books: Sequence[Knowledge], *, operator: bool
) -> tuple[Section, ...]:
    def title(name: str) -> str:
        found = (kb.passages.get(name) or kb.topics.get(name) for kb in books)
        return next((held.title for held in found if held), name)

    def alert(name: str) -> str:
        held = books[0].triage.file.rows.get(name)
        return held.title if held else name

    def plain(
        id_: str, heading: str, hint: str, column: str, says: Callable[[str], str]
    ) -> Section:
        return Section(id_, heading, hint, (column, "Times"), _rows(cells, (id_,), says))

    kinds = dict(KINDS)
    made = [
        plain("asked", "What came of the questions", "", "Outcome", lambda n: kinds.get(n, n)),
        plain("read", "Most-read passages", "As an answer or after a tap.", "Passage", title),
        plain("gap", "Gaps by topic", "Asked, and not in the document: what to write next.",
              "Topic", title),
        plain("refused", "Refusals", "Questions with no topic that the bot knows.", "About",
              lambda n: REFUSED.get(n, n)),
        plain("other", "“Not what I asked”", "Tapped under an answer: its examples need work.",
              "Shown", title),
        Section("thumbs", "Thumbs", "", ("Shown", "Helpful", "Not helpful"),
                _rows(cells, ("up", "down"), title)),
        plain("alert", "Alerts by kind", "Counts only.", "Alert", alert),
        plain("urgency", "Alerts by urgency", "", "Told to", lambda n: URGENCY.get(n, n)),
        plain("handover", "Messages to the staff", "By “Ask my clinic”.", "What",
              lambda n: HANDOVER.get(n, n)),
        plain("language", "Languages", "As set in the person's Telegram.", "Language", str),
        plain("link", "Links and posters", "By which code or link people came.", "Source",
              lambda name: _source(name, clinics=operator)),
    ]  # fmt: skip
    return tuple(made)


HANDOVER = {
    "sent": "Sent by patients",
    "answered": "Replies of the staff",
    "waited": "Not answered in time",
}
WAYS = {
    "start": "No link: found the bot, or its name",
    "inline": "From an inline card",
    "shared": "A shared answer",
    "group": "From a group",
    "link": "Link",
    "poster": "Poster",
}


def _source(name: str, *, clinics: bool) -> str:
    """A link's source; with its clinic where figures are of several."""
    clinic, _, source = name.rpartition("/")
    said = WAYS.get(source, source)
    return f"{clinic}: {said}" if clinic and clinics else said


def _rows(
    cells: Sequence[Cell], whats: Sequence[str], says: Callable[[str], str]
) -> tuple[Row, ...]:
    """The rows of some counts side by side, largest first; small ones by their titles."""
    held = {(one.what, one.name): one.number for one in cells if one.name}
    names = {name for what, name in held if what in whats}
    rows = [Row(says(name), tuple(held.get((what, name), 0) for what in whats)) for name in names]
    return tuple(sorted(rows, key=lambda row: (-sum(n or 0 for n in row.numbers), row.label)))
