"""Which red flags a message raises. Pure: text and rules in, a verdict out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from bot.kb.models import Frozen, Urgency
from bot.kb.triage_file import Question, Row, Rule, Status
from bot.kb.triage_rules import TriageRules
from bot.turn.triage_frames import LOOKALIKE, Frames
from bot.turn.triage_match import Hit, find
from bot.turn.triage_read import Reading, Token, read

NEARBY = 1  # sentences from which something less than an emergency may be called off
ANY_EMERGENCY = "RF00"  # the row for an emergency of no row of its own
ASKING_TRIAGE = "triage"  # what ``Memory.asking`` holds while a question of ours is open
CLOSE_PERSON = "close_person"  # the concept of somebody else who may be meant
SO_IT_IS = "so_it_is"  # the concept of what says that it is so, as a clause of its own
SO_WHEN = "so_it_is_when"  # what may stand beside it: since when, how often, how bad
SO_IS_MINE = "so_is_mine"  # "mine is ...", whatever follows
SO_IS_FINE = "so_is_fine"  # but not this
_LEADS = frozenset(  # words before it
    "and but because cause cuz cos since as yes yeah well so asking i im ive think my our".split()  # noqa: SIM905
)
_ONLY_ASKS: frozenset[Status] = frozenset({"asked", "supposed", "told"})


class Finding(Frozen):
    """A red flag and how soon a professional must hear of it."""

    id: str
    urgency: Urgency


class Verdict(Frozen):
    """What a message raises, most urgent first.

    ``another``: it speaks of somebody else, who may be meant.
    ``ask``: the question to ask back, where the message may or may not be a red flag.
    ``informed``: rows that it only asks about; ``about``: these, those that it only names in a
    question, and those that are graver once done, which "i have it" in the next message claims.
    ``lowered``: rows that the rules found, or would ask about, where the second opinion is sure
    that there is nothing. ``sure``: it is not asked. ``said``: the concepts that it means.
    """

    findings: tuple[Finding, ...] = ()
    ask: str | None = None
    informed: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    lowered: tuple[str, ...] = ()
    sure: bool = False
    another: bool = False
    said: tuple[str, ...] = ()

    @property
    def raised(self) -> dict[str, Urgency]:
        """The rows of the findings, each with its urgency."""
        return {finding.id: finding.urgency for finding in self.findings}

    @property
    def rank(self) -> int:
        """That of the gravest finding; 0 without any."""
        return max((finding.urgency.rank for finding in self.findings), default=0)


class Signs:
    """The concepts of one message with their states, and whether a rule holds for them."""

    def __init__(self, reading: Reading, rules: TriageRules, *, isotretinoin: bool) -> None:
        hits = find(reading, rules.index)
        frames = Frames(reading, hits, rules.file)
        self._tokens = reading.tokens
        self._questions = reading.questions
        self._found: dict[str, list[tuple[Hit, frozenset[Status]]]] = defaultdict(list)
        for hit in hits:
            if hit.concept in rules.file.concepts:
                self._found[hit.concept].append((hit, frames.states(hit)))
        self._drug = isotretinoin or self._has("drug")

    def hold(self, rule: Rule, level: Urgency, allowed: frozenset[Status] = frozenset()) -> bool:
        """Whether a rule's signs are there and meant (or in a state that is allowed)."""
        if any(names.isdisjoint(self._found) for names in rule.signs):  # most rules end here
            return False
        if rule.drug and not self._drug:
            return False
        if rule.longest is not None and len(self._tokens) > rule.longest:
            return False
        calm = self._called_off(rule, 0 if level is Urgency.EMERGENCY else NEARBY)
        near: set[int] | None = None
        for names in rule.wanted:
            places = self._places(names, rule, allowed | set(rule.even), calm)
            near = places if near is None else near & places
            if not near:
                return False
        return True

    def claimed(self) -> bool:
        """Whether a clause says that what was asked about is so: "... suicidal? i am"."""
        when = {at for hit, _ in self._found.get(SO_WHEN, ()) for at in hit.words}
        if any(self._alone(hit, when) for hit, _ in self._told(SO_IT_IS, _ONLY_ASKS)):
            return True
        fine = {token.sentence for _, token in self._told(SO_IS_FINE, _ONLY_ASKS)}
        mine = self._told(SO_IS_MINE, frozenset({"asked"}))
        return any(token.sentence not in fine for _, token in mine)

    def said(self) -> tuple[str, ...]:
        """The concepts that are said and meant: not denied, asked about, past or of a story."""
        return tuple(
            name for name, hits in self._found.items() if any(not states for _, states in hits)
        )

    def told_of(self, name: str) -> bool:
        """Whether a concept is spoken of at all, in whatever state."""
        return name in self._found

    def asks_about(self, row: Row) -> bool:
        """Whether a question names what a row is about ("does it cause depression?")."""
        return any(
            self._tokens[hit.words[0]].sentence in self._questions or states & _ONLY_ASKS
            for name in row.named
            for hit, states in self._found.get(name, ())
            if states <= _ONLY_ASKS
        )

    def _told(self, name: str, allowed: frozenset[Status]) -> Iterator[tuple[Hit, Token]]:
        """Where a concept is said, with its first word, but for the clause that a "?" ends."""
        asking = {t.sentence: t.clause for t in self._tokens if t.sentence in self._questions}
        for hit, states in self._found.get(name, ()):
            first = self._tokens[hit.words[0]]
            if states <= allowed and asking.get(first.sentence) != first.clause:
                yield hit, first

    def _alone(self, hit: Hit, when: Container[int]) -> bool:
        """Whether a clause says nothing else ("asking because i am" does not)."""
        clause = self._tokens[hit.words[0]].clause
        return all(
            _LEADS.intersection(token.forms)
            for at, token in enumerate(self._tokens)
            if token.clause == clause and at not in hit.words and at not in when
        )

    def _has(self, name: str) -> bool:
        """Whether a concept is spoken of at all: not denied, and no mere saying."""
        return any(
            states.isdisjoint(("denied", "idiom")) for _, states in self._found.get(name, ())
        )

    def _called_off(self, rule: Rule, reach: int) -> set[int]:
        """The sentences where an ``unless`` sign, so many sentences away at most, speaks."""
        said = {
            self._tokens[hit.words[0]].sentence
            for name in rule.unless
            for hit, states in self._found.get(name, ())
            if "denied" not in states
        }
        return {at + step for at in said for step in range(-reach, reach + 1)}

    def _places(
        self, names: Iterable[str], rule: Rule, allowed: frozenset[Status], calm: set[int]
    ) -> set[int]:
        """The clauses, sentences, or the one message, where any of the concepts is said."""
        places: set[int] = set()
        for name in names:
            for hit, states in self._found.get(name.removeprefix("~"), ()):
                if name.startswith("~") or states <= allowed:
                    token = self._tokens[hit.words[0]]
                    if token.sentence in calm:
                        continue
                    here = {"clause": token.clause, "sentence": token.sentence, "message": 0}
                    places.add(here[rule.within])
        return places


