"""The knowledge base is checked as a whole, and every fault is found where it stands."""

from __future__ import annotations

import hashlib
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import KnowledgeError, packaged
from bot.kb.loading import load
from bot.kb.models import NoteVerdict
from bot.kb.replies import unfit
from bot.kb.text_checks import inside_word, stands_in
from bot.kb.yaml_file import Fault, parse


def faults(base: Path) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load(base)
    return [str(fault) for fault in caught.value.faults]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_packaged_base_checks_and_says_how_much_was_checked() -> None:
    kb = load(packaged())
    assert kb.checked["quotes"] == len(kb.passages) == 16
    assert kb.checked["examples"] == len(kb.examples) > 7000


def test_the_document_is_kept_byte_for_byte() -> None:
    raw = (packaged() / "source" / "accutane.txt").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == load(packaged()).source.sha256
    assert hashlib.sha256(raw).hexdigest().startswith("f770da9a")


def test_every_quote_is_a_slice_of_the_document() -> None:
    kb = load(packaged())
    for passage in kb.passages.values():
        assert passage.quote(kb.source) in kb.source.text


def test_each_contradicted_claim_stands_beside_a_note() -> None:
    kb = load(packaged())
    contradicted = {
        name
        for name, passage in kb.passages.items()
        if any(note.verdict is NoteVerdict.CONTRADICTED for note in passage.notes)
    }
    assert contradicted >= {
        "why",
        "mechanism",
        "dose-maintenance",
        "monitoring",
        "side-effects",
        "side-effects-dose",
        "early-allergy",
        "pregnancy",
    }


def test_a_span_that_cuts_a_word_is_named_with_its_file_and_line(base: Path) -> None:
    edit(base / "passages" / "what.yaml", "start: 42", "start: 43")
    found = faults(base)
    assert any(f.startswith("passages/what.yaml:4:") and "inside a word" in f for f in found)


def test_a_changed_document_is_refused_until_it_is_split_again(base: Path) -> None:
    edit(base / "source" / "accutane.txt", "20 weeks", "30 weeks")
    found = faults(base)
    assert any("SHA-256" in f for f in found)
    assert any("passages/duration.yaml" in f and "not those reviewed" in f for f in found)


def test_all_faults_are_told_at_once(base: Path) -> None:
    edit(base / "passages" / "what.yaml", "start: 42", "start: 43")
    edit(base / "topics" / "alcohol.yaml", "- monitoring", "- monitorring")
    edit(base / "topics" / "sun.yaml", "gap:", "gapp:")
    found = "\n".join(faults(base))
    assert "passages/what.yaml" in found
    assert "topics/alcohol.yaml" in found
    assert "topics/sun.yaml" in found


def test_a_question_that_stands_twice_is_refused(base: Path) -> None:
    edit(base / "questions" / "en" / "what.yaml", "- what is accutane\n", "- WHAT is it, then?\n")
    edit(
        base / "questions" / "en" / "sun.yaml",
        "voices:\n",
        "voices:\n  me:\n  - what IS it then\n",
    )
    assert any("the same question stands in" in f for f in faults(base))


def test_a_half_signed_review_is_refused(base: Path) -> None:
    path = base / "passages" / "what.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("review: {by: null", "review: {by: Dr A"),
        encoding="utf-8",
    )
    assert any("needs both" in f for f in faults(base))


def test_broken_yaml_is_told_with_its_line(base: Path) -> None:
    (base / "words.yaml").write_text("drug: [accutane\nnot_drug: x: y", encoding="utf-8")
    assert any(f.startswith("words.yaml:2: is not YAML") for f in faults(base))


def test_a_key_that_stands_twice_is_told_with_its_line(base: Path) -> None:
    for file in ("passages/dose-maintenance.yaml", "questions/en/what.yaml"):
        path = base / file
        text = path.read_text(encoding="utf-8")
        more = "notes: []\n" if file.startswith("passages") else "voices: {}\n"
        path.write_text(text + more, encoding="utf-8")
        line = text.count("\n") + 1
        key = more.partition(":")[0]
        assert f"{file}:{line}: is not YAML: the key '{key}' stands twice" in faults(base)


def test_a_key_that_stands_twice_in_the_red_flags_is_told(base: Path) -> None:
    path = min((base / "triage").glob("*.yaml"))
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\nsame: 1\nsame: 2\n", encoding="utf-8")
    assert any(path.name in f and "the key 'same' stands twice" in f for f in faults(base))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "pregnancy_passage: pregnancy",
            "pregnancy_passage: pregnnancy",
            "no passage 'pregnnancy'",
        ),
        ("check_passage: monitoring", "check_passage: monitorin", "no passage 'monitorin'"),
        ("total_topic: cumulative-dose", "total_topic: total-dose", "no topic 'total-dose'"),
        ("passage: dose-start", "passage: dose-begin", "no passage 'dose-begin'"),
    ],
)
def test_a_dose_rule_names_a_passage_or_topic_that_is_there(
    base: Path, old: str, new: str, said: str
) -> None:
    edit(base / "dose.yaml", old, new)
    line = next(
        number
        for number, text in enumerate((base / "dose.yaml").read_text("utf-8").splitlines(), 1)
        if new in text
    )
    assert any(f.startswith(f"dose.yaml:{line}: ") and said in f for f in faults(base))


