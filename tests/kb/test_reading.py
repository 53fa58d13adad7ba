"""The drug's names are masked however they are spelt; other drugs never are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kb.knowledge import load, packaged
from bot.kb.models import Words
from bot.kb.reading import MASK, Reader


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
