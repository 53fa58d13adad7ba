"""A linear classifier over character and word n-grams: the matcher's fast half.

Trained on the example questions; kept as plain arrays, so that a cache needs no pickle. To use it
takes numpy only: a start must not wait for scipy.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bot.kb.tfidf import ANALYZERS, Doubles, Floats, Tfidf

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

SEED, BATCH = 7, 128
FLAT = 1e-6  # what the squares of the slopes begin from


class Pace(NamedTuple):
    """How often all texts are gone through, and at which rate at first."""

    passes: int
    rate: float


# Measured best by voices left out, and for a clinic's own few questions (docs/matching.md).
PACE, PACE_BALANCED = Pace(4, 2.0), Pace(20, 1.0)

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Ngrams:
    """The trained model: ``probabilities`` of each of ``labels``."""

    labels: tuple[str, ...]
    blocks: tuple[Tfidf, ...]  # one for each analyzer; their columns stand side by side
    weights: Floats  # features x labels
    bias: Floats  # labels

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        names: Sequence[str],
        progress: Progress = lambda _: None,
        *,
        balanced: bool = False,
    ) -> Ngrams:
        """Fit on texts (as ``Reader.read`` gives them) and the label of each.

        ``progress`` is told the share that is done, 0 to 1; ``balanced``: labels weigh the same
        however many texts they have.
        """
        from scipy.sparse import hstack  # noqa: PLC0415 - a start need not wait

        labels = tuple(sorted(set(names)))
        blocks, sides = zip(*(Tfidf.fit(kind, texts) for kind in ANALYZERS), strict=True)
        wanted = np.array([labels.index(name) for name in names])
        counts = np.bincount(wanted)
        weigh = (len(names) / (len(labels) * counts) if balanced else np.ones(len(labels)))[wanted]
        features = hstack(sides).tocsr()
        pace = PACE_BALANCED if balanced else PACE
        weights, bias = _softmax_regression(features, wanted, weigh, len(labels), progress, pace)
        return cls(labels, blocks, weights, bias)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """An array texts x labels; each row sums to 1."""
        scores = np.tile(self.bias, (len(texts), 1))
        first = 0
        for block in self.blocks:
            for at, text in enumerate(texts):
                columns, values = block.row(text)
                scores[at] += values @ self.weights[columns + first]
            first += len(block.idf)
        return _softmax(scores)

    def save(self, folder: Path) -> None:
        """Write ``ngrams.json`` and ``ngrams.npz``."""
        meaning = {"labels": self.labels}
        arrays = {"weights": self.weights, "bias": self.bias}
        for block in self.blocks:
            meaning[block.kind] = tuple(block.columns)
            arrays[block.kind] = block.idf
        (folder / "ngrams.json").write_text(json.dumps(meaning), encoding="utf-8")
        np.savez(folder / "ngrams.npz", allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Read what ``save`` wrote.

        Raises:
            OSError, ValueError, KeyError: the files are missing or damaged.
        """
        meaning = json.loads((folder / "ngrams.json").read_text(encoding="utf-8"))
        file = folder / "ngrams.npz"
        with file.open("rb") as held, np.load(held, allow_pickle=False) as arrays:
            blocks = tuple(
                Tfidf(kind, {gram: at for at, gram in enumerate(meaning[kind])}, arrays[kind])
                for kind in ANALYZERS
            )
            weights, bias = arrays["weights"], arrays["bias"]
        return cls(tuple(meaning["labels"]), blocks, weights, bias)


def _softmax_regression(
    features: csr_matrix,
    wanted: np.ndarray[Any, Any],
    weigh: Doubles,
    labels: int,
    progress: Progress,
    pace: Pace,
) -> tuple[Floats, Floats]:
    """Weights and bias by AdaGrad (Duchi et al. 2011) in small batches, one rate a feature.

    A rare gram so learns as fast as a common one; the rate falls to none, and nothing else keeps
    the weights small. ``weigh``: how much each text counts, 1 on average.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - a start need not wait

    texts, columns = features.shape
    draw = np.random.default_rng(SEED)
    weights, bias = np.zeros((columns, labels), np.float32), np.zeros(labels, np.float32)
    steep, steep_bias = np.full((columns, 1), FLAT, np.float32), FLAT
    steps, done = pace.passes * math.ceil(texts / BATCH), 0
    for _ in range(pace.passes):
        order = draw.permutation(texts)
        shuffled = features[order]
        for at in range(0, texts, BATCH):
            rows = order[at : at + BATCH]
            ends = shuffled.indptr[at : at + len(rows) + 1]
            held = slice(ends[0], ends[-1])
            used, short = np.unique(shuffled.indices[held], return_inverse=True)
            batch = csr_matrix(
                (shuffled.data[held], short, ends - ends[0]), shape=(len(rows), len(used))
            )
            missed = _softmax(batch @ weights[used] + bias)
            missed[np.arange(len(rows)), wanted[rows]] -= 1
            missed *= (weigh[rows, None] / len(rows)).astype(np.float32)
            rate = pace.rate * (1 - done / steps)
            slope = batch.T @ missed
            steep[used] += (slope**2).sum(axis=1, keepdims=True)
            weights[used] -= rate * slope / np.sqrt(steep[used])
            slope_bias = missed.sum(axis=0)
            steep_bias += float((slope_bias**2).sum())
            bias -= np.float32(rate / math.sqrt(steep_bias)) * slope_bias
            done += 1
            progress(done / steps)
    return weights, bias


def _softmax(scores: Floats) -> Floats:
    """Scores made probabilities, in place; each row sums to 1."""
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores
