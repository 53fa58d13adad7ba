"""The drug's names are masked however they are spelt; other drugs never are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kb.knowledge import packaged
from bot.kb.loading import load
from bot.kb.reading import MASK, Reader, sentences
from bot.kb.words import Words


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(load(packaged()).words)


@pytest.mark.parametrize(
    "name",
    [
        "Accutane",
        "acutane",
        "roacutane",
        "ROACCUTANE",
        "isotretinon",
        "isotretinion",
        "claravus",
        "absorbica",
        "zenatine",
        "tane",
        "аккутан",
        "Accutane's",
    ],
)
def test_a_name_of_isotretinoin_is_masked(reader: Reader, name: str) -> None:
    read = reader.read(f"how long on {name}?")
    assert read.drug
    assert MASK in read.text.split()


@pytest.mark.parametrize(
    "name",
    [
        "tretinoin",
        "acitretin",
        "alitretinoin",
        "retinol",
        "Differin",
        "adapalene",
        "isotrexin",
        "accurate",
        "octane",
        "isolation",
        "ibuprofen",
        "clarithromycin",
    ],
)
def test_another_medicine_is_never_taken_for_it(reader: Reader, name: str) -> None:
    assert not reader.read(f"how long on {name}?").drug


@given(st.text(max_size=300))
def test_reading_never_fails_and_settles(text: str) -> None:
    reader = Reader(Words(drug=("accutane",), not_drug=("tretinoin",), spelling={"u": "you"}))
    once = reader.read(text).text
    assert once == once.strip()


def test_texting_is_spelt_out(reader: Reader) -> None:
    assert reader.read("r u on tane 3 wks").text == "are you on drug 3 weeks"


@given(st.text(max_size=300), st.integers(1, 200))
def test_sentences_together_are_the_message_and_none_is_long(text: str, words: int) -> None:
    for message in (text, f"{'so ' * words}{text}"):
        found = sentences(message)
        assert "".join(found) == message
        assert all(len(sentence.split()) <= 60 for sentence in found)


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("no rash\nblurry eyes. why?") == ["no rash\n", "blurry eyes. ", "why?"]
