"""A draft is a patch that git takes, that checks, and that nobody has signed yet."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.kb import draft
from bot.kb.knowledge import packaged
from bot.kb.loading import load
from bot.kb.models import Passage, QuestionFile, Topic
from bot.kb.yaml_file import Fault, parse

KB = load(packaged())
NOTE = {
    "text": "Our own words on it: short, plain; #1 “quoted” and long enough to be folded twice. "
    * 3,
    "authority": "NHS",
    "section": "isotretinoin: key facts",
    "verified": "official",
    "verdict": "",
}


def applied(made: draft.Draft, base: Path) -> None:
    """Take the patch as a curator does, in a checkout."""
    command = ["git", "apply", "--unidiff-zero", "-p1", "-"]
    subprocess.run(command, input=made.patch.encode(), cwd=base.parent, check=True)


def test_a_question_is_added_in_the_curators_voice_and_the_base_still_checks(base: Path) -> None:
    for text in ("is a zebra fit for it: yes or no?", 'and "quoted" # ones'):
        applied(draft.question(KB, base, "en", "why", text), base)
    held = [one for one in load(base).examples if one.voice == draft.VOICE]
    assert [(one.text, one.labels) for one in held] == [
        ("is a zebra fit for it: yes or no?", ("why",)),
        ('and "quoted" # ones', ("why",)),
    ]


@pytest.mark.parametrize("name", ["why", "tattoos-piercings"])
@pytest.mark.parametrize("verdict", ["", "narrower"])
def test_a_note_is_added_unsigned_and_nothing_else_changes(
    base: Path, name: str, verdict: str
) -> None:
    made = draft.note(KB, base, name, {**NOTE, "verdict": verdict})
    assert [line for line in made.patch.splitlines() if re.match(r"-(?!--)", line)] in (
        [],
        ["-notes: []"],
    )
    applied(made, base)
    model: type[Passage | Topic] = Passage if name in KB.passages else Topic
    faults: list[Fault] = []
    held = parse(base.parent / made.name, base, model, faults)
    assert held is not None, faults
    old = KB.passages.get(name) or KB.topics[name]
    assert held.notes[:-1] == old.notes
    added = held.notes[-1]
    assert (added.text, added.authority) == (NOTE["text"].strip(), "NHS")
    assert added.review.by is None
    assert (added.verdict.value if added.verdict else "") == verdict


@pytest.mark.parametrize(
    ("label", "text", "why"),
    [
        ("why", "Nothing works on my ACNE", "the same question stands in why"),
        ("what", "antibiotics faild, now what", "why has nearly the same question"),
        ("nowhere", "a new question on zebras", "no passage or topic 'nowhere'"),
        ("../../why", "a new question on zebras", "no passage or topic"),
        ("why", "  ", "1 to 2000 characters"),
    ],
)
def test_a_question_that_is_not_taken_says_why(label: str, text: str, why: str) -> None:
    with pytest.raises(draft.DraftError, match=re.escape(why)):
        draft.question(KB, packaged(), "en", label, text)


@pytest.mark.parametrize(
    ("name", "wrong", "why"),
    [
        ("why", {"authority": " "}, "the authority that it rests on"),
        ("why", {"text": ""}, "1 to 400 characters"),
        ("why", {"text": "x" * 401}, "1 to 400 characters"),
        ("why", {"verified": "hearsay"}, "how far that was read"),
        ("why", {"text": KB.passages["why"].notes[0].text.upper()}, "has this note already"),
        ("nowhere", {}, "no passage or topic 'nowhere'"),
    ],
)
def test_a_note_that_is_not_taken_says_why(name: str, wrong: dict[str, str], why: str) -> None:
    with pytest.raises(draft.DraftError, match=why):
        draft.note(KB, packaged(), name, {**NOTE, **wrong})


def test_a_file_in_another_form_is_left_to_the_curators_hand(base: Path) -> None:
    file = base / "questions" / "en" / "why.yaml"
    file.write_text('voices: {founder: ["is it the last resort"]}\n', encoding="utf-8")
    with pytest.raises(draft.DraftError, match=r"why\.yaml is not written line by line"):
        draft.question(KB, base, "en", "why", "a new question on zebras")
    topic = base / "topics" / "alcohol.yaml"
    topic.write_text("id: alcohol\ntitle: Alcohol\ngap: alcohol\n", encoding="utf-8")
    with pytest.raises(draft.DraftError, match=r"alcohol\.yaml is not written line by line"):
        draft.note(KB, base, "alcohol", NOTE)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=80))
def test_whatever_is_typed_is_read_back_or_refused(text: str, tmp_path: Path) -> None:
    root = packaged()
    try:
        made = draft.question(KB, root, "en", "blood-donation", text)
    except draft.DraftError:
        return
    added = [line[1:] for line in made.patch.splitlines() if re.match(r"\+(?!\+\+)", line)]
    file = tmp_path / "added.yaml"
    file.write_text("voices:\n" + "\n".join(added) + "\n", encoding="utf-8")
    faults: list[Fault] = []
    read = parse(file, tmp_path, QuestionFile, faults)
    assert read is not None, faults
    assert read.voices[draft.VOICE] == (draft.one_line(text),)
