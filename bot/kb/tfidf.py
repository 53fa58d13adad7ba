"""Texts as rows of n-gram weights: how often a gram stands in a text, times how rare it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Columns = np.ndarray[Any, np.dtype[np.int64]]

SHORTEST, LONGEST = 2, 5  # characters in a gram


def _chars(text: str) -> Iterator[str]:
    """Grams of 2 to 5 characters inside each word and its edges: they survive a typo."""
    for word in text.split():
        edged = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            if size >= len(edged):
                yield edged
                break
            for at in range(len(edged) - size + 1):
                yield edged[at : at + size]


def _words(text: str) -> Iterator[str]:
    """Words and pairs of neighbouring words."""
    words = text.split()
    yield from words
    for pair in pairwise(words):
        yield " ".join(pair)


# How a text is cut, and in how many texts a gram must stand to count: at least so many, and one
# in so many. Rare grams of a large base cost half the learning and help nothing.
ANALYZERS: Mapping[str, tuple[Callable[[str], Iterator[str]], int, int]] = {
    "chars": (_chars, 3, 1500),
    "words": (_words, 2, 2500),
}


@dataclass(frozen=True)
class Tfidf:
    """The grams of one kind that count: their columns, and how rare each is (``idf``)."""

    kind: str  # "chars" or "words"
    columns: Mapping[str, int]
    idf: Floats

    @classmethod
    def fit(cls, kind: str, texts: Sequence[str]) -> Tfidf:
        """Learn which grams count in these texts."""
        cut, fewest, share = ANALYZERS[kind]
        least = max(fewest, len(texts) // share)
        found = Counter(gram for text in texts for gram in set(cut(text)))
        kept = sorted(gram for gram, count in found.items() if count >= least)
        counts = np.array([found[gram] for gram in kept], dtype=np.float64)
        idf = np.log((1 + len(texts)) / (1 + counts)) + 1
        columns = {gram: at for at, gram in enumerate(kept)}
        return cls(kind, columns, idf.astype(np.float32))

    def row(self, text: str) -> tuple[Columns, Floats]:
        """The columns of a text's grams and their weights, scaled to a length of 1."""
        cut, *_ = ANALYZERS[self.kind]
        counts = Counter(at for gram in cut(text) if (at := self.columns.get(gram)) is not None)
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))).astype(
            np.float32
        ) * self.idf[columns]
        length = np.sqrt((values**2).sum())
        return columns, values / length if length else values
