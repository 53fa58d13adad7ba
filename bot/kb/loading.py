"""Loading a knowledge base from its files, and checking it: every fault with its file and line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.kb.dose_rules import DoseRules
from bot.kb.knowledge import CHAT, ELSEWHERE, NOT_FOR_US, Knowledge, KnowledgeError, packaged
from bot.kb.models import (
    LONGEST_QUESTION,
    Example,
    Origin,
    Passage,
    QuestionFile,
    Source,
    Topic,
    digest,
)
from bot.kb.no_doses import amounts_in
from bot.kb.replies import Replies, unfit
from bot.kb.reviews import half_signed, reviews
from bot.kb.text_checks import inside_word, same_question, stands_in
from bot.kb.triage_rules import TriageError, TriageRules, load_triage
from bot.kb.words import Words
from bot.kb.yaml_file import Fault, Loc, Model, line_of, parse

FEWEST = 8  # example questions of each passage beside the base (docs/matching.md)
READ_BY_MATCHER = {"drug", "not_drug", "spelling"}  # of words.yaml
RULES = ("triage", "alarms", "replies", "dose.yaml")  # the base's alone


def load(directory: Path, language: str = "en", base: Knowledge | None = None) -> Knowledge:
    """Load and check a knowledge base.

    ``base``: the one that this one stands beside. Red flags, dose rules and replies are then the
    base's, and a folder that brings its own does not check.

    Raises:
        KnowledgeError: with every fault, each with its file and line.
    """
    return _Loader(directory, language, base).load()


def stands_beside(directory: Path) -> bool:
    """Whether a folder holds a document alone, without rules of its own."""
    return not any((directory / name).exists() for name in RULES)


@dataclass
class _Loader:
    """Collects faults over all files, so that a curator sees them at once."""

    root: Path
    language: str
    base: Knowledge | None = None
    faults: list[Fault] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)

    def load(self) -> Knowledge:
        if missing := self._missing():
            raise KnowledgeError([missing])
        source = self._source()
        passages = self._folder("passages", Passage)
        topics = self._folder("topics", Topic)
        self._check_names(passages, topics)
        words = self._words()
        replies, triage, dose = self._rules()
        if source is not None:
            self._check_spans(source, passages)
        if dose is not None and self.base is None:
            self._check_dose(dose, passages, topics, source)
        if source is not None and dose is not None and self.base is not None:
            for file, loc, amount in amounts_in(source, passages, topics, dose.reads):
                what = "a clinic's document gives no doses, they are the base's: take out"
                self._fault(file, loc, f"{what} {amount!r}")
        self._check_subjects(passages, topics, triage)
        examples = self._examples({**passages, **topics}, replies)
        self._check_reviews("passages", passages)
        self._check_reviews("topics", topics)
        if self.faults or not (source and words and replies and triage and dose):
            raise KnowledgeError(self.faults)
        return Knowledge(
            source=source,
            passages=passages,
            topics=topics,
            examples=examples,
            words=words,
            replies=replies,
            triage=triage,
            dose=dose,
            digest=_digest(examples, words),
            checked=dict(self.checked),
        )

    def _missing(self) -> Fault | None:
        """What is wrong where there is no knowledge base at all, or none in this language."""
        if not (self.root / "source" / "ORIGIN.yaml").is_file():
            what = "no knowledge base here: source/ORIGIN.yaml is missing"
            return Fault(str(self.root), 1, what)
        replies = self.root / "replies"
        if self.base is not None or (replies / f"{self.language}.yaml").is_file():
            return None
        known = ", ".join(sorted(one.stem for one in replies.glob("*.yaml"))) or "none"
        return Fault("replies", 1, f"LANGUAGE is {self.language!r}; there are replies in: {known}")

    def _fault(self, file: str, loc: Loc, what: str) -> None:
        self.faults.append(Fault(file, line_of(self.root / file, loc), what))

    def _one(self, file: str, model: type[Model]) -> Model | None:
        self.checked["files"] += 1
        return parse(self.root / file, self.root, model, self.faults)

    def _source(self) -> Source | None:
        origin = self._one("source/ORIGIN.yaml", Origin)
        if origin is None:
            return None
        try:
            raw = (self.root / "source" / origin.file).read_bytes()
            text = raw.decode("utf-8")
        except (OSError, UnicodeDecodeError) as why:
            self._fault("source/ORIGIN.yaml", ("file",), f"the document cannot be read: {why}")
            return None
        found = hashlib.sha256(raw).hexdigest()
        if found != origin.sha256:
            what = f"the document's SHA-256 is {found}: it changed, run `bot split` and review"
            self._fault("source/ORIGIN.yaml", ("sha256",), what)
        self.checked["sources"] += 1
        return Source(origin=origin, text=text)

    def _folder(self, folder: str, model: type[Model]) -> dict[str, Model]:
        found: dict[str, Model] = {}
        for path in sorted((self.root / folder).glob("*.yaml")):
            item = parse(path, self.root, model, self.faults)
            self.checked[folder] += 1
            if item is None:
                continue
            name = getattr(item, "id", "")
            if name != path.stem:
                self._fault(
                    f"{folder}/{path.name}", ("id",), f"id {name!r} is not the file's name"
                )
            if self.base and name in (*self.base.passages, *self.base.topics, ELSEWHERE):
                what = f"the base knows {name!r} already; choose another id, here and in the plan"
                self._fault(f"{folder}/{path.name}", ("id",), what)
            found[path.stem] = item
        return found

    def _check_names(self, passages: dict[str, Passage], topics: dict[str, Topic]) -> None:
        """Whether each name stands for one thing, and each file will be read."""
        for folder, names in (("passages", passages), ("topics", topics)):
            for name in names:
                if name in (*NOT_FOR_US, ELSEWHERE) or name.startswith(CHAT):
                    what = f"{name!r} is a label of the bot's own; choose another id"
                    self._fault(f"{folder}/{name}.yaml", ("id",), what)
        for name in sorted(set(passages) & set(topics)):
            self._fault(f"topics/{name}.yaml", ("id",), f"there is a passage {name!r} as well")
        for folder in ("passages", "topics", f"questions/{self.language}", "triage"):
            for path in sorted((self.root / folder).glob("*")):
                if path.suffix != ".yaml" and path.suffix.lower() in (".yml", ".yaml"):
                    what = "is not read: its name has to end in .yaml"
                    self.faults.append(Fault(f"{folder}/{path.name}", 1, what))

    def _words(self) -> Words | None:
        own = self._one("words.yaml", Words)
        return own.and_those_of(self.base.words) if own and self.base else own

    def _rules(self) -> tuple[Replies | None, TriageRules | None, DoseRules | None]:
        """What is said and what must be right: the base's, whatever stands beside it."""
        if self.base is None:
            replies, dose = self._replies(), self._one("dose.yaml", DoseRules)
            if replies and dose:
                self._check_texts(replies, dose)
            triage = self._triage()
            self._count_signed("triage", triage and triage.file)
            self._count_signed("dose.yaml", dose)
            return replies, triage, dose
        for name in RULES:
            if (self.root / name).exists():
                what = "a clinic's document has no red flags, doses or replies of its own"
                self.faults.append(Fault(name, 1, f"{what}: remove it"))
        return self.base.replies, self.base.triage, self.base.dose

    def _triage(self) -> TriageRules | None:
        self.checked["files"] += len(list((self.root / "triage").glob("*.yaml")))
        try:
            return load_triage(self.root / "triage")
        except TriageError as why:
            self.faults += why.faults
            return None

    def _check_subjects(
        self, passages: dict[str, Passage], topics: dict[str, Topic], triage: TriageRules | None
    ) -> None:
        """Whether what gaps and red flags say of passages and topics is of some that are there."""
        for name, topic in topics.items():
            for near in topic.nearest:
                if near not in passages and not (self.base and near in self.base.passages):
                    self._fault(f"topics/{name}.yaml", ("nearest",), f"no passage {near!r}")
        if triage is None or self.base is not None:
            return
        for key, names in (("pieces", triage.file.pieces), ("going_on", triage.file.going_on)):
            for name in sorted({*names} - {*passages, *topics}):
                self._fault("triage/after.yaml", (key,), f"{key}: no passage or topic {name!r}")

    def _replies(self) -> Replies | None:
        return self._one(f"replies/{self.language}.yaml", Replies)

    def _check_texts(self, replies: Replies, dose: DoseRules) -> None:
        """Whether they hold all that the packaged ones do, for that is what the code says."""
        ours = packaged()
        known = parse(ours / "replies" / "en.yaml", ours, Replies, self.faults)
        file = f"replies/{self.language}.yaml"
        for section, texts in known.texts.items() if known else ():
            for key, what in unfit(replies.texts.get(section, {}), texts):
                self._fault(file, ("texts", section, key), f"{section}.{key} {what}")
        rules = parse(ours / "dose.yaml", ours, DoseRules, self.faults)
        for key, what in unfit(dose.says, rules.says) if rules else ():
            self._fault("dose.yaml", ("says", key), f"says.{key} {what}")

    def _check_dose(
        self,
        dose: DoseRules,
        passages: dict[str, Passage],
        topics: dict[str, Topic],
        source: Source | None,
    ) -> None:
        if (topic := dose.course.total_topic) not in topics:
            self._fault("dose.yaml", ("course", "total_topic"), f"no topic {topic!r}")
        noted = (dose.general_passage, dose.pregnancy_passage)  # their first note is always said
        for loc, name in dose.cited():
            if name not in passages:
                self._fault("dose.yaml", loc, f"no passage {name!r}")
            elif name in noted and not passages[name].notes:
                self._fault("dose.yaml", loc, f"passage {name!r} needs a note, and has none")
        for loc, limit in dose.limits.each():
            passage = passages.get(limit.passage)
            if source and passage and not stands_in(limit.mg_per_kg, passage.quote(source)):
                what = f"{limit.mg_per_kg} does not stand in the passage {limit.passage!r}"
                self._fault("dose.yaml", loc, what)

    def _check_spans(self, source: Source, passages: dict[str, Passage]) -> None:
        if not passages:
            self.faults.append(Fault("passages", 1, "there is no passage"))
        for name, passage in passages.items():
            file, span = f"passages/{name}.yaml", passage.span
            self.checked["quotes"] += 1
            if not span.start < span.end <= len(source.text):
                self._fault(file, ("span",), f"the source has {len(source.text)} characters")
                continue
            quote = passage.quote(source)
            if digest(quote) != passage.sha256:
                self._fault(file, ("sha256",), "the words at this span are not those reviewed")
            if quote != quote.strip():
                self._fault(file, ("span",), "the quote begins or ends with white space")
            for edge in (span.start, span.end):
                if inside_word(source.text, edge):
                    what = f"the quote is cut inside a word or number at character {edge}"
                    self._fault(file, ("span",), what)

    def _examples(
        self, known: dict[str, Passage | Topic], replies: Replies | None
    ) -> tuple[Example, ...]:
        folder = f"questions/{self.language}"
        files = self._questions(folder)
        said = replies.texts.get("chat", {}) if replies else {}
        labels = {*known, *NOT_FOR_US, *(f"{CHAT}{name}" for name in said)}
        examples: list[Example] = []
        first: dict[str, str] = {}
        for label, (file, questions) in files.items():
            if label not in labels:
                self._fault(file, (), f"there is no passage or topic {label!r}")
                continue
            for voice, index, entry in _entries(questions):
                loc = ("voices", voice, index)
                text = entry if isinstance(entry, str) else entry.text
                also = () if isinstance(entry, str) else entry.also
                if not text.strip() or len(text) > LONGEST_QUESTION:
                    what = f"a question has words, and up to {LONGEST_QUESTION} characters"
                    self._fault(file, loc, what)
                    continue
                for other in also:
                    if other not in labels:
                        self._fault(file, loc, f"there is no passage or topic {other!r}")
                key = same_question(text)
                if key in first:
                    self._fault(file, loc, f"the same question stands in {first[key]}")
                first.setdefault(key, file)
                examples.append(Example(text=text, labels=(label, *also), voice=voice))
                self.checked["examples"] += 1
        for label in sorted(set(known) - set(files)):
            self.faults.append(Fault(f"{folder}/{label}.yaml", 1, "has no example question"))
        if self.base is not None:
            self._check_enough(set(known) & set(files), files, examples)
        return tuple(examples)

    def _check_enough(
        self, labels: set[str], files: dict[str, tuple[str, QuestionFile]], found: list[Example]
    ) -> None:
        """A matcher that has seen few examples of a passage recognises none of its questions."""
        told = Counter(example.labels[0] for example in found)
        for label in sorted(labels):
            if told[label] < FEWEST:
                what = f"has {told[label]} example questions; {FEWEST} are the fewest"
                self._fault(files[label][0], (), what)

    def _questions(self, folder: str) -> dict[str, tuple[str, QuestionFile]]:
        files = {}
        for path in sorted((self.root / folder).glob("*.yaml")):
            questions = parse(path, self.root, QuestionFile, self.faults)
            if questions is not None:
                files[path.stem] = (f"{folder}/{path.name}", questions)
        return files

    def _check_reviews(self, folder: str, items: Mapping[str, Passage | Topic]) -> None:
        for name, item in items.items():
            self.checked["notes"] += len(item.notes)
            self._count_signed(f"{folder}/{name}.yaml", item)

    def _count_signed(self, file: str, held: object) -> None:
        for loc, what in half_signed(held):
            self._fault(file, loc, what)
        for _, review in reviews(held):
            self.checked["reviews"] += 1
            self.checked["reviews signed"] += review.signed


def _entries(
    questions: QuestionFile,
) -> Iterator[tuple[str, int, str | QuestionFile.Shared]]:
    for voice, entries in questions.voices.items():
        for index, entry in enumerate(entries):
            yield voice, index, entry


def _digest(examples: tuple[Example, ...], words: Words) -> str:
    told = hashlib.sha256(words.model_dump_json(include=READ_BY_MATCHER).encode())
    for example in examples:
        told.update(repr((example.text, example.labels)).encode())
    return told.hexdigest()
