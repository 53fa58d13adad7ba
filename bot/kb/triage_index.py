"""The phrases of the rules by the word that they begin with, and by all that they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from bot.kb.triage_phrases import Element, Lexicon, Part, Phrase


class Needs(NamedTuple):
    """What must stand somewhere in a message that a phrase is in: by this most end, and fast.

    ``words``: numbers of elements (``Sayings``); ``groups``: the same of those in whose place a
    phrase of one of these concepts may stand.
    """

    words: tuple[int, ...]
    groups: tuple[tuple[int, tuple[str, ...]], ...]


class Entry(NamedTuple):
    """A phrase of a concept, and what it needs."""

    concept: str
    phrase: Phrase
    needs: Needs


@dataclass(frozen=True)
class Sayings:
    """The numbers of elements by what says them, wherever it stands."""

    words: Mapping[str, tuple[int, ...]]
    stems: Mapping[str, tuple[int, ...]]
    lengths: tuple[int, ...]  # of the stems
    ranges: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True)
class Index:
    """The phrases by the word that they begin with."""

    words: Mapping[str, tuple[Entry, ...]]
    stems: Mapping[str, tuple[Entry, ...]]
    lengths: tuple[int, ...]  # of the stems
    numbers: tuple[Entry, ...]
    parts: Mapping[str, tuple[tuple[Part, Needs], ...]]  # of the concepts that others speak of
    sayings: Sayings


class _Numbered:
    """Numbers for elements: what says the same has one, so that it is looked for only once."""

    def __init__(self) -> None:
        self._numbers: dict[Element, int] = {}

    def needs(self, parts: Iterable[Part]) -> Needs:
        words, groups = [], []
        for element in dict.fromkeys(chain.from_iterable(parts)):
            number = self._numbers.setdefault(_anywhere(element), len(self._numbers))
            if element.groups:
                groups.append((number, element.groups))
            else:
                words.append(number)
        return Needs(tuple(words), tuple(groups))

    def sayings(self) -> Sayings:
        words: dict[str, list[int]] = {}
        stems: dict[str, list[int]] = {}
        for element, number in self._numbers.items():
            for word in element.words:
                words.setdefault(word, []).append(number)
            for stem in element.stems:
                stems.setdefault(stem, []).append(number)
        return Sayings(
            words={word: tuple(numbers) for word, numbers in words.items()},
            stems={stem: tuple(numbers) for stem, numbers in stems.items()},
            lengths=tuple(sorted({len(stem) for stem in stems})),
            ranges=tuple((*span, at) for one, at in self._numbers.items() for span in one.ranges),
        )


def make_index(lexicon: Lexicon) -> Index:
    """The index of these rules; built once, kept with the rules."""
    numbered = _Numbered()
    words: dict[str, list[Entry]] = {}
    stems: dict[str, list[Entry]] = {}
    numbers: list[Entry] = []
    for name, phrases in lexicon.items():
        for phrase in phrases:
            entry = Entry(name, phrase, numbered.needs(phrase.parts))
            for element in _firsts(phrase.parts[0][0], lexicon):
                for word in element.words:
                    words.setdefault(word, []).append(entry)
                for stem in element.stems:
                    stems.setdefault(stem, []).append(entry)
                if element.ranges:
                    numbers.append(entry)
    return Index(
        words={w: tuple(e) for w, e in words.items()},
        stems={s: tuple(e) for s, e in stems.items()},
        lengths=tuple(sorted({len(s) for s in stems})),
        numbers=tuple(numbers),
        parts={
            name: tuple((p.parts[0], numbered.needs(p.parts[:1])) for p in phrases)
            for name, phrases in lexicon.items()
        },
        sayings=numbered.sayings(),
    )


def _anywhere(element: Element) -> Element:
    """What an element says, wherever it stands: without the gap before it."""
    return Element(element.words, element.stems, element.ranges, element.groups)


def _firsts(element: Element, lexicon: Lexicon) -> Iterator[Element]:
    yield element
    for group in element.groups:
        for phrase in lexicon[group]:
            yield from _firsts(phrase.parts[0][0], lexicon)
