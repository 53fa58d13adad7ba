"""A curator's draft as a patch for ``git apply``: the repository stays the truth."""

from __future__ import annotations

import difflib
import json
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rapidfuzz import fuzz, process

from bot.kb.knowledge import Knowledge
from bot.kb.models import Example, Note
from bot.kb.text_checks import same_question
from bot.kb.yaml_file import PlainLoader

VOICE = "curator"  # who writes the drafted questions
NEAR = 93.0  # rapidfuzz ratio from which two questions are the same but for a letter or two
_WIDTH = 96
_FIELDS = ("text", "authority", "section", "verified", "verdict")


class DraftError(Exception):
    """The draft is not taken; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A patch, under the name of the file that it changes."""

    name: str
    patch: str


def question(kb: Knowledge, root: Path, language: str, label: str, text: str) -> Draft:
    """Add an example question to a passage, a gap or what is not for us.

    Raises:
        DraftError: it stands there already, or nearly so, or the label is unknown.
    """
    text = one_line(text)
    file = root / "questions" / language / f"{label}.yaml"
    if label not in {example.labels[0] for example in kb.examples} or not file.is_file():
        raise DraftError(f"there is no passage or topic {label!r}; choose one of the list")
    try:
        Example(text=text, labels=(label,), voice=VOICE)
    except ValidationError:
        raise DraftError("a question has 1 to 2000 characters") from None
    for example in kb.examples:
        if same_question(example.text) == same_question(text):
            raise DraftError(f"the same question stands in {example.labels[0]}")
    known = [one.text.casefold() for one in kb.examples]
    near = process.extractOne(text.casefold(), known, scorer=fuzz.ratio, score_cutoff=NEAR)
    if near is not None:
        held = kb.examples[near[2]]
        raise DraftError(f"{held.labels[0]} has nearly the same question: {held.text}")
    old = file.read_text(encoding="utf-8")
    wanted = _read(old)
    wanted["voices"] = {VOICE: [], **wanted["voices"]}
    wanted["voices"][VOICE].append(text)
    return _draft(root, file, lambda: _with_question(old, text), wanted)


def note(kb: Knowledge, root: Path, name: str, fields: Mapping[str, str]) -> Draft:
    """Add a note of ours to a passage or a gap; nobody has signed it.

    ``fields``: text, authority, section, verified, verdict (may be empty).

    Raises:
        DraftError: a field cannot be used, or the note stands there already.
    """
    held = kb.passages.get(name) or kb.topics.get(name)
    if held is None:
        raise DraftError(f"there is no passage or topic {name!r}; choose one of the list")
    try:
        given = {key: one_line(fields.get(key, "")) for key in _FIELDS}
        made = Note.model_validate({**given, "verdict": given["verdict"] or None})
    except ValidationError:
        raise DraftError(
            "a note has a text of 1 to 400 characters, the authority that it rests on,"
            " and how far that was read"
        ) from None
    if any(same_question(one.text) == same_question(made.text) for one in held.notes):
        raise DraftError(f"{name} has this note already")
    folder = "passages" if name in kb.passages else "topics"
    file = root / folder / f"{name}.yaml"
    old = file.read_text(encoding="utf-8")
    wanted = _read(old)
    shown = made.model_dump(mode="json", exclude={"more"})
    added = {key: value for key, value in shown.items() if value is not None}
    wanted["notes"] = [*(wanted.get("notes") or []), added]
    return _draft(root, file, lambda: _with_note(old, made), wanted)


def one_line(text: str) -> str:
    """A text with single spaces and nothing that cannot be seen."""
    shown = (char if char.isprintable() else " " for char in text)
    return " ".join("".join(shown).split())


def _draft(root: Path, file: Path, make: Callable[[], str], wanted: dict[str, Any]) -> Draft:
    """The unified diff from the file to what ``make`` writes, if that reads as ``wanted``."""
    old = file.read_text(encoding="utf-8")
    path = file.relative_to(root.parent).as_posix()
    try:
        new = make()
        reads = _read(new) == wanted
    except (yaml.YAMLError, LookupError, AttributeError):
        reads = False
    if not reads:
        raise DraftError(f"{path} is not written line by line as others are; add it there by hand")
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return Draft(path, "".join(lines))


def _with_question(old: str, text: str) -> str:
    """The file with one more question, in the curator's voice."""
    voices = _held(old)["voices"]
    at, entry = voices.value[0][1].start_mark.column, f"- {_quoted(text)}\n"
    for key, held in voices.value:
        if key.value == VOICE:
            return _inserted(old, held.end_mark.line, " " * held.start_mark.column + entry)
    indent = " " * voices.value[0][0].start_mark.column
    return _inserted(old, voices.end_mark.line, f"{indent}{VOICE}:\n{' ' * at}{entry}")


def _with_note(old: str, made: Note) -> str:
    """The file with one more note, which nobody has signed."""
    notes = _held(old)["notes"]
    bare = notes.flow_style  # notes: []
    dash = " " * (2 if bare else notes.start_mark.column)
    folded = textwrap.wrap(made.text, _WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    fields = [
        "text: >-",
        *(f"  {line}" for line in folded),
        f"authority: {_quoted(made.authority)}",
        f"section: {_quoted(made.section)}",
        f"verified: {made.verified.value}",
        *([f"verdict: {made.verdict.value}"] if made.verdict else []),
        "review: {by: null, 'on': null}",
    ]
    block = "".join(f"{dash}{'- ' if not n else '  '}{line}\n" for n, line in enumerate(fields))
    if not bare:
        return _inserted(old, notes.end_mark.line, block)
    lines = old.splitlines(keepends=True)
    lines[notes.start_mark.line] = "notes:\n" + block
    return "".join(lines)


def _read(text: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(text, Loader=PlainLoader)  # noqa: S506 - a safe loader
    return found


def _held(text: str) -> dict[str, Any]:
    """The nodes of a mapping by their keys, with the places where they stand."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert isinstance(root, yaml.MappingNode)
    return {key.value: held for key, held in root.value}


def _inserted(text: str, line: int, block: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:line], block, *lines[line:]])


def _quoted(text: str) -> str:
    """A text as YAML in double quotes, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
