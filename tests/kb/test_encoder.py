"""One pass of the encoder over a message tells of the whole and of each of its sentences."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.kb.encoder import LONGEST, Encoder, EncoderError, packaged_encoder

MODEL = Path(__file__).parents[2] / "bot" / "model"
CHATTER = "the train was late and i sat beside a man with a very large dog ."
DANGER = "i want to kill myself tonight"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return packaged_encoder()


def emergency(encoder: Encoder, row: int, *pieces: str) -> float:
    at = encoder.card.labels.urgencies.index("emergency")
    return float(encoder.hear(pieces).urgencies[row, at])


def test_a_message_of_one_sentence_has_one_row(encoder: Encoder) -> None:
    heard = encoder.hear(["how long is a course ?"])
    assert len(heard.questions) == len(heard.rows) == len(heard.urgencies) == 1


def test_the_whole_comes_before_its_sentences(encoder: Encoder) -> None:
    heard = encoder.hear([CHATTER, "how long is a course ?", CHATTER])
    assert len(heard.questions) == 4
    np.testing.assert_allclose(heard.questions.sum(axis=1), 1, atol=1e-4)


def test_a_sentence_is_heard_among_others(encoder: Encoder) -> None:
    before, danger, after = (emergency(encoder, n, CHATTER, DANGER, CHATTER) for n in (1, 2, 3))
    assert danger > 0.9
    assert danger > max(before, after)


def test_the_end_of_a_long_message_is_heard_too(encoder: Encoder) -> None:
    pieces = [CHATTER] * 20
    assert sum(len(piece.split()) for piece in pieces) > 2 * LONGEST
    assert emergency(encoder, len(pieces) + 1, *pieces, DANGER) > 0.5


def test_what_was_read_before_changes_nothing(encoder: Encoder) -> None:
    first = encoder.hear([DANGER]).rows
    encoder.hear([CHATTER])
    np.testing.assert_array_equal(encoder.hear([DANGER]).rows, first)


def test_nothing_at_all_can_be_read(encoder: Encoder) -> None:
    assert len(encoder.hear([]).rows) == len(encoder.hear([""]).rows) == 1


def test_a_model_that_is_not_its_cards_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    with (tmp_path / "model" / "encoder.onnx").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(EncoderError, match="is not the file"):
        Encoder(tmp_path / "model")
