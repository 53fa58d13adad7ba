"""A small sentence encoder, trained on examples: the matcher's better half, and the alarms'.

``bot/model`` is a build product of ``python -m bot train``: an int8 ONNX file, its tokenizer and
``encoder.json`` with labels, hash, seed and figures. One pass over a message tells three things
of the whole and of each of its sentences: what is asked, which red flag it is, and how urgent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from pydantic import ValidationError
from tokenizers import Tokenizer

from bot.kb.models import Frozen, Sha256
from bot.kb.tfidf import Floats

LONGEST = 96  # word pieces of one pass; what is further on is read in passes of its own
PASSES = 12  # at most; the longest message that Telegram takes needs about ten
SLOWER = ["SkipLayerNormFusion"]  # a fifth more time a message than its parts (docs/matching.md)


class EncoderError(Exception):
    """The model's files are damaged or do not belong together."""


class Labels(Frozen):
    """What the encoder tells apart, in the order of its columns."""

    questions: tuple[str, ...]
    rows: tuple[str, ...]  # red flags and ``none``
    urgencies: tuple[str, ...]  # their urgencies and ``none``


class Card(Frozen):
    """What ``encoder.json`` records of a trained encoder."""

    labels: Labels
    sha256: Sha256  # of encoder.onnx
    base: str
    seed: int
    epochs: int
    examples: int
    alarms: int
    knowledge: str  # digest of the questions it was trained on


@dataclass(frozen=True)
class Heard:
    """Probabilities, one row for the whole message and, if it has several, one for each piece.

    The columns are ``Labels``'; each row sums to 1. ``complete``: the first row is of all of the
    message; of a longer one it is of the first pass.
    """

    questions: Floats
    rows: Floats
    urgencies: Floats
    complete: bool = True


class Encoder:
    """The trained encoder."""

    def __init__(self, folder: Path) -> None:
        """Load it.

        Raises:
            EncoderError: a file is missing, damaged, or not the one that the card names.
        """
        try:
            card = Card.model_validate_json((folder / "encoder.json").read_bytes())
            model = (folder / "encoder.onnx").read_bytes()
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (OSError, ValidationError, ValueError) as why:
            raise EncoderError(f"the encoder in {folder.name} cannot be read: {why}") from why
        if hashlib.sha256(model).hexdigest() != card.sha256:
            raise EncoderError("encoder.onnx is not the file that encoder.json names")
        self.card = card
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one core a question; workers run side by side
        self._session = onnxruntime.InferenceSession(model, options, disabled_optimizers=SLOWER)
        self._last: tuple[tuple[str, ...], Heard] | None = None

    def knows(self, labels: Collection[str]) -> bool:
        """Whether it was trained on questions of all of these labels."""
        return set(labels) <= set(self.card.labels.questions)

    def hear(self, pieces: Sequence[str]) -> Heard:
        """Read a message, given as its sentences in their order.

        The red flags and the search of one turn ask for the same message: it is read once.
        A message is never read in a batch with another: int8 activations are scaled by what is in
        the batch, and its probabilities must not depend on its neighbours.
        """
        key, last = tuple(pieces), self._last
        if last is not None and last[0] == key:
            return last[1]
        heard = self._read(pieces)
        self._last = (key, heard)
        return heard

    def _read(self, pieces: Sequence[str]) -> Heard:
        found: list[list[Floats]] = []
        for number, (ids, spans) in enumerate(self._passes(pieces)):
            if len(pieces) > 1 and number == 0:
                spans = [(1, len(ids) - 1), *spans]  # noqa: PLW2901 - the whole comes first
            shown = np.zeros((len(spans), len(ids)), np.float32)
            for row, (start, end) in enumerate(spans):
                shown[row, start:end] = 1
            feed = {"ids": np.array([ids], np.int64), "spans": shown}
            found.append(self._session.run(None, feed))
        questions, rows, urgencies = (np.concatenate(head) for head in zip(*found, strict=True))
        return Heard(questions, rows, urgencies, complete=len(found) == 1)

    def _passes(self, pieces: Sequence[str]) -> Iterator[tuple[list[int], list[tuple[int, int]]]]:
        """The word pieces of each pass, with where in it each sentence lies.

        Sentences stay whole; one that is longer than a pass is cut.
        """
        start, end = self._tokenizer.encode("").ids
        most, passes = LONGEST - 2, 0
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        for piece in pieces or [""]:
            told = self._tokenizer.encode(piece, add_special_tokens=False).ids[:most]
            if spans and len(ids) + len(told) > most:
                yield [start, *ids, end], spans
                ids, spans, passes = [], [], passes + 1
                if passes == PASSES:
                    return
            spans.append((1 + len(ids), 1 + len(ids) + len(told)))
            ids.extend(told)
        yield [start, *ids, end], spans


def packaged_encoder() -> Encoder:
    """The encoder that comes with the bot.

    Raises:
        EncoderError: its files are damaged.
    """
    return Encoder(Path(__file__).parent.parent / "model")
