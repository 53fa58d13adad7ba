"""The n-gram classifier: what it learns, what it tells while it learns, and what a cache keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kb.ngrams import Ngrams
from bot.kb.tfidf import Tfidf

LIPS = ["my lips are dry", "dry lips again", "lips so dry", "dry cracked lips", "lips dry lips"]
COST = ["what does it cost", "the cost of it", "cost too high", "a high cost", "cost is high"]


@pytest.fixture(scope="module")
def trained() -> Ngrams:
    return Ngrams.train([*LIPS, *COST], ["lips"] * 5 + ["cost"] * 5)


def test_it_learns_which_words_go_with_which_label(trained: Ngrams) -> None:
    rows = trained.probabilities(["are dry lips normal", "is the cost high"])
    assert [trained.labels[best] for best in rows.argmax(axis=1)] == ["lips", "cost"]


def test_a_typo_still_shares_most_grams(trained: Ngrams) -> None:
    (row,) = trained.probabilities(["dryy lipss"])
    assert trained.labels[row.argmax()] == "lips"


def test_training_tells_its_progress_up_to_the_end() -> None:
    told: list[float] = []
    Ngrams.train([*LIPS, *COST], ["lips"] * 5 + ["cost"] * 5, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_what_is_saved_answers_the_same(trained: Ngrams, tmp_path: Path) -> None:
    trained.save(tmp_path)
    texts = ["lips?", "cost?", ""]
    again = Ngrams.load(tmp_path).probabilities(texts)
    np.testing.assert_array_equal(again, trained.probabilities(texts))


@given(st.text(max_size=200))
def test_any_text_gives_probabilities(text: str) -> None:
    model = Ngrams.train([*LIPS, *COST], ["lips"] * 5 + ["cost"] * 5)
    (row,) = model.probabilities([text])
    assert abs(float(row.sum()) - 1) < 1e-5
    assert np.isfinite(row).all()


@given(st.text(max_size=200))
def test_a_row_has_length_one_or_is_empty(text: str) -> None:
    learnt, _ = Tfidf.fit("chars", [*LIPS, *COST])
    columns, values = learnt.row(text)
    assert len(columns) == len(values)
    assert len(values) == 0 or abs(float((values**2).sum()) - 1) < 1e-5
