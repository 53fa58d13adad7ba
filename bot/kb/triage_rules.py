"""The shapes of ``knowledge/triage/*.yaml`` and what must hold when they are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from bot.kb.models import Frozen, Review, Urgency, Verified
from bot.kb.reviews import half_signed
from bot.kb.triage_index import Index, make_index
from bot.kb.triage_phrases import Phrase, read_phrase
from bot.kb.triage_spelling import Speller, make_speller
from bot.kb.yaml_file import Fault, Loc, line_of, read, told

RowId = Annotated[str, Field(pattern=r"^RF\d\d$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Status = Literal["denied", "asked", "supposed", "past", "finished", "told", "fiction", "idiom"]


class Rule(Frozen):
    """When a row is raised: ``if`` are concepts joined by ``+``, each ``a|b`` for either.

    ``within``: how close they must be. ``unless``: concepts that call it off: for an emergency
    in the same sentence, else also in the sentence before or after.
    ``even``: states that do not matter here, e.g. ``past`` for blood already given. ``drug``: only
    where the talk is of isotretinoin. ``urgency``: where it differs from the row's.
    A concept with ``~`` before it counts whatever its state.
    """

    if_: str = Field(alias="if")
    within: Literal["clause", "sentence", "message"] = "message"
    unless: tuple[Name, ...] = ()
    even: tuple[Status, ...] = ()
    drug: bool = False
    urgency: Urgency | None = None
    longest: int | None = None  # words; a longer message is about something else as well
    sure: bool = False  # the second opinion does not doubt it

    @cached_property
    def wanted(self) -> tuple[tuple[str, ...], ...]:
        """The concepts: all of the outer, any of the inner; ``~`` kept."""
        return tuple(
            tuple(name.strip() for name in side.split("|")) for side in self.if_.split("+")
        )

    def names(self) -> set[str]:
        """Every concept that the rule speaks of."""
        return {n.removeprefix("~") for side in self.wanted for n in side} | set(self.unless)


class Row(Frozen):
    """A red flag: when it is raised and what is said, in two sentences (``say``).

    ``line``: one sentence where something more urgent is said first. ``safety``: one sentence
    beside the answer to a question that only asks about it. ``say_at``: said in place of ``say``
    where a rule sets another urgency. ``call``: which numbers are shown. ``covers``:
    lesser rows that need not be said as well. ``after``: rows that are said first where both are
    as urgent; ``last``: it is said after all others of its urgency. ``ahead``: said before what is
    more urgent, where this row was found at that urgency. ``named``: concepts that name it in a
    question, which is no sign yet, but is one with "i have it" behind; ``claimed``: the urgency
    then, where it differs. ``another``: said as well where the message speaks of somebody else.
    """

    title: str
    urgency: Urgency
    say: str = Field(min_length=1, max_length=420)
    line: str = Field(min_length=1, max_length=200)
    safety: str = Field(min_length=1, max_length=260)
    say_at: Mapping[Urgency, Annotated[str, Field(min_length=1, max_length=420)]] = {}
    call: Literal["emergency", "crisis", "poison", "prescriber"]
    covers: tuple[RowId, ...] = ()
    after: tuple[RowId, ...] = ()
    last: bool = False
    ahead: Mapping[Urgency, Annotated[str, Field(min_length=1, max_length=220)]] = {}
    rules: tuple[Rule, ...] = Field(min_length=1)
    named: tuple[Name, ...] = ()
    claimed: Urgency | None = None
    another: str = Field(default="", max_length=120)
    examples: tuple[str, ...] = ()
    lookalikes: tuple[str, ...] = ()
    authority: str
    section: str = ""
    verified: Verified
    review: Review = Review()

    @property
    def levels(self) -> frozenset[Urgency]:
        """The urgencies that the row has words or rules for."""
        by_rule = {rule.urgency for rule in self.rules if rule.urgency}
        return frozenset({self.urgency, *self.say_at, *by_rule})


DOUBT = "doubt"  # begins the name of a question that the second opinion asks


class Asked(Frozen):
    """What we ask back where a message may or may not be a red flag.

    ``yes``: the row if the person says yes; ``no``: the row that still holds after a clear no, and
    ``no_level`` its urgency then, where it differs from the row's; ``alert``: raised with the
    question already. ``level``: the urgency on yes where it differs from the row's. ``doubt``: the
    second opinion saw no red flag, so that only a yes raises one; else whatever is no clear no
    does. ``signs``: rows that are a sign we asked about; an answer that raises one is a yes, at
    that urgency. ``matching``: a row that the answer raises counts in place of ``yes``. ``firm``:
    the second opinion, which cannot tell the two apart, does not raise ``yes`` in its place.
    ``no_if``: rules by which an answer is a no in other words ("amoxicillin" is none of the
    antibiotics that we named), ``yes_if``: by which it is a yes ("not yet"). ``beside``: concepts
    that may stand beside a clear no ("no, just hungry").
    """

    ask: str
    now: str  # what to do at once if it is so, shown with the question
    yes: RowId
    no: RowId | None = None
    no_level: Urgency | None = None
    alert: RowId | None = None
    level: Urgency | None = None
    doubt: bool = False
    signs: Mapping[RowId, Urgency] = {}
    matching: bool = False
    firm: bool = False
    no_if: tuple[Rule, ...] = ()
    yes_if: tuple[Rule, ...] = ()
    beside: tuple[Name, ...] = ()


class Question(Asked):
    """A question of the knowledge base, with the rules that call for it."""

    rules: tuple[Rule, ...] = Field(min_length=1)
    examples: tuple[str, ...] = ()
    review: Review = Review()


class Line(Frozen):
    """A number to call. Only a verified one is shown; see ``docs/safety.md``."""

    number: str
    name: str
    authority: str
    verified: Verified | None = None


class Country(Frozen):
    """The numbers of a country by need; a missing one is 'your local emergency number'."""

    name: str
    emergency: Line | None = None
    crisis: Line | None = None
    poison: Line | None = None


class Frame(Frozen):
    """Words that change how a sign is meant. ``reach``: where they must stand to do so.

    ``before``: earlier in the sentence; ``sentence``: anywhere in it; ``message``: earlier in
    the sentence, and in other sentences without a word of ``until``. A later clause with one of
    the words ``until`` speaks of something else again.
    """

    reach: Literal["before", "sentence", "message"]
    phrases: tuple[str, ...]
    until: tuple[str, ...] = ()


class Wording(Frozen):
    """The fixed sentences of an alert."""

    not_clinician: str
    also: str
    no_number: str
    local: str
    prescriber: str
    only_asking: str
    yes: str
    no: str
    unsure: str
    doubt: str  # asked back where the rules and the second opinion differ
    closed: str  # said after a clear no to a question of ours
    labels: Mapping[Literal["emergency", "crisis", "poison"], str]
    urgencies: Mapping[Urgency, str]


class TriageFile(Frozen):
    """Everything in ``knowledge/triage`` put together."""

    joins: Mapping[str, str]  # two words read as one
    spelling: Mapping[str, str]  # as written -> as meant (may be several words)
    censored: tuple[str, ...]  # words that people mask, e.g. su*cide
    ordinary: tuple[str, ...]  # real words that must not be taken for a misspelt concept word
    idioms: tuple[str, ...]  # sayings that mean nothing, removed first
    denials: tuple[str, ...]
    not_denials: tuple[str, ...]
    until: tuple[str, ...]  # words that end a denial
    subjects: tuple[str, ...]  # words that show that a clause is more than an item of a list
    present: tuple[str, ...]  # words that make a clause one about now
    past_verbs: tuple[str, ...]  # and those that make it one about then
    current: tuple[str, ...]  # and those that do so beside "years ago"
    frames: Mapping[Status, Frame]
    concepts: Mapping[Name, tuple[str, ...]]
    rows: Mapping[RowId, Row]
    questions: Mapping[Name, Question]
    countries: Mapping[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Country]
    wording: Wording
    answers: Mapping[Literal["yes", "no", "so"], tuple[str, ...]]
    no_words: tuple[str, ...]  # words that may stand in a clear no to a question of ours


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


Wrong = tuple[Loc, str]
"""Where something is wrong in the rules put together, and what."""
_Lines = Mapping[str, Sequence[tuple[Loc, Phrase]]]
"""The phrases of each list, with where each stands."""


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
    lines, wrong = _read_lines(file)
    wrong += [*half_signed(file), *_no_concepts(file), *_no_rows(file), *_unfit_groups(lines)]
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


def _no_concepts(file: TriageFile) -> Iterator[Wrong]:
    """Concepts that a rule, or a row's ``named``, names and that are not there."""
    named: list[tuple[Loc, str, Iterable[str]]] = []
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


def _no_rows(file: TriageFile) -> Iterator[Wrong]:
    """Rows that a question or another row names and that are not there."""
    for owner, question in file.questions.items():
        for row in dict.fromkeys((question.yes, question.no, question.alert, *question.signs)):
            if row is not None and row not in file.rows:
                yield ("questions", owner), f"question {owner}: no row {row}"
    for owner, said in file.rows.items():
        for row in (*said.covers, *said.after):
            if row not in file.rows:
                yield ("rows", owner), f"{owner}: no row {row}"


def _read_lines(file: TriageFile) -> tuple[_Lines, list[Wrong]]:
    """Every phrase, read once; and the lines that are not in the language of phrases."""
    joins = dict(file.joins)
    lists: dict[str, tuple[Loc, Sequence[str]]] = {
        name: (("concepts", name), lines) for name, lines in file.concepts.items()
    }
    lists |= {
        "Idiom": (("idioms",), file.idioms),
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


def _unfit_groups(lines: _Lines) -> Iterator[Wrong]:
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
