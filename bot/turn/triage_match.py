"""Where the concepts of the rules occur in a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.kb.triage_index import Entry, Index, Needs
from bot.kb.triage_phrases import WINDOW, Element, Part, Phrase
from bot.turn.triage_read import Reading, Token

Place = tuple[int, ...]  # the words of a hit, in order


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found: the words that say it (gaps left out)."""

    concept: str
    words: Place


def _fits(element: Element, token: Token) -> bool:
    for form in token.forms:
        if form in element.words or (element.stems and form.startswith(element.stems)):
            return True
    number = token.number
    return number is not None and any(low <= number <= high for low, high in element.ranges)


@dataclass
class Matcher:
    """Finds phrases in one message."""

    tokens: tuple[Token, ...]
    index: Index
    _inner: dict[tuple[str, int], tuple[Place, ...]] = field(default_factory=dict)
    _said: set[int] = field(default_factory=set)  # the elements that a word or number says
    _spoken: dict[str, bool] = field(default_factory=dict)  # by the name of a group

    def __post_init__(self) -> None:
        """Which elements are said at all, wherever."""
        sayings, said = self.index.sayings, self._said
        for form in {form for token in self.tokens for form in token.forms}:
            said.update(sayings.words.get(form, ()))
            for length in sayings.lengths:
                if length > len(form):
                    break
                said.update(sayings.stems.get(form[:length], ()))
        for number in {token.number for token in self.tokens if token.number is not None}:
            said.update(at for low, high, at in sayings.ranges if low <= number <= high)

    def hits(self) -> list[Hit]:
        """Every concept that occurs, with its words."""
        found: dict[tuple[str, Place], None] = {}
        said = self._said
        for at, token in enumerate(self.tokens):
            for concept, phrase, needs in self._entries(token):
                if not said.issuperset(needs.words) or not self._are_spoken(needs):
                    continue
                if place := self._phrase(phrase, at):
                    found[concept, place] = None
        return [Hit(concept, place) for concept, place in found]

    def _entries(self, token: Token) -> Iterator[Entry]:
        index = self.index
        for form in token.forms:
            yield from index.words.get(form, ())
            for length in index.lengths:
                if length > len(form):
                    break
                yield from index.stems.get(form[:length], ())
        if token.number is not None:
            yield from index.numbers

    def _are_spoken(self, needs: Needs) -> bool:
        """Whether each concept that a phrase needs is said, or a word in its place."""
        return all(
            number in self._said or any(map(self._is_spoken, groups))
            for number, groups in needs.groups
        )

    def _is_spoken(self, group: str) -> bool:
        spoken = self._spoken.get(group)
        if spoken is None:
            spoken = self._spoken[group] = any(
                self._said.issuperset(needs.words) and self._are_spoken(needs)
                for _, needs in self.index.parts[group]
            )
        return spoken

    def _phrase(self, phrase: Phrase, at: int) -> Place | None:
        place = self._part(phrase.parts[0], at)
        for part in phrase.parts[1:]:
            if place is None:
                return None
            place = self._beside(part, place)
        return place

    def _beside(self, part: Part, place: Place) -> Place | None:
        """The part close to what was found already, in either direction."""
        clause = self.tokens[place[0]].clause
        first = max(0, place[0] - WINDOW - len(part))
        last = min(len(self.tokens), place[-1] + WINDOW + 2)
        for at in range(first, last):
            if self.tokens[at].clause != clause or at in place:
                continue
            other = self._part(part, at)
            if other and not set(other) & set(place):
                between = other[0] - place[-1] if other[0] > place[-1] else place[0] - other[-1]
                if between <= WINDOW + 1:
                    return tuple(sorted(place + other))
        return None

    def _part(self, part: Part, at: int) -> Place | None:
        return next(self._walk(part, 0, at), None)

    def _walk(self, part: Part, step: int, at: int) -> Iterator[Place]:
        """The ways to say the rest of a part from a word on."""
        element = part[step]
        clause = self.tokens[at].clause
        for start in range(at, min(at + element.gap + 1, len(self.tokens))):
            if self.tokens[start].clause != clause:
                return
            for said in self._element(element, start):
                following = said[-1] + 1
                if step + 1 == len(part):
                    yield said
                elif following < len(self.tokens) and self.tokens[following].clause == clause:
                    for rest in self._walk(part, step + 1, following):
                        yield said + rest

    def _element(self, element: Element, at: int) -> Iterator[Place]:
        if _fits(element, self.tokens[at]):
            yield (at,)
        for group in element.groups:
            yield from self._group(group, at)

    def _group(self, group: str, at: int) -> tuple[Place, ...]:
        key = (group, at)
        if key not in self._inner:
            places = (
                place
                for part, needs in self.index.parts[group]
                if self._said.issuperset(needs.words)
                for place in self._walk(part, 0, at)
            )
            self._inner[key] = tuple(dict.fromkeys(places))
        return self._inner[key]


def find(reading: Reading, index: Index) -> list[Hit]:
    """Every concept that occurs in a message."""
    return Matcher(reading.tokens, index).hits()
