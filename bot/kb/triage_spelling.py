"""Spelling for triage: words put right towards the words that the rules know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import OSA

from bot.kb.triage_phrases import Lexicon

ONE_SLIP = 6  # letters from which one slip of the pen is forgiven
TWO_SLIPS = 9  # and from which two are
LONGEST = 32  # letters; a longer word is none that the rules know, and its slips are a million

_LEET = str.maketrans("013457@$!", "oieastasi")
_RUN = re.compile(r"(.)\1{2,}")
_DOUBLE = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class Speller:
    """Puts words right towards the words that the rules know."""

    known: frozenset[str]
    stems: tuple[str, ...]
    spelling: Mapping[str, tuple[str, ...]]
    joins: Mapping[tuple[str, str], str]
    censored: tuple[str, ...]
    ordinary: frozenset[str]
    squeezed: Mapping[str, str]
    slips: Mapping[str, tuple[str, ...]]  # a word with letters left out -> known words

    def forms(self, word: str) -> tuple[str, ...]:
        """The ways to read a word, the written one first."""
        if word in self.known or word in self.ordinary:
            return (word,)
        if _RUN.search(word):
            for shorter in (_RUN.sub(r"\1\1", word), _RUN.sub(r"\1", word)):
                if shorter in self.known or shorter in self.ordinary:
                    return (word, shorter)
            word = _RUN.sub(r"\1", word)
        if not ONE_SLIP - 1 <= len(word) <= LONGEST or word.startswith(self.stems):
            return (word,)
        squeezed = self.squeezed.get(_DOUBLE.sub(r"\1", word))
        if squeezed:
            return (word, squeezed)
        nearest = self._nearest(word) if len(word) >= ONE_SLIP else None
        return (word, nearest) if nearest else (word,)

    def _nearest(self, word: str) -> str | None:
        found: tuple[int, str] | None = None
        for left in {word, *_shorter(word)}:
            for candidate in self.slips.get(left, ()):
                allowed = _slips_allowed(min(len(candidate), len(word)))
                distance = OSA.distance(word, candidate, score_cutoff=allowed)
                if distance <= allowed and candidate[0] == word[0]:
                    found = min(found or (distance, candidate), (distance, candidate))
        return found[1] if found else None

    def unmask(self, word: str) -> str:
        """A word written with stars, figures or signs for letters, as it is meant."""
        plain = word.translate(_LEET).replace("*", "")
        if "*" in word:
            pattern = re.compile("".join("." if c == "*" else re.escape(c) for c in word))
            loose = re.compile(re.sub(r"(?:\\\*)+", ".+", re.escape(word)))
            for meant in self.censored:
                if pattern.fullmatch(meant) or loose.fullmatch(meant):
                    return meant
        return plain


def _slips_allowed(length: int) -> int:
    return 2 if length >= TWO_SLIPS else 1


def _shorter(word: str) -> Iterable[str]:
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]
    if len(word) >= TWO_SLIPS:
        for i, j in combinations(range(len(word)), 2):
            yield word[:i] + word[i + 1 : j] + word[j + 1 :]


def _slip_index(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, set[str]] = {}
    for word in words:
        for left in {word, *_shorter(word)}:
            index.setdefault(left, set()).add(word)
    return {left: tuple(sorted(found)) for left, found in index.items()}


def make_speller(
    lexicon: Lexicon,
    *,
    spelling: Mapping[str, str],
    joins: Mapping[str, str],
    censored: tuple[str, ...],
    ordinary: tuple[str, ...],
) -> Speller:
    """The speller towards the words of a lexicon."""
    known: set[str] = set()
    stems: set[str] = set()
    for phrases in lexicon.values():
        for element in (e for phrase in phrases for part in phrase.parts for e in part):
            known |= element.words
            stems |= set(element.stems)
    pairs = {(pair.split()[0], pair.split()[1]): joined for pair, joined in joins.items()}
    return Speller(
        known=frozenset(known),
        stems=tuple(sorted(s for s in stems if len(s) >= ONE_SLIP - 1)),
        spelling={word: tuple(meant.split()) for word, meant in spelling.items()},
        joins=pairs,
        censored=censored,
        ordinary=frozenset(ordinary),
        squeezed={_DOUBLE.sub(r"\1", w): w for w in sorted(known) if len(w) >= ONE_SLIP - 1},
        slips=_slip_index(sorted(w for w in known | stems if len(w) >= ONE_SLIP)),
    )
