"""A linear classifier over character and word n-grams: the matcher's fast half.

Trained on the example questions; kept as plain arrays, so that a cache needs no pickle. To use it
takes numpy only: a start must not wait for scipy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.kb.tfidf import ANALYZERS, Doubles, Floats, Tfidf

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STRENGTH = 30.0  # inverse of the penalty on weights; measured best (docs/matching.md)
ROUNDS = 20  # of the optimiser at most; more learn the examples by heart
ROUNDS_FINER = 600  # the same where it is to end finer
FLAT = 1e-3  # it ends where no partial derivative of the mean loss is larger
FINER = 0.1  # of that where labels are balanced: rare texts' features learn late

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
        labels = tuple(sorted(set(names)))
        blocks = tuple(Tfidf.fit(kind, texts) for kind in ANALYZERS)
        wanted = np.array([labels.index(name) for name in names])
        counts = np.bincount(wanted)
        weigh = (len(names) / (len(labels) * counts) if balanced else np.ones(len(labels)))[wanted]
        features = _matrix(blocks, texts)
        weights, bias = _softmax_regression(
            features, wanted, weigh, len(labels), progress, FINER if balanced else 1.0
        )
        return cls(labels, blocks, weights.astype(np.float32), bias.astype(np.float32))

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """An array texts x labels; each row sums to 1."""
        scores = np.tile(self.bias, (len(texts), 1))
        first = 0
        for block in self.blocks:
            for at, text in enumerate(texts):
                columns, values = block.row(text)
                scores[at] += values @ self.weights[columns + first]
            first += len(block.idf)
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return scores

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


def _matrix(blocks: Sequence[Tfidf], texts: Sequence[str]) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - a start need not wait

    sides = []
    for block in blocks:
        rows = [block.row(text) for text in texts]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([columns for columns, _ in rows])
        values = np.concatenate([values for _, values in rows])
        sides.append(csr_matrix((values, columns, ends), shape=(len(texts), len(block.idf))))
    return hstack(sides).tocsr()


def _softmax_regression(
    features: csr_matrix,
    wanted: np.ndarray[Any, Any],
    weigh: Doubles,
    labels: int,
    progress: Progress,
    finer: float,
) -> tuple[Doubles, Doubles]:
    """Weights and bias that make the mean loss plus the penalty on the weights smallest.

    ``weigh``: how much each text counts, 1 on average; ``finer``: the share of ``FLAT`` to end at.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - a start need not wait

    texts, columns = features.shape
    turned = features.T.tocsr()
    penalty = 1 / (STRENGTH * texts)
    most = ROUNDS if finer == 1.0 else ROUNDS_FINER
    rounds = 0

    def loss(flat: Doubles) -> tuple[float, Doubles]:
        table = flat.reshape(columns + 1, labels)
        weights, bias = table[:-1], table[-1]
        scores = features @ weights.astype(np.float32) + bias
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        value = -(weigh * logs[np.arange(texts), wanted]).mean() + penalty / 2 * (weights**2).sum()
        missed = np.exp(logs)
        missed[np.arange(texts), wanted] -= 1
        missed *= weigh[:, None] / texts
        slope = np.empty_like(table)
        slope[:-1] = turned @ missed.astype(np.float32) + penalty * weights
        slope[-1] = missed.sum(axis=0)
        return float(value), slope.ravel()

    def told(_: Doubles) -> None:
        nonlocal rounds
        rounds += 1
        progress(rounds / most)

    found = minimize(
        loss,
        np.zeros((columns + 1) * labels),
        jac=True,
        method="L-BFGS-B",
        callback=told,
        options={"maxiter": most, "gtol": FLAT * finer, "ftol": 0.0},
    )
    progress(1.0)
    table = found.x.reshape(columns + 1, labels)
    return table[:-1], table[-1]
