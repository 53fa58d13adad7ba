"""The red flags made ready: ``knowledge/triage/*.yaml`` read, put together and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.kb.models import Urgency
from bot.kb.reviews import half_signed
from bot.kb.triage_check import no_concepts, no_rows, read_lines, unfit_groups
from bot.kb.triage_file import DOUBT, Asked, TriageFile
from bot.kb.triage_index import Index, make_index
from bot.kb.triage_spelling import Speller, make_speller
from bot.kb.yaml_file import Fault, Loc, line_of, read, told


@dataclass(frozen=True)
class TriageRules:
    """The rules as the engine uses them: the file, and its phrases read once."""

    file: TriageFile
    index: Index
    speller: Speller

    def asked(self, name: str | None) -> Asked | None:
        """The question of this name; None where there is none, or no name.

        Beside those of the knowledge base, ``doubt RF10 today`` asks whether a row's sign is
        there at all, and shows what to do if so.
        """
        if name is None:
            return None
        kind, _, rest = name.partition(" ")
        row_id, _, level = rest.partition(" ")
        row = self.file.rows.get(row_id)
        if kind != DOUBT or row is None:
            return self.file.questions.get(name)
        say = {str(at): words for at, words in row.say_at.items()}
        return Asked(
            ask=self.file.wording.doubt,
            now=say.get(level, row.say),
            yes=row_id,
            level=level or row.urgency,
            doubt=True,
        )

    def level(self, question: Asked) -> Urgency:
        """How urgent a yes to a question is."""
        return question.level or self.file.rows[question.yes].urgency


class TriageError(ValueError):
    """The rules do not check; ``faults`` says all that is wrong, each with its file and line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def load_triage(folder: Path) -> TriageRules:
    """Read ``triage/*.yaml``, check it and make it ready.

    Raises:
        TriageError: with every fault that can be told before the first of them is mended.
    """
    found = {path: read(path, folder.parent) for path in sorted(folder.glob("*.yaml"))}
    if not found:
        raise TriageError([Fault(folder.name, 1, "no triage rules; *.yaml files belong in here")])
    unread = [data for data in found.values() if isinstance(data, Fault)]
    parts = {path: data for path, data in found.items() if not isinstance(data, Fault)}
    merged, twice = _merged(parts, folder.parent)
    if unread or twice:
        raise TriageError([*unread, *twice])
    try:
        file = TriageFile.model_validate(merged)
    except ValidationError as why:
        raise TriageError([_fault(parts, folder, *one) for one in told(why)]) from None
    lines, wrong = read_lines(file)
    wrong += [*half_signed(file), *no_concepts(file), *no_rows(file), *unfit_groups(lines)]
    if wrong:
        raise TriageError([_fault(parts, folder, *one) for one in wrong])
    lexicon = {name: tuple(phrase for _, phrase in held) for name, held in lines.items()}
    speller = make_speller(
        lexicon,
        spelling=file.spelling,
        joins=file.joins,
        censored=file.censored,
        ordinary=file.ordinary,
    )
    return TriageRules(file, make_index(lexicon), speller)


_Files = Mapping[Path, dict[str, Any]]


def _merged(parts: _Files, root: Path) -> tuple[dict[str, Any], list[Fault]]:
    """The files as one, lists of names put together; and what stands in two of them."""
    merged: dict[str, Any] = {}
    faults: list[Fault] = []
    for path, data in parts.items():
        for key, value in data.items():
            there = merged.get(key, {})
            both = isinstance(value, dict) and isinstance(there, dict)
            twice = [(key, name) for name in value if name in there] if both else [(key,)]
            for loc in twice if key in merged else ():
                what = f"{'.'.join(map(str, loc))} stands in another file as well"
                name = path.relative_to(root).as_posix()
                faults.append(Fault(name, line_of(path, loc), what))
            merged[key] = there | value if both else value
    return merged, faults


def _fault(parts: _Files, folder: Path, loc: Loc, what: str) -> Fault:
    """The same with the file that holds it, or would."""
    holders = [path for path, data in parts.items() if loc[0] in data]
    exact = [path for path in holders if loc[1:2] and _has(parts[path][str(loc[0])], loc[1])]
    for path in (*exact, *holders):
        return Fault(f"{folder.name}/{path.name}", line_of(path, loc), what)
    return Fault(folder.name, 1, what)


def _has(held: object, name: int | str) -> bool:
    return isinstance(held, dict) and name in held
