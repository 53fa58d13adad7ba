"""A new version of the document is compared word by word before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.curating import diff_lines, gaps
from bot.kb.diff import changes
from bot.kb.knowledge import packaged
from bot.kb.loading import load
from bot.kb.split_files import SplitError

SECOND = Path(__file__).parents[1] / "second_kb"
OWN = load(SECOND, base=load(packaged()))
ASKED = {("read", "results"): 40, ("read", "late"): 120, ("gap", "fees"): None, ("gap", "x"): 5}


@pytest.fixture
def new(tmp_path: Path) -> Path:
    text = OWN.source.text.replace("We call you only if", "We call you if")
    text = text.replace("fifteen minutes late", "twenty minutes late")
    text = text.replace(
        "Getting here\n", "Lost things\n\nAsk at the desk for them.\n\nGetting here\n"
    )
    text = text[: text.index("What to bring")]
    file = tmp_path / "new.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_each_passage_is_changed_moved_gone_or_the_same(new: Path) -> None:
    before = {file: file.read_bytes() for file in SECOND.rglob("*") if file.is_file()}
    found = {one.id: one for one in changes(new, SECOND, OWN)}
    assert {name: one.kind for name, one in found.items()} == {
        "results": "changed",
        "late": "edge",
        "bring": "gone",
        "ask-at-the-desk": "appeared",
        "contact": "moved",
        "parking": "moved",
        "access": "moved",
        "blood-days": "moved",
        "appointments": "same",
    }
    assert "We call you [-only-] if something" in found["results"].words
    assert "than [-fifteen-] {+twenty+} minutes late" in found["late"].words
    assert found["late"].into == "if-you-are-more"
    assert before == {file: file.read_bytes() for file in SECOND.rglob("*") if file.is_file()}


def test_the_most_read_changes_come_first_with_what_was_asked(new: Path) -> None:
    said = list(diff_lines(changes(new, SECOND, OWN), OWN, ASKED))
    assert said[0].startswith("changed")
    assert "    in a year: read 40" in said
    assert "    in a year: read 120" in said
    assert said[-1] == "the same: appointments"


def test_gaps_are_ranked_and_small_counts_have_no_number() -> None:
    asked = {**ASKED, ("gap", "alcohol"): 15, ("refused", "unknown"): 20}
    base = load(packaged())
    assert [name for _, name, _ in gaps(base, asked)] == ["unknown", "alcohol"]
    assert gaps(OWN, asked)[-1] == ("< 5", "fees", "Fees and ways to pay")


def test_a_document_that_is_no_text_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "scan.pdf"
    bad.write_bytes(b"\xff\xfe")
    with pytest.raises(SplitError, match="cannot be read as UTF-8 text"):
        changes(bad, SECOND, OWN)