def triage(
    text: str, rules: TriageRules, *, isotretinoin: bool = False, about: Sequence[str] = ()
) -> Verdict:
    """The red flags in a message.

    A line break may end a sentence or stand in its middle: both are read, and what is more urgent
    counts.

    Args:
        text: the message, cleaned.
        rules: the rules of the knowledge base.
        isotretinoin: whether the talk so far is of isotretinoin.
        about: rows that the message before asked about (``Verdict.about``).
    """
    verdict = _read_once(text, rules, about, isotretinoin=isotretinoin)
    if "\n" not in text:
        return verdict
    by_lines = _read_once(text.replace("\n", ". "), rules, about, isotretinoin=isotretinoin)
    return max(verdict, by_lines, key=_weight)


def looks_alike(text: str, rules: TriageRules) -> bool:
    """Whether a harmless thing is told in the words of a red flag ("the screen went black")."""
    return any(hit.concept == LOOKALIKE for hit in find(read(text, rules.speller), rules.index))


def _weight(verdict: Verdict) -> tuple[int, int, bool, int]:
    return verdict.rank, len(verdict.findings), verdict.ask is not None, len(verdict.informed)


def _read_once(
    text: str, rules: TriageRules, about: Sequence[str], *, isotretinoin: bool
) -> Verdict:
    signs = Signs(read(text, rules.speller), rules, isotretinoin=isotretinoin)
    raised: dict[str, Urgency] = {}
    informed: list[str] = []
    sure = False
    for row_id, row in rules.file.rows.items():
        for rule in row.rules:
            level = rule.urgency or row.urgency
            if signs.hold(rule, level):
                _raise(raised, row_id, level)
                sure = sure or rule.sure
        if row_id not in raised and any(
            signs.hold(rule, row.urgency, _ONLY_ASKS) for rule in row.rules
        ):
            informed.append(row_id)
    named = [row_id for row_id, row in rules.file.rows.items() if signs.asks_about(row)]
    asked_about = list(dict.fromkeys((*informed, *named)))
    claimed = asked_about or about
    if claimed and signs.claimed():
        for row_id in claimed:
            row = rules.file.rows[row_id]
            _raise(raised, row_id, row.claimed or row.urgency)
        informed, asked_about, sure = [], [], True
    less = [name for name, level in raised.items() if _claims_more(rules.file.rows[name], level)]
    asked = _question(signs, rules, raised)
    if asked is not None:
        _, question = asked
        if question.alert is not None:
            _raise(raised, question.alert, rules.file.rows[question.alert].urgency)
    return Verdict(
        findings=in_order(raised, rules),
        ask=asked[0] if asked else None,
        informed=tuple(informed),
        about=tuple(dict.fromkeys((*asked_about, *less))),
        sure=sure,
        another=signs.told_of(CLOSE_PERSON),
        said=signs.said(),
    )


