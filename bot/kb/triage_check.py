"""What must hold among the red flags put together: names that are there, phrases that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.kb.triage_file import TriageFile
from bot.kb.triage_phrases import Phrase, read_phrase
from bot.kb.yaml_file import Loc

Wrong = tuple[Loc, str]
"""Where something is wrong in the rules put together, and what."""
Lines = Mapping[str, Sequence[tuple[Loc, Phrase]]]
"""The phrases of each list, with where each stands."""


def read_lines(file: TriageFile) -> tuple[Lines, list[Wrong]]:
    """Every phrase, read once; and the lines that are not in the language of phrases."""
    joins = dict(file.joins)
    lists: dict[str, tuple[Loc, Sequence[str]]] = {
        name: (("concepts", name), lines) for name, lines in file.concepts.items()
    }
    lists |= {
        "Idiom": (("idioms",), file.idioms),
        "Lookalike": (("lookalikes",), file.lookalikes),
        "Denial": (("denials",), file.denials),
        "NotDenial": (("not_denials",), file.not_denials),
        "Until": (("until",), file.until),
    }
    for status, frame in file.frames.items():
        lists[f"Frame_{status}"] = (("frames", status, "phrases"), frame.phrases)
    for answer, said in file.answers.items():
        lists[f"Answer_{answer}"] = (("answers", answer), said)
    found: dict[str, list[tuple[Loc, Phrase]]] = {name: [] for name in lists}
    wrong: list[Wrong] = []
    for name, (loc, lines) in lists.items():
        for number, line in enumerate(lines):
            at = (*loc, number)
            try:
                found[name] += [(at, phrase) for phrase in read_phrase(line, joins)]
            except ValueError as why:
                wrong.append((at, f"{line!r}: {why}"))
    return found, wrong


def no_concepts(file: TriageFile) -> Iterator[Wrong]:
    """Concepts that a rule, or a row's ``named``, names and that are not there."""
    named: list[tuple[Loc, str, Iterable[str]]] = []
    for key, signs in (("pieces", file.pieces), ("stands_for", file.stands_for)):
        named += [((key, owner), owner, [name]) for owner, name in signs.items()]
    named.append((("loose",), "loose", file.loose))
    for owner, explains in file.explained.items():
        named += [(("explained", owner, n), owner, r.names()) for n, r in enumerate(explains)]
    for owner, row in file.rows.items():
        named.append((("rows", owner, "named"), owner, row.named))
        named += [(("rows", owner, "rules", n), owner, r.names()) for n, r in enumerate(row.rules)]
    for owner, question in file.questions.items():
        named.append((("questions", owner, "beside"), owner, question.beside))
        answers = (("no_if", question.no_if), ("yes_if", question.yes_if))
        for kind, rules in (("rules", question.rules), *answers):
            named += [
                (("questions", owner, kind, n), owner, rule.names())
                for n, rule in enumerate(rules)
            ]
    for where, owner, names in named:
        for name in sorted(set(names) - set(file.concepts)):
            yield where, f"{owner}: no concept {name!r}"


def no_rows(file: TriageFile) -> Iterator[Wrong]:
    """Rows that a question or another row names and that are not there."""
    for owner, question in file.questions.items():
        for row in dict.fromkeys((question.yes, question.no, question.alert, *question.signs)):
            if row is not None and row not in file.rows:
                yield ("questions", owner), f"question {owner}: no row {row}"
    for key, rows in (
        ("stands_for", file.stands_for),
        ("explained", file.explained),
        ("stays", file.stays),
    ):
        for row in rows:
            if row not in file.rows:
                yield (key,), f"{key}: no row {row}"
    for owner, said in file.rows.items():
        for row in (*said.covers, *said.after):
            if row not in file.rows:
                yield ("rows", owner), f"{owner}: no row {row}"


def unfit_groups(lines: Lines) -> Iterator[Wrong]:
    """Phrases that speak of a ``<concept>`` which cannot stand there."""
    inside = {
        name: {group for _, phrase in held for group in _groups(phrase)}
        for name, held in lines.items()
    }
    split = {name for name, held in lines.items() if any(len(one.parts) > 1 for _, one in held)}
    for name, held in lines.items():
        for loc, phrase in held:
            for group in sorted(_groups(phrase)):
                if group not in lines:
                    yield loc, f"no concept {group!r}"
                elif group in split:
                    yield loc, f"<{group}> has phrases with &"
                elif name in _below(group, inside):
                    yield loc, f"{name} is defined by itself"


def _groups(phrase: Phrase) -> set[str]:
    return {group for part in phrase.parts for element in part for group in element.groups}


def _below(name: str, inside: Mapping[str, set[str]]) -> set[str]:
    """A concept and all that it is defined by."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += inside.get(one, ())
    return found