def test_a_passage_whose_note_goes_with_an_amount_has_one(base: Path) -> None:
    path = base / "passages" / "pregnancy.yaml"
    before, _, _ = path.read_text(encoding="utf-8").partition("notes:\n")
    path.write_text(before, encoding="utf-8")
    assert any("passage 'pregnancy' needs a note, and has none" in f for f in faults(base))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "replies/en.yaml",
            "unsure_heading:",
            "unsure_headin:",
            "answer.unsure_heading is missing",
        ),
        ("replies/en.yaml", "cover {gap}.", "cover {gpa}.", "cannot fill {gpa}"),
        ("replies/en.yaml", "cover {gap}.", "cover {gap:d}.", "cannot fill {gap:d}"),
        ("replies/en.yaml", "cover {gap}.", "cover {}.", "the placeholders here are: {gap}"),
        ("dose.yaml", "  no_weight:", "  no_wait:", "says.no_weight is missing"),
        ("dose.yaml", "I read: {words}", "I read: {word}", "says.read cannot fill {word}"),
    ],
)
def test_a_text_that_could_not_be_said_is_told(
    base: Path, file: str, old: str, new: str, said: str
) -> None:
    edit(base / file, old, new)
    assert any(f.startswith(f"{file}:") and said in f for f in faults(base))


def test_a_text_may_leave_a_placeholder_out(base: Path) -> None:
    edit(base / "replies" / "en.yaml", "characters {start} to {end}.", "from character {start}.")
    load(base)


def test_a_date_that_is_none_is_told_with_its_line(base: Path) -> None:
    topic = base / "topics" / "alcohol.yaml"
    lines = topic.read_text(encoding="utf-8").splitlines()
    lines.append("since: 2027-02-30")
    topic.write_text("\n".join(lines), encoding="utf-8")
    assert any(f"alcohol.yaml:{len(lines)}: " in f for f in faults(base))


def test_a_folder_without_knowledge_is_told(tmp_path: Path) -> None:
    assert "no knowledge base here" in faults(tmp_path)[0]


@pytest.mark.parametrize(
    ("text", "at", "inside"),
    [
        ("take 0.5 mg", 6, True),
        ("take 0.5 mg", 7, True),
        ("take 0.5 mg", 5, False),
        ("take 0.5 mg", 8, False),
        ("1-2 weeks. Then", 10, False),
        ("anti-acne", 5, True),
        ("acne.", 4, False),
    ],
)
def test_edges_inside_words_and_numbers_are_seen(text: str, at: int, *, inside: bool) -> None:
    assert inside_word(text, at) is inside


@given(st.text(max_size=40))
def test_the_ends_of_a_text_are_never_inside_a_word(text: str) -> None:
    assert not inside_word(text, 0)
    assert not inside_word(text, len(text))


def test_what_red_flags_say_of_a_gap_must_be_of_one_that_is_there(base: Path) -> None:
    edit(base / "triage" / "after.yaml", "going_on: [missed-dose", "going_on: [mist-dose")
    assert any("going_on: no passage or topic 'mist-dose'" in fault for fault in faults(base))


def test_a_question_that_cannot_be_one_is_told_and_no_traceback(base: Path) -> None:
    folder = base / "questions" / "en"
    for name, entry in (("what", "- ''"), ("why", "- ' '"), ("duration", f"- {'x y ' * 501}")):
        edit(folder / f"{name}.yaml", "voices:\n", f"voices:\n  me:\n  {entry}\n")
    (folder / "No_Name.yaml").write_text("voices: {me: [what is it for]}", encoding="utf-8")
    found = faults(base)
    for name in ("what", "why", "duration"):
        assert f"questions/en/{name}.yaml:4: a question has words, and up to 2000 characters" in (
            found
        )
    assert "questions/en/No_Name.yaml:1: there is no passage or topic 'No_Name'" in found
    assert len(found) == 4


