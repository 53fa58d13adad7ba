"""Printing figures: tables for a person, and the floors that CI holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.evaluation.messages import (
    Figure,
    Judged,
    by_label,
    calibration_error,
    confusions,
    figures,
)
from bot.evaluation.writers import Writer


def show_figures(judged: Sequence[Judged], console: Console) -> list[Figure]:
    """Print shares with their intervals, the calibration and the worst confusions."""
    found = figures(judged)
    console.print(_table(found, "by kind of message"))
    if labels := by_label(judged):
        console.print(
            _table(
                labels, "passages answered, gaps named, red flags raised, look-alikes left calm"
            )
        )
    console.print(f"expected calibration error of the answers: {calibration_error(judged):.3f}")
    worst = Table("wanted", "shown", "times", title="worst confusions")
    for wanted, shown, count in confusions(judged):
        worst.add_row(wanted, shown, str(count))
    console.print(worst)
    return found


def _table(found: Iterable[Figure], title: str) -> Table:
    table = Table("what", "messages", "share", "95 % interval", title=title)
    for one in found:
        table.add_row(one.name, str(one.n), f"{one.share:.3f}", f"{one.low:.3f} to {one.high:.3f}")
    return table


def show_writers(found: Iterable[Writer], console: Console) -> None:
    """Print the figures of each voice."""
    columns = ("voice", "questions", "label right", "answered rightly", "wrongly", "passed off")
    table = Table(*columns, title="each voice, learnt from the others (n-grams alone)")
    for one in found:
        shares = (one.labelled, one.right, one.wrong, one.passed_off)
        table.add_row(one.voice, str(one.n), *(f"{share:.3f}" for share in shares))
    console.print(table)


def show_errors(judged: Iterable[Judged], console: Console) -> None:
    """Print each message that was judged wrong."""
    for one in judged:
        if not one.right:
            said = " / ".join(one.row.said)[:140]
            line = f"{one.row.kind:14s} {one.verdict:26s} {said}"
            console.print(line, markup=False, highlight=False)


def floors(pyproject: Path, name: str) -> Mapping[str, float]:
    """``[tool.acne-bot.floors.NAME]``: a figure and its least (or, for "wrong", most) share."""
    if not pyproject.is_file():
        return {}
    told = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    found = told.get("tool", {}).get("acne-bot", {}).get("floors", {}).get(name, {})
    return {str(figure): float(share) for figure, share in found.items()}


def broken(found: Iterable[Figure], wanted: Mapping[str, float]) -> list[str]:
    """The floors that the figures break, as sentences."""
    shares = {one.name: one.share for one in found}
    faults = []
    for name, floor in wanted.items():
        share = shares.get(name)
        if share is None:
            faults.append(f"{name} was not measured; the floor is {floor:.3f}")
        elif share > floor if name.endswith("wrong") else share < floor:
            faults.append(f"{name} is {share:.3f}; the floor is {floor:.3f}")
    return faults
