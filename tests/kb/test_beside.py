"""A clinic's own document: it checks as a whole, and brings none of the rules that protect."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from bot.kb.beside import background, joined, to_train
from bot.kb.knowledge import ELSEWHERE, KnowledgeError, packaged
from bot.kb.loading import load, stands_beside
from bot.kb.split_files import split_into
from bot.turn.beside import ANSWER_FROM, Beside
from bot.turn.context import Context

SECOND = Path(__file__).parents[1] / "second_kb"
BASE = load(packaged())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the second knowledge base, which a test may damage."""
    return Path(shutil.copytree(SECOND, tmp_path / "own"))


def faults(folder: Path) -> str:
    with pytest.raises(KnowledgeError) as caught:
        load(folder, base=BASE)
    return str(caught.value)


def test_it_checks_beside_the_base_and_takes_red_flags_and_doses_from_it() -> None:
    own = load(SECOND, base=BASE)
    assert set(own.passages) >= {"appointments", "blood-days", "contact", "parking"}
    assert own.triage is BASE.triage
    assert own.dose is BASE.dose
    assert own.replies is BASE.replies


def test_the_sample_that_kb_new_copies_checks() -> None:
    assert load(packaged() / "scaffold", base=BASE).passages


@pytest.mark.parametrize("rules", ["triage", "alarms", "replies", "dose.yaml"])
def test_a_folder_with_rules_of_its_own_does_not_check_beside_the_base(
    own: Path, rules: str
) -> None:
    place = own / rules
    if (packaged() / rules).is_dir():
        shutil.copytree(packaged() / rules, place)
    else:
        shutil.copyfile(packaged() / rules, place)
    assert not stands_beside(own)
    assert f"{rules}:1: a clinic's document has no red flags" in faults(own)


def test_an_id_that_the_base_has_is_refused(own: Path) -> None:
    passage = own / "passages" / "late.yaml"
    text = passage.read_text(encoding="utf-8").replace("id: late", "id: pregnancy")
    passage.with_name("pregnancy.yaml").write_text(text, encoding="utf-8")
    assert "the base knows 'pregnancy' already; choose another id" in faults(own)


def test_too_few_examples_are_a_fault_for_they_would_recognise_nothing(own: Path) -> None:
    file = own / "questions" / "en" / "late.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:6]), encoding="utf-8")
    assert "questions/en/late.yaml:1: has 3 example questions; 8 are the fewest" in faults(own)


def with_words(own: Path, folder: Path, old: str, new: str) -> None:
    """Another version of the clinic's document, split again."""
    text = (own / "source" / "visiting.txt").read_text(encoding="utf-8")
    assert old in text
    document = folder / "visiting.txt"
    document.write_text(text.replace(old, new, 1), encoding="utf-8")
    split_into(document, own, dt.date(2027, 3, 1))


@pytest.mark.parametrize(
    "dose",
    [
        "40 mg",
        "40mg",
        "a 20-mg capsule",
        "40 mgs",
        "40 milligrammes",
        "forty mg",
        "0.04 g",
        "40,000 mcg",
        "two capsules",
        "five capsules",
        "twelve pills",
        "half a tablet",
        "half a Roaccutane tablet",
        "½ tablet",
        "both tablets",
        "double capsules",
        "a couple of pills",
        "two Roaccutane capsules",
        "2 soft-gel capsules",
        "2 caps a day",
    ],
)
def test_a_dose_is_a_fault_for_doses_are_the_bases(own: Path, tmp_path: Path, dose: str) -> None:
    with_words(own, tmp_path, "Please call us when", f"Take {dose} when")
    assert "passages/late.yaml:4: a clinic's document gives no doses" in faults(own)


@pytest.mark.parametrize(
    ("file", "old", "new", "at"),
    [
        ("passages/late.yaml", "title: When", "title: 40 mg when", 2),
        ("topics/fees.yaml", "gap: ", "gap: taking 40 mg in ", 3),
        (
            "passages/late.yaml",
            "notes: []",
            "notes:\n  - {text: take 40 mg, authority: us, verified: copy}",
            9,
        ),
    ],
)
def test_a_dose_beside_the_quotes_is_a_fault_as_well(
    own: Path, file: str, old: str, new: str, at: int
) -> None:
    path = own / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert f"{file}:{at}: a clinic's document gives no doses" in faults(own)


def test_a_dose_between_the_passages_is_a_fault_for_a_receipt_shows_it(own: Path) -> None:
    path = own / "source" / "visiting.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\nTake 40 mg.\n", encoding="utf-8")
    found = faults(own)
    assert "source/ORIGIN.yaml:2: a clinic's document gives no doses" in found
    assert "take out '40 mg'" in found


def test_a_place_and_a_time_are_no_doses(own: Path, tmp_path: Path) -> None:
    with_words(own, tmp_path, "Please call us when", "Go to room 3 G at 9.30, floor 2, when")
    load(own, base=BASE)


def test_a_title_that_no_button_can_hold_is_a_fault(own: Path) -> None:
    passage = own / "passages" / "late.yaml"
    text = passage.read_text(encoding="utf-8").replace("When you are late", "late " * 20)
    passage.write_text(text, encoding="utf-8")
    assert "at most 64 characters" in faults(own)


def test_joined_each_passage_is_quoted_from_its_own_document() -> None:
    own = load(SECOND, base=BASE)
    kb = joined(BASE, own)
    assert kb.source is BASE.source
    for name, passage in kb.passages.items():
        source = own.source if name in own.passages else BASE.source
        assert kb.source_of(name) is source
        assert passage.quote(source) in source.text


def test_the_matcher_is_learnt_again_when_the_document_or_the_base_changes(own: Path) -> None:
    elsewhere = background(BASE)
    before = to_train(load(own, base=BASE), elsewhere).digest
    assert before == to_train(load(SECOND, base=BASE), elsewhere).digest
    assert before != to_train(load(SECOND, base=BASE), elsewhere[1:]).digest
    with (own / "questions" / "en" / "late.yaml").open("a", encoding="utf-8") as file:
        file.write('  - "am I too late now"\n')
    assert before != to_train(load(own, base=BASE), elsewhere).digest


def test_it_takes_hardly_any_message_that_is_meant_for_the_base(beside: Context) -> None:
    """Its own examples, every fourth of which it has not seen."""
    held = beside.beside
    assert isinstance(held, Beside)
    asked = [one.text for one in BASE.examples[1::40]]
    taken = [
        text
        for text in asked
        if held.matcher.match(text).best(held.kb.passages)[0][1] >= ANSWER_FROM
    ]
    assert len(taken) <= len(asked) // 100
    assert held.matcher.match("does accutane help").pairs()[0][0] == ELSEWHERE
