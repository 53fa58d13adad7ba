"""A linear classifier over character and word n-grams: the matcher's fast half.

Trained on the example questions; kept as plain arrays, so that a cache needs no pickle.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

Floats = npt.NDArray[np.float32]


def _vectorizers() -> tuple[TfidfVectorizer, TfidfVectorizer]:
    """Characters 2 to 5 inside words, and words 1 to 2: typos and phrases."""
    kind = {"sublinear_tf": True, "dtype": np.float32, "lowercase": False}
    return (
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, **kind),
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", min_df=2, **kind),
    )


@dataclass(frozen=True)
class Ngrams:
    """The trained model: ``probabilities`` of each of ``labels``."""

    labels: tuple[str, ...]
    chars: TfidfVectorizer
    words: TfidfVectorizer
    weights: Floats  # features x labels
    bias: Floats  # labels

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], strength: float = 30.0) -> Ngrams:
        """Fit on texts (as ``Reader.read`` gives them) and their labels."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a start need not wait

        chars, words = _vectorizers()
        features = hstack([chars.fit_transform(texts), words.fit_transform(texts)]).tocsr()
        model = LogisticRegression(C=strength, tol=1e-3, max_iter=300)
        model.fit(features, list(labels))
        return cls(
            labels=tuple(str(label) for label in model.classes_),
            chars=chars,
            words=words,
            weights=np.ascontiguousarray(model.coef_.T, dtype=np.float32),
            bias=model.intercept_.astype(np.float32),
        )

    def features(self, texts: Sequence[str]) -> csr_matrix:
        """Rows of TF-IDF weights, one a text."""
        return hstack([self.chars.transform(texts), self.words.transform(texts)]).tocsr()

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """An array texts x labels; each row sums to 1."""
        scores = self.features(texts) @ self.weights + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        return np.asarray(scores, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write ``ngrams.json`` and ``ngrams.npz``."""
        meaning = {"labels": self.labels}
        arrays = {"weights": self.weights, "bias": self.bias}
        for name, vectorizer in (("chars", self.chars), ("words", self.words)):
            vocabulary = vectorizer.vocabulary_
            meaning[name] = tuple(sorted(vocabulary, key=vocabulary.__getitem__))
            arrays[name] = vectorizer.idf_.astype(np.float32)
        (folder / "ngrams.json").write_text(json.dumps(meaning), encoding="utf-8")
        np.savez(folder / "ngrams.npz", allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Read what ``save`` wrote.

        Raises:
            OSError, ValueError, KeyError: the files are missing or damaged.
        """
        meaning = json.loads((folder / "ngrams.json").read_text(encoding="utf-8"))
        with np.load(folder / "ngrams.npz", allow_pickle=False) as arrays:
            chars, words = _vectorizers()
            for name, vectorizer in (("chars", chars), ("words", words)):
                vectorizer.vocabulary = {gram: at for at, gram in enumerate(meaning[name])}
                vectorizer.idf_ = arrays[name]
            return cls(
                labels=tuple(meaning["labels"]),
                chars=chars,
                words=words,
                weights=arrays["weights"],
                bias=arrays["bias"],
            )
