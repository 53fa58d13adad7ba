"""Texts as rows of n-gram weights: how often a gram stands in a text, times how rare it is."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Columns = np.ndarray[Any, np.dtype[np.int64]]

SHORTEST, LONGEST = 2, 5  # characters in a gram


def _chars(word: str) -> Iterator[str]:
    """Grams of 2 to 5 characters of a word and its edges: they survive a typo."""
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


def _itself(unit: str) -> Iterator[str]:
    yield unit


class Analyzer(NamedTuple):
    """How a text is cut: into units, and each, alike wherever it stands, into its grams.

    ``fewest``, ``share``: in how many texts a gram must stand to count: at least so many, and one
    in so many.
    """

    units: Callable[[str], Iterable[str]]
    grams: Callable[[str], Iterable[str]]
    fewest: int
    share: int

    def cut(self, text: str) -> Iterator[str]:
        """The grams of a text."""
        return chain.from_iterable(map(self.grams, self.units(text)))


ANALYZERS: Mapping[str, Analyzer] = {
    "chars": Analyzer(str.split, _chars, 3, 6000),
    "words": Analyzer(_words, _itself, 2, 12_000),
}


@dataclass(frozen=True)
class Tfidf:
    """The grams of one kind that count: their columns, and how rare each is (``idf``)."""

    kind: str  # "chars" or "words"
    columns: Mapping[str, int]
    idf: Floats

    @classmethod
    def fit(cls, kind: str, texts: Sequence[str]) -> tuple[Tfidf, csr_matrix]:
        """Learn which grams count in these texts; with the texts' rows, as ``row`` gives them."""
        grams, counts = _counted(kind, texts)
        _, _, fewest, share = ANALYZERS[kind]
        least = max(fewest, len(texts) // share)
        stands = np.bincount(counts.indices, minlength=len(grams))
        kept = sorted((gram, at) for at, gram in enumerate(grams) if stands[at] >= least)
        order = np.array([at for _, at in kept], np.int64)
        idf = (np.log((1 + len(texts)) / (1 + stands[order])) + 1).astype(np.float32)
        rows = counts[:, order]
        rows.data = (1 + np.log(rows.data)) * idf[rows.indices]
        lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
        rows.data /= np.repeat(lengths, np.diff(rows.indptr))
        return cls(kind, {gram: at for at, (gram, _) in enumerate(kept)}, idf), rows

    def row(self, text: str) -> tuple[Columns, Floats]:
        """The columns of a text's grams and their weights, scaled to a length of 1."""
        cut, known = ANALYZERS[self.kind].cut, self.columns
        counts = Counter(at for gram in cut(text) if (at := known.get(gram)) is not None)
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))).astype(
            np.float32
        ) * self.idf[columns]
        length = np.sqrt((values**2).sum())
        return columns, values / length if length else values


def _counted(kind: str, texts: Sequence[str]) -> tuple[list[str], csr_matrix]:
    """All grams of one kind in these texts, and how often each text has each: texts x grams.

    Words are few and stand in many texts: each is cut once.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - a start need not wait

    units, cut, *_ = ANALYZERS[kind]
    numbers: dict[str, int] = {}
    known: dict[str, array[int]] = {}
    columns, ends = array("i"), [0]
    for text in texts:
        for unit in units(text):
            held = known.get(unit)
            if held is None:
                held = array("i", (numbers.setdefault(g, len(numbers)) for g in cut(unit)))
                known[unit] = held
            columns.extend(held)
        ends.append(len(columns))
    once = np.ones(len(columns), np.float32)
    counts = csr_matrix((once, np.array(columns), ends), shape=(len(texts), len(numbers)))
    counts.sum_duplicates()
    return list(numbers), counts
