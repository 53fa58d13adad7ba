"""A file imports only from its own station and those before it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "bot"
STATIONS = ("kb", "turn", "store", "reply", "intake")
PURE = ("kb", "turn")
BANNED_IN_PURE = ("telegram", "sqlalchemy", "aiohttp", "starlette", "time", "random", "asyncio")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


FILES = sorted(path for station in STATIONS for path in (ROOT / station).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_back_along_the_way_of_a_message(path: Path) -> None:
    station = path.relative_to(ROOT).parts[0]
    later = STATIONS[STATIONS.index(station) + 1 :]
    for name in imported(path):
        for other in later:
            assert not name.startswith(f"bot.{other}"), f"{name} lies after {station}"
        if station in PURE:
            assert name.split(".")[0] not in BANNED_IN_PURE, f"{station} is pure: no {name}"
            assert not name.startswith(("bot.app", "bot.opened", "bot.cli", "bot.settings"))


def test_the_turn_has_no_clock() -> None:
    for path in (ROOT / "turn").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for clock in ("datetime.now", "dt.datetime.now", "date.today", "utcnow"):
            assert clock not in text, f"{path.name} asks the clock"
