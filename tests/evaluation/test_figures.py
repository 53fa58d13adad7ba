"""The figures of an evaluation: what counts, how sure it was, and their pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.messages import (
    Judged,
    Row,
    by_label,
    calibration_error,
    figures,
    judge,
    reliability,
)
from bot.evaluation.report import broken
from bot.turn.context import Context
from bot.turn.reply import Citation, Kind, Reply


def answered(context: Context, name: str, confidence: float) -> Reply:
    cited = Citation.of(context.kb.passages[name], context.kb.source)
    return Reply(kind=Kind.ANSWER, text=cited.quote, citations=(cited,), confidence=confidence)


@pytest.fixture
def judged(context: Context) -> list[Judged]:
    right = Row(text="a", label="answer", passages=("duration",))
    wrong = Row(text="b", label="answer", passages=("duration",))
    gap = Row(text="c", label="gap", topic="alcohol")
    return [
        judge(right, answered(context, "duration", 0.95)),
        judge(wrong, answered(context, "efficacy", 0.85)),
        judge(gap, Reply(kind=Kind.NOT_COVERED, text="no", topic="alcohol")),
    ]


def test_confidence_is_held_against_what_was_right(judged: list[Judged]) -> None:
    cells = reliability(judged)
    assert [(cell.promised, cell.kept, cell.n) for cell in cells] == [(0.85, 0, 1), (0.95, 1, 1)]
    assert calibration_error(judged) == pytest.approx((0.85 + 0.05) / 2)


def test_each_passage_and_each_gap_has_its_own_figure(judged: list[Judged]) -> None:
    assert {one.name: one.share for one in by_label(judged)} == {"duration": 0.5, "alcohol": 1.0}


def test_a_floor_whose_figure_was_not_measured_is_broken(judged: list[Judged]) -> None:
    """A file that lost its rows, or a label that was misspelt, passed every floor."""
    wanted = {"answer: right": 0.5, "answer: wrong": 0.4, "gap: right": 1.0, "calm: right": 0.9}
    assert broken(figures(judged), wanted) == [
        "answer: wrong is 0.500; the floor is 0.400",
        "calm: right was not measured; the floor is 0.900",
    ]


def test_the_pictures_are_drawn(judged: list[Judged], context: Context, tmp_path: Path) -> None:
    from bot.evaluation.plots import draw  # noqa: PLC0415 - matplotlib is slow to import

    paths = draw(judged, list(context.kb.passages), tmp_path)
    assert [path.name for path in paths] == ["confusion.png", "reliability.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
