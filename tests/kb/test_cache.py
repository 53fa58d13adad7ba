"""The cache of the trained matcher: whatever became of its files, the bot starts."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.kb.cache import matcher_for
from bot.kb.matcher import Matcher
from bot.turn.context import Context


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "cut short": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "empty": lambda file: file.write_bytes(b""),
    "garbage": lambda file: file.write_bytes(b"\x00garbage" * 100),
    "overwritten": lambda file: file.write_bytes(
        file.read_bytes()[:400] + b"\xff" * 300 + file.read_bytes()[700:]
    ),
    "gone": Path.unlink,
    "a folder": _folder,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["ngrams.npz", "ngrams.json"])
def test_a_damaged_cache_is_made_again(
    context: Context,
    warm_state: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    damage: str,
) -> None:
    """Training is not repeated here: it gives the matcher that is trained already."""
    trained = []

    def train(*_: object, **__: object) -> Matcher:
        trained.append(1)
        return context.matcher

    monkeypatch.setattr(Matcher, "train", train)
    shutil.copytree(warm_state / "cache", tmp_path / "cache")
    (file,) = (tmp_path / "cache").glob(f"matcher-*/{name}")
    DAMAGES[damage](file)
    said = "what are the side effects?"
    for times in (1, 1):  # made again once, and good afterwards
        matcher = matcher_for(context.kb, tmp_path / "cache")
        assert matcher.match(said).labels == context.matcher.match(said).labels
        assert len(trained) == times


def test_a_cache_that_cannot_be_written_costs_time_and_nothing_else(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Matcher, "train", lambda *_, **__: context.matcher)
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert matcher_for(context.kb, tmp_path / "cache") is context.matcher
