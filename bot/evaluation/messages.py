"""Labelled messages to measure on, and the figures that come of it.

A row is a JSON object: ``text`` or ``turns``; ``label`` (answer, gap, other, chat, alert, calm,
dose); with ``passages`` (ids) for answer, ``topic`` for gap, ``alert`` (an urgency) for alert,
``dose`` and ``accept`` for dose; ``group`` splits ``other`` into near and far.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, ValidationError, model_validator

from bot.converse import converse
from bot.kb.models import Frozen, Urgency
from bot.turn.reply import Kind, Reply
from bot.turn.turn import TurnFunction

Label = Literal["answer", "gap", "other", "chat", "alert", "calm", "dose"]
REFUSABLE = ("gap", "other", "chat")
RESAMPLES = 500


class Row(Frozen):
    """One labelled message or conversation."""

    id: str = ""
    text: str | None = None
    turns: tuple[str, ...] = ()
    label: Label
    group: str = ""
    passages: tuple[str, ...] = ()
    topic: str | None = None
    alert: Urgency | None = None
    dose: dict[str, float] = Field(default_factory=dict)
    accept: tuple[Kind, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Row:
        if not self.said:
            raise ValueError("a row needs text or turns")
        return self

    @property
    def said(self) -> tuple[str, ...]:
        """The turns of the conversation."""
        return self.turns or ((self.text,) if self.text is not None else ())

    @property
    def kind(self) -> str:
        """The label, with its group or urgency where that matters."""
        if self.label == "alert":
            return f"alert ({self.alert or Urgency.TODAY})"
        return (
            f"{self.label} ({self.group})" if self.label == "other" and self.group else self.label
        )


class RowsError(Exception):
    """A file of messages does not read; the message says where."""


def read_rows(path: Path) -> list[Row]:
    """Read a file of JSON lines.

    Raises:
        RowsError: naming the file and line.
    """
    rows = []
    known = set(Row.model_fields)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as why:
        raise RowsError(f"{path} cannot be read: {why}") from why
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            rows.append(Row.model_validate({k: v for k, v in data.items() if k in known}))
        except (ValueError, AttributeError, ValidationError) as why:
            raise RowsError(f"{path}:{number}: {str(why).splitlines()[0]}") from why
    return rows


@dataclass(frozen=True)
class Judged:
    """A row, the reply to its last turn, and whether that was right, and how."""

    row: Row
    reply: Reply
    verdict: str
    right: bool

    @property
    def helped(self) -> bool:
        """Whether an answerable message got its passage as answer or among three offers."""
        return self.right or self.verdict.startswith("offered") or self.verdict.endswith("offered")

    @property
    def wrong(self) -> bool:
        """Whether an answerable message got another passage as its answer."""
        return self.verdict.startswith("wrong")


def judge(row: Row, reply: Reply) -> Judged:
    """Hold a reply against its row's label."""
    shows = reply.kind in (Kind.ANSWER, Kind.DOSE)
    if row.label == "answer":
        return _judge_answer(row, reply)
    if row.label in REFUSABLE:
        return Judged(row, reply, reply.kind, not shows)
    rank = reply.alert.urgency.rank if reply.kind is Kind.ALERT and reply.alert else 0
    if row.label == "alert":
        wanted = (row.alert or Urgency.TODAY).rank
        return Judged(row, reply, f"alert {rank}" if rank else reply.kind, rank >= wanted)
    if row.label == "calm":
        return Judged(
            row, reply, f"alert {rank}" if rank else reply.kind, rank < Urgency.TODAY.rank
        )
    return _judge_dose(row, reply)


def _judge_answer(row: Row, reply: Reply) -> Judged:
    cited = [citation.passage for citation in reply.citations]
    if reply.kind is Kind.ANSWER and cited and cited[0] in row.passages:
        return Judged(row, reply, "right", right=True)
    if reply.kind is Kind.DOSE and set(cited) & set(row.passages):
        return Judged(row, reply, "right, by the calculator", right=True)  # it quotes the passage
    offered = cited[:3] + [s.passage for s in reply.suggestions[:3] if s.passage]
    helped = any(name in row.passages for name in offered)
    if reply.kind in (Kind.ANSWER, Kind.DOSE) and cited:
        return Judged(row, reply, "wrong, right one offered" if helped else "wrong", right=False)
    return Judged(row, reply, "offered" if helped else reply.kind, right=False)


