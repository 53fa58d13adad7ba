"""A small sentence classifier, trained on examples: the matcher's better half, and the alarms'.

``bot/model/*`` are build products of ``python -m bot train``: an int8 ONNX file, its tokenizer and
``encoder.json`` with labels, hash, seed and figures. It runs on one core in a few milliseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from pydantic import ValidationError
from tokenizers import Tokenizer

from bot.kb.models import Frozen, Sha256
from bot.kb.tfidf import Floats

LONGEST = 96  # word pieces; what is further on is not read


class EncoderError(Exception):
    """The model's files are damaged or do not belong together."""


class Card(Frozen):
    """What ``encoder.json`` records of a trained encoder."""

    labels: tuple[str, ...]
    sha256: Sha256  # of encoder.onnx
    base: str
    seed: int
    epochs: int
    examples: int
    knowledge: str  # digest of the knowledge base it was trained on


class Encoder:
    """The trained encoder: ``probabilities`` of each of ``labels``."""

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
        self._tokenizer.enable_truncation(LONGEST)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one core a question; workers run side by side
        self._session = onnxruntime.InferenceSession(model, options)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it was trained on."""
        return self.card.labels

    def knows(self, labels: Collection[str]) -> bool:
        """Whether it was trained on all of these labels."""
        return set(labels) <= set(self.labels)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """An array texts x labels; each row sums to 1.

        One text at a time: int8 activations are scaled by what is in the batch, and a text's
        probabilities must not depend on its neighbours.
        """
        rows = [self._one(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, len(self.labels)), np.float32)

    def _one(self, text: str) -> Floats:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], dtype=np.int64)
        mask = np.array([encoded.attention_mask], dtype=np.int64)
        (rows,) = self._session.run(None, {"ids": ids, "mask": mask})
        return np.asarray(rows[0], dtype=np.float32)


def packaged_encoder(name: str) -> Encoder:
    """An encoder that comes with the bot: ``questions`` or ``alarms``.

    Raises:
        EncoderError: its files are damaged.
    """
    return Encoder(Path(__file__).parent.parent / "model" / name)
