"""Whoever damages a rule of the red flags is told in which file and line, and all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.kb.knowledge import packaged
from bot.kb.triage_rules import TriageError, load_triage
from tests.kb.test_knowledge import edit


@pytest.fixture
def triage(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged() / "triage", tmp_path / "triage"))


def faults(triage: Path) -> list[str]:
    with pytest.raises(TriageError) as caught:
        load_triage(triage)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "what"),
    [
        ("rows-2.yaml", "urgency: emergency", "urgency: now", 6, "'emergency', 'today' or"),
        ("rows-1.yaml", "- if: needs_help", "- if: need_help", 15, "no concept 'need_help'"),
        ("body.yaml", "- breathless\n", "- 'a&e'\n", 12, "& stands between spaces"),
        ("body.yaml", "- breathless\n", "- <breeth> bad\n", 12, "no concept 'breeth'"),
        ("body.yaml", "- breathless\n", "- <no_breath>\n", 12, "has phrases with &"),
        ("mind.yaml", "- myself\n", "- <self>\n", 5, "self is defined by itself"),
        ("questions.yaml", "'yes': RF04", "'yes': RF99", 3, "no row RF99"),
        ("after.yaml", "{if: spots_there,", "{if: spot,", 161, "no concept 'spot'"),
        ("after.yaml", "stays: [RF04]", "stays: [RF94]", 166, "no row RF94"),
        ("after.yaml", "headache: head_pain", "headache: head", 218, "no concept 'head'"),
        ("wording.yaml", "  also:", "  als:", 3, "wording.also: Field required"),
        ("rows-3.yaml", "  RF20:", "  RF00:", 4, "rows.RF00 stands in another file as well"),
        ("mind.yaml", "- myself\n", "- [myself\n", 14, "is not YAML"),
    ],
)
def test_a_damaged_rule_is_told_with_its_file_and_line(
    triage: Path, file: str, old: str, new: str, line: int, what: str
) -> None:
    edit(triage / file, old, new)
    (found,) = [one for one in faults(triage) if what in one]
    assert found.startswith(f"triage/{file}:{line}: ")


def test_all_that_is_wrong_is_told_at_once(triage: Path) -> None:
    edit(triage / "body.yaml", "- breathless\n", "- ''\n")
    edit(triage / "rows-1.yaml", "- if: needs_help", "- if: need_help")
    edit(triage / "rows-2.yaml", "- RF26", "- RF98")
    assert [one.partition(": ")[0] for one in faults(triage)] == [
        "triage/body.yaml:12",
        "triage/rows-1.yaml:15",
        "triage/rows-2.yaml:4",
    ]


def test_a_file_in_another_coding_is_named(triage: Path) -> None:
    (triage / "more.yaml").write_bytes("idioms: [caf\u00e9]".encode("latin-1"))
    assert faults(triage)[0].startswith("triage/more.yaml:1: cannot be read")
