"""Splitting proposes by form, and a curator's plan survives a changed document."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.kb.knowledge import packaged
from bot.kb.loading import load
from bot.kb.split import propose, section_at
from bot.kb.split_files import SplitError, split_into

DAY = dt.date(2026, 11, 23)
DOCUMENT = packaged() / "source" / "accutane.txt"


def snapshot(base: Path) -> dict[str, str]:
    return {
        str(path.relative_to(base)): path.read_text(encoding="utf-8")
        for path in base.rglob("*.yaml")
    }


def test_the_plan_gives_the_same_passages_again(base: Path) -> None:
    before = snapshot(base)
    report = split_into(DOCUMENT, base, DAY)
    assert len(report.same) == 16
    assert report.lines() == [f"same: {', '.join(report.same)}"]
    assert snapshot(base) == before


def test_without_a_plan_the_form_decides(tmp_path: Path) -> None:
    report = split_into(DOCUMENT, tmp_path, DAY)
    assert len(report.appeared) == 19
    assert split_into(DOCUMENT, tmp_path, DAY).same == report.appeared


def test_a_list_stays_with_a_lead_in_that_ends_with_a_colon() -> None:
    text = "It helps, as it:\n\n  • heals\n  • soothes\n\nOne thing.\n\n  • Whole sentence.\n"
    quotes = [text[s.start : s.end] for s in propose(text)]
    assert quotes == [
        "It helps, as it:\n\n  • heals\n  • soothes",
        "One thing.",
        "Whole sentence.",
    ]


def test_a_heading_names_the_section_of_what_follows() -> None:
    text = "Title\n\nFirst words here.\n\nDosing\n\nTake it.\n"
    assert section_at(text, text.index("First")) == "Introduction"
    assert section_at(text, text.index("Take")) == "Dosing"


VISIT = """Visiting us

Getting here

We are in the old mill.

Phone: 555-0100

Parking is behind the house, free of charge

What to bring

- your card
- the letter of your
  doctor
- this app

By card or in cash
"""


def test_a_short_line_that_nothing_follows_is_a_passage_and_an_item_goes_on_indented() -> None:
    assert [VISIT[s.start : s.end] for s in propose(VISIT)] == [
        "We are in the old mill.",
        "Phone: 555-0100",
        "Parking is behind the house, free of charge",
        "your card",
        "the letter of your\n  doctor",
        "this app",
        "By card or in cash",
    ]
    assert section_at(VISIT, VISIT.index("your card")) == "What to bring"


def test_what_is_in_no_passage_is_told(tmp_path: Path) -> None:
    document = tmp_path / "visit.txt"
    document.write_text(VISIT, encoding="utf-8")
    into = tmp_path / "kb"
    told = ["Visiting us", "Getting here", "What to bring"]
    said = split_into(document, into, DAY).lines()
    assert said[1:] == [f"not in any passage: {words}" for words in told]
    assert len(split_into(document, into, DAY).lines()) == 1  # now they head what is placed
    plan = into / "source" / "plan.yaml"
    kept = plan.read_text(encoding="utf-8").replace("in the old mill.", "in the")
    plan.write_text(kept, encoding="utf-8")
    said = split_into(document, into, DAY).lines()
    assert said[-1] == "not in any passage: old mill."


def test_a_changed_document_keeps_what_a_curator_wrote(base: Path, tmp_path: Path) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    text = text.replace("20 weeks", "24 weeks")
    text = text.replace("Dosing regimen\n", "Dosing regimen\n\nA new paragraph stands here now.\n")
    text = text.replace("Accutane is an embryo-toxic drug.", "It harms the unborn.")
    new = tmp_path / "second.txt"
    new.write_text(text, encoding="utf-8")
    note = load(base).passages["dose-start"].notes[0]

    report = split_into(new, base, DAY)
    assert report.changed == ["duration"]
    assert "dose-start" in report.moved
    assert "what" in report.same
    assert report.gone == ["pregnancy"]
    assert "a-new-paragraph-stands" in report.appeared
    kept = (base / "passages" / "dose-start.yaml").read_text(encoding="utf-8")
    assert note.text.split()[0] in kept
    assert (base / "source" / "retired" / "pregnancy.yaml").is_file()
    assert (base / "source" / "second.txt").read_bytes() == new.read_bytes()


def test_a_file_that_is_no_text_is_refused(base: Path, tmp_path: Path) -> None:
    bad = tmp_path / "scan.pdf"
    bad.write_bytes(b"%PDF\xff\xfe")
    with pytest.raises(SplitError, match="UTF-8"):
        split_into(bad, base, DAY)


@pytest.mark.parametrize("words", ["", "Another clinic's paper.\n\nIt says other things.\n"])
def test_a_document_of_which_the_plan_knows_nothing_leaves_the_base_as_it_is(
    base: Path, tmp_path: Path, words: str
) -> None:
    other, before = tmp_path / "clinic.txt", snapshot(base)
    other.write_text(words, encoding="utf-8")
    with pytest.raises(SplitError, match="--into DIR"):
        split_into(other, base, DAY)
    assert snapshot(base) == before


@pytest.mark.parametrize("broken", ["id: duration\n\ttitle: a tab", "id: duration\n"])
def test_a_file_of_the_base_that_does_not_read_is_told_before_anything_is_written(
    base: Path, tmp_path: Path, broken: str
) -> None:
    (base / "passages" / "duration.yaml").write_text(broken, encoding="utf-8")
    new, before = tmp_path / "second.txt", snapshot(base)
    new.write_text(DOCUMENT.read_text(encoding="utf-8") + "\nOne more line.\n", encoding="utf-8")
    with pytest.raises(SplitError, match=r"duration\.yaml"):
        split_into(new, base, DAY)
    assert snapshot(base) == before


def test_a_byte_order_mark_is_no_word_of_the_document() -> None:
    text = "\ufeffParking is behind the house, and it is free of charge.\n"
    (span,) = propose(text)
    assert text[span.start : span.end] == text[1:-1]
