"""The phrases of the rules by the word that they begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.kb.triage_phrases import Element, Lexicon, Part, Phrase

Entry = tuple[str, Phrase]


@dataclass(frozen=True)
class Index:
    """The phrases by the word that they begin with."""

    words: Mapping[str, tuple[Entry, ...]]
    stems: Mapping[str, tuple[Entry, ...]]
    lengths: tuple[int, ...]  # of the stems
    numbers: tuple[Entry, ...]
    parts: Mapping[str, tuple[Part, ...]]  # of the concepts that others speak of


def make_index(lexicon: Lexicon) -> Index:
    """The index of these rules; built once, kept with the rules.

    Elements that are alike are one object, so that a message is asked about each only once.
    """
    alike: dict[Element, Element] = {}
    lexicon = {
        name: tuple(
            Phrase(tuple(tuple(alike.setdefault(e, e) for e in part) for part in phrase.parts))
            for phrase in phrases
        )
        for name, phrases in lexicon.items()
    }
    words: dict[str, list[Entry]] = {}
    stems: dict[str, list[Entry]] = {}
    numbers: list[Entry] = []
    for name, phrases in lexicon.items():
        for phrase in phrases:
            for element in _firsts(phrase.parts[0][0], lexicon):
                for word in element.words:
                    words.setdefault(word, []).append((name, phrase))
                for stem in element.stems:
                    stems.setdefault(stem, []).append((name, phrase))
                if element.ranges:
                    numbers.append((name, phrase))
    parts = {name: tuple(p.parts[0] for p in ps) for name, ps in lexicon.items()}
    return Index(
        words={w: tuple(e) for w, e in words.items()},
        stems={s: tuple(e) for s, e in stems.items()},
        lengths=tuple(sorted({len(s) for s in stems})),
        numbers=tuple(numbers),
        parts=parts,
    )


def _firsts(element: Element, lexicon: Lexicon) -> Iterator[Element]:
    yield element
    for group in element.groups:
        for phrase in lexicon[group]:
            yield from _firsts(phrase.parts[0][0], lexicon)