def _judge_dose(row: Row, reply: Reply) -> Judged:
    if row.accept and reply.kind not in row.accept:
        return Judged(row, reply, reply.kind, right=False)
    got = reply.dose.model_dump() if reply.dose else {}
    if reply.kind is Kind.DOSE:
        for key, wanted in row.dose.items():
            if abs((got.get(key) or -1) - wanted) > 0.01 * wanted + 0.051:
                return Judged(row, reply, f"{key} {got.get(key)} for {wanted}", right=False)
    return Judged(row, reply, reply.kind, right=True)


@dataclass(frozen=True)
class Figure:
    """A share of ``n`` messages with its 95 % bootstrap interval."""

    name: str
    n: int
    share: float
    low: float
    high: float


def measure(rows: Iterable[Row], turn: TurnFunction, tick: Callable[[], None]) -> list[Judged]:
    """Ask every row and judge the last reply; ``tick`` is called after each."""
    judged = []
    for row in rows:
        judged.append(judge(row, converse(row.said, turn)[-1]))
        tick()
    return judged


def figures(judged: Sequence[Judged]) -> list[Figure]:
    """Right, helped and wrong shares by kind of message."""
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_kind[one.row.kind].append(one)
    found = []
    for kind, group in sorted(by_kind.items()):
        found.append(_figure(f"{kind}: right", [one.right for one in group]))
        if kind == "answer":
            found.append(_figure("answer: helped", [one.helped for one in group]))
            found.append(_figure("answer: wrong", [one.wrong for one in group]))
        if kind.startswith("alert"):
            low = [not one.right and one.reply.alert is not None for one in group]
            found.append(_figure(f"{kind}: raised too low", low))
        if kind == "gap" and any(one.row.topic for one in group):
            named = [one.reply.topic == one.row.topic for one in group if one.row.topic]
            found.append(_figure("gap: named", named))
    return found


def _figure(name: str, hits: Sequence[bool]) -> Figure:
    sample = np.asarray(hits, dtype=float)
    random = np.random.default_rng(7)
    means = random.choice(sample, size=(RESAMPLES, len(sample))).mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Figure(name, len(sample), float(sample.mean()), float(low), float(high))


@dataclass(frozen=True)
class Cell:
    """Answers of like confidence: its mean, the share that was right, and how many."""

    promised: float
    kept: float
    n: int


def reliability(judged: Sequence[Judged], bins: int = 10) -> list[Cell]:
    """The answers given, by stated confidence, least first."""
    cells: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one in judged:
        if one.reply.kind is not Kind.ANSWER or one.row.label == "calm":
            continue
        sure = one.reply.confidence
        right = one.right if one.row.label == "answer" else False
        cells[min(int(sure * bins), bins - 1)].append((sure, right))
    return [
        Cell(
            promised=sum(sure for sure, _ in cell) / len(cell),
            kept=sum(right for _, right in cell) / len(cell),
            n=len(cell),
        )
        for _, cell in sorted(cells.items())
    ]


def calibration_error(judged: Sequence[Judged]) -> float:
    """Expected calibration error of the answers given: confidence against being right."""
    cells = reliability(judged)
    total = sum(cell.n for cell in cells)
    return sum(abs(cell.promised - cell.kept) * cell.n for cell in cells) / max(total, 1)


def by_label(judged: Sequence[Judged]) -> list[Figure]:
    """Answers by passage (the first that fits), gaps named, red flags by row, look-alikes."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        if one.row.label == "answer" and one.row.passages:
            groups[one.row.passages[0]].append(one.right)
        elif one.row.label in ("alert", "calm") and one.row.group:
            groups[one.row.group].append(one.right)
        elif one.row.topic:
            groups[one.row.topic].append(one.reply.topic == one.row.topic)
    return [_figure(name, hits) for name, hits in sorted(groups.items())]


def confusions(judged: Sequence[Judged], limit: int = 12) -> list[tuple[str, str, int]]:
    """What was taken for what, most frequent first: (wanted, shown, how often)."""
    pairs: Counter[tuple[str, str]] = Counter()
    for one in judged:
        if one.right or one.row.label not in ("answer", *REFUSABLE):
            continue
        wanted = "/".join(one.row.passages) or one.row.topic or one.row.kind
        cited = one.reply.citations
        shown = cited[0].passage if cited else one.reply.topic or one.reply.kind
        pairs[wanted, str(shown)] += 1
    return [(wanted, shown, count) for (wanted, shown), count in pairs.most_common(limit)]