def _claims_more(row: Row, level: Urgency) -> bool:
    """Whether "i did" behind it is graver ("can i give blood?", then "did it yesterday")."""
    return row.claimed is not None and row.claimed.rank > level.rank


def _raise(raised: dict[str, Urgency], row_id: str, urgency: Urgency) -> None:
    before = raised.get(row_id)
    if before is None or urgency.rank > before.rank:
        raised[row_id] = urgency


def _question(
    signs: Signs, rules: TriageRules, raised: Mapping[str, Urgency]
) -> tuple[str, Question] | None:
    """What to ask back: nothing where a red flag as urgent as its answer is raised anyway."""
    highest = max((urgency.rank for urgency in raised.values()), default=0)
    for name, question in rules.file.questions.items():
        level = rules.level(question)
        if highest >= min(level.rank, Urgency.TODAY.rank) and question.alert is None:
            continue
        if question.yes in raised and question.alert != question.yes:
            continue
        if any(signs.hold(rule, level) for rule in question.rules):
            return name, question
    return None


def highest(*raised: Mapping[str, Urgency]) -> dict[str, Urgency]:
    """All rows that were raised, each at its highest urgency."""
    found: dict[str, Urgency] = {}
    for one in raised:
        for row_id, urgency in one.items():
            _raise(found, row_id, urgency)
    return found


def in_order(
    raised: Mapping[str, Urgency], rules: TriageRules, likely: Mapping[str, float] | None = None
) -> tuple[Finding, ...]:
    """The findings as they are said, most urgent first, without those that others cover.

    ``likely``: the probability of each row; among equals the likelier comes first.
    """
    covered = {
        lesser
        for row_id in raised
        for lesser in rules.file.rows[row_id].covers
        if lesser in raised and raised[lesser].rank <= raised[row_id].rank
    }
    kept = {row_id: urgency for row_id, urgency in raised.items() if row_id not in covered}

    def place(row_id: str) -> tuple[int, bool, bool, float, str]:
        row, urgency = rules.file.rows[row_id], kept[row_id]
        behind = any(kept.get(other) is urgency for other in row.after)
        return -urgency.rank, row.last, behind, -(likely or {}).get(row_id, 0.0), row_id

    return tuple(Finding(id=row_id, urgency=kept[row_id]) for row_id in sorted(kept, key=place))