def test_an_id_that_is_not_the_files_hides_no_other_fault(base: Path) -> None:
    for file in ("passages/what.yaml", "topics/sun.yaml"):
        edit(base / file, "id: ", "id: other-")
        edit(base / file, "review: {by: null", "review: {by: Dr A")
    edit(base / "passages" / "what.yaml", "start: 42", "start: 43")
    found = "\n".join(faults(base))
    assert "passages/what.yaml:1: id 'other-what' is not the file's name" in found
    assert "passages/what.yaml:4: the quote is cut inside a word" in found
    assert "topics/sun.yaml:1: id 'other-sun' is not the file's name" in found
    assert found.count("needs both") == 2


def test_a_name_stands_for_one_thing_and_every_file_is_read(base: Path) -> None:
    topics = base / "topics"
    text = (topics / "sun.yaml").read_text(encoding="utf-8")
    for name in ("what", "unrelated", "chat-sun"):
        (topics / f"{name}.yaml").write_text(text.replace("id: sun", f"id: {name}"), "utf-8")
    (base / "triage" / "rows-4.yml").write_text("rows: {}", encoding="utf-8")
    found = faults(base)
    assert "topics/what.yaml:1: there is a passage 'what' as well" in found
    for name in ("unrelated", "chat-sun"):
        assert (
            f"topics/{name}.yaml:1: {name!r} is a label of the bot's own; choose another id"
            in found
        )
    assert "triage/rows-4.yml:1: is not read: its name has to end in .yaml" in found


def test_a_signature_without_a_name_is_none(base: Path) -> None:
    nobody = "review: {by: ' ', 'on': 2026-11-30}"
    edit(base / "topics" / "sun.yaml", "review: {by: null, 'on': null}", nobody)
    assert any("needs both" in f for f in faults(base))


def test_red_flags_and_doses_are_signed_like_passages(base: Path) -> None:
    unsigned = load(base).checked["reviews"]
    for file in ("triage/rows-2.yaml", "triage/questions.yaml", "dose.yaml"):
        edit(base / file, "by: null", "by: Dr A")
        edit(base / file, "'on': null", "'on': 2026-11-30")
    signed = load(base).checked
    assert (signed["reviews"], signed["reviews signed"]) == (unsigned, 3)


def test_a_half_signed_red_flag_or_dose_is_told_with_its_line(base: Path) -> None:
    for file in ("triage/rows-2.yaml", "dose.yaml"):
        edit(base / file, "by: null", "by: Dr A")
    found = [fault for fault in faults(base) if "needs both" in fault]
    assert len(found) == 2
    assert any(fault.startswith("triage/rows-2.yaml:") for fault in found)
    assert any(fault.startswith("dose.yaml:4:") for fault in found)


def test_a_dose_that_its_passage_does_not_state_is_refused(base: Path) -> None:
    edit(base / "dose.yaml", 'start: {mg_per_kg: "0.5"', 'start: {mg_per_kg: "0.6"')
    edit(base / "dose.yaml", 'maximum: {mg_per_kg: "2"', 'maximum: {mg_per_kg: "20"')
    assert faults(base) == [
        "dose.yaml:6: 0.6 does not stand in the passage 'dose-start'",
        "dose.yaml:8: 20 does not stand in the passage 'dose-increase'",
    ]


@pytest.mark.parametrize("text", ["0.5 mg", "at 0,5 mg", "mg 0.5.", "0.5"])
def test_a_number_is_found_as_it_may_be_written(text: str) -> None:
    assert stands_in(Decimal("0.50"), text)


@pytest.mark.parametrize("text", ["10.5 mg", "0.55 mg", "0.5.1", "5 mg", "1,0.5", ""])
def test_a_part_of_another_number_is_not_that_number(text: str) -> None:
    assert not stands_in(Decimal("0.5"), text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('least_kg: "30"', 'least_kg: "300"'),
        ("doses_a_day: [1, 2]", "doses_a_day: [0]"),
        ("pounds_in_stone: 14", "pounds_in_stone: 41"),
        ('kg_in_pound: "0.45359237"', 'kg_in_pound: "4.5359237"'),
    ],
)
def test_a_slip_of_the_keys_in_the_dose_rules_is_refused(
    tmp_path: Path, old: str, new: str
) -> None:
    file = Path(shutil.copy(packaged() / "dose.yaml", tmp_path))
    edit(file, old, new)
    found: list[Fault] = []
    assert parse(file, tmp_path, DoseRules, found) is None
    assert all(fault.file == "dose.yaml" and fault.line > 1 for fault in found)


def test_a_text_that_is_empty_or_shows_nothing_of_the_quote_is_refused() -> None:
    packaged_ones = {"quoted": "“{quote}”", "disclaimer": "No advice.", "none": ""}
    own = {"quoted": "“quote”", "disclaimer": " ", "none": ""}
    assert list(unfit(own, packaged_ones)) == [
        ("quoted", "leaves out all that is filled in: {quote}"),
        ("disclaimer", "is empty"),
    ]
    assert not list(unfit(packaged_ones, packaged_ones))
