"""Matching a message against the example questions: probabilities of every label.

The matcher ranks; whether the document answers at all is decided in ``bot.turn.search``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from bot.kb.encoder import Encoder
from bot.kb.knowledge import CHAT
from bot.kb.models import Example
from bot.kb.ngrams import Ngrams, Progress
from bot.kb.reading import Read, Reader
from bot.kb.tfidf import Floats
from bot.kb.words import Words

ENCODER_SHARE = 2 / 3  # of a probability; measured best by leave-one-writer-out (docs/matching.md)


@dataclass(frozen=True)
class Match:
    """How a message compares with the examples. ``probability`` of a label sums to 1 over all."""

    labels: tuple[str, ...]
    probabilities: Floats
    drug: bool  # isotretinoin is named in the message

    def among(self, labels: Iterable[str]) -> float:
        """The probability that it is one of these labels."""
        wanted = set(labels)
        return float(sum(p for name, p in self.pairs() if name in wanted))

    def pairs(self) -> Sequence[tuple[str, float]]:
        """Labels with their probabilities, most probable first."""
        return self._pairs

    @cached_property
    def _pairs(self) -> tuple[tuple[str, float], ...]:
        order = np.argsort(-self.probabilities, kind="stable").tolist()
        shares = self.probabilities.tolist()
        return tuple((self.labels[at], shares[at]) for at in order)

    def best(self, among: Iterable[str]) -> list[tuple[str, float]]:
        """The same for some labels only."""
        wanted = set(among)
        return [pair for pair in self.pairs() if pair[0] in wanted]


@dataclass(frozen=True)
class Neighbour:
    """An example question near to a message; ``score`` is rapidfuzz's, 0 to 100."""

    example: Example
    score: float


class Matcher:
    """N-grams and, where it was trained on the same labels, the encoder beside them.

    Make it with ``train`` or ``load``.
    """

    def __init__(
        self,
        words: Words,
        examples: Sequence[Example],
        ngrams: Ngrams,
        encoder: Encoder | None = None,
    ) -> None:
        self.reader = Reader(words)
        self._examples = examples
        self._ngrams = ngrams
        self._first = {one.labels[0]: one.text for one in reversed(examples)}
        self._small_talk = {
            _drawn_in(self.reader.read(example.text).text): example.labels[0]
            for example in examples
            if example.labels[0].startswith(CHAT)
        }
        self._encoder = encoder if encoder and encoder.knows(ngrams.labels) else None
        if self._encoder:
            known = self._encoder.card.labels.questions
            order = [known.index(label) for label in ngrams.labels]
            self._order = np.array(order)

    @classmethod
    def train(
        cls,
        words: Words,
        examples: Sequence[Example],
        encoder: Encoder | None = None,
        progress: Progress = lambda _: None,
        *,
        balanced: bool = False,
    ) -> Matcher:
        """Learn from the examples; takes seconds. ``progress`` is told the share done, 0 to 1."""
        reader = Reader(words)
        texts = [reader.read(example.text).text for example in examples]
        labels = [example.labels[0] for example in examples]
        ngrams = Ngrams.train(texts, labels, progress, balanced=balanced)
        return cls(words, examples, ngrams, encoder)

    def save(self, folder: Path) -> None:
        """Write what was learnt."""
        self._ngrams.save(folder)

    @classmethod
    def load(
        cls,
        folder: Path,
        words: Words,
        examples: Sequence[Example],
        encoder: Encoder | None = None,
    ) -> Matcher:
        """Read what ``save`` wrote.

        Raises:
            OSError, ValueError, KeyError: the files are missing or damaged.
        """
        return cls(words, examples, Ngrams.load(folder), encoder)

    def small_talk(self, text: str) -> str | None:
        """The small talk that a message is word for word, which no guess is needed for."""
        said = _drawn_in(self.reader.read(text).text)
        return self._small_talk.get(said) or self._small_talk.get(said.rstrip(" .!"))

    def example(self, label: str) -> str:
        """The first example of a label, a plain question; "" where it is of another document."""
        return self._first.get(label, "")

    def match(self, text: str) -> Match:
        """Compare a message with the examples."""
        return self.hear([text])[0]

    def hear(self, pieces: Sequence[str]) -> list[Match]:
        """Compare a message, given as its sentences, with the examples.

        The whole message comes first, then, where there are several, each sentence.
        """
        reads = [self.reader.read(piece) for piece in pieces]
        if len(reads) > 1:
            whole = Read(" ".join(read.text for read in reads), any(read.drug for read in reads))
            reads = [whole, *reads]
        rows = self._ngrams.probabilities([read.text for read in reads])
        if self._encoder:
            heard = self._encoder.hear([read.text for read in reads[1:] or reads])
            encoded = heard.questions[: len(rows), self._order]
            encoded = encoded / np.maximum(encoded.sum(axis=1, keepdims=True), 1e-6)
            read_too = len(encoded)  # the end of a very long message is not
            rows[:read_too] = (1 - ENCODER_SHARE) * rows[:read_too] + ENCODER_SHARE * encoded
        return [
            Match(self._ngrams.labels, row, read.drug)
            for row, read in zip(rows, reads, strict=True)
        ]

    def neighbours(self, text: str, limit: int = 5) -> list[Neighbour]:
        """The nearest example questions, for ``bot ask --explain``."""
        read: Read = self.reader.read(text)
        found = process.extract(
            read.text,
            [self.reader.read(example.text).text for example in self._examples],
            scorer=fuzz.token_sort_ratio,
            limit=limit,
        )
        return [Neighbour(self._examples[at], score) for _, score, at in found]


def _drawn_in(text: str) -> str:
    """A text with no letter twice in a row: "heyyy" and "hey" are the same."""
    return re.sub(r"([^\W\d_])\1+", r"\1", text)
