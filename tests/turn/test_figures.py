"""What is read out of people's words, and what is never taken for a weight."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.dose_sums import dose_figures
from bot.turn.figures import read_dose
from bot.turn.figures_numbers import normalise, number
from bot.turn.figures_read import read_figures
from bot.turn.inbound import clean
from bot.turn.memory import Memory
from tests.turn.dose_kb import knowledge, table

ROWS = table("dose_phrases.yaml")
PROBLEMS = [(name, text) for name, texts in ROWS["problem"].items() for text in texts]


def ask(text: str, memory: Memory | None = None) -> DoseRequest | None:
    return read_dose(clean(text), knowledge().dose, memory or Memory())


@pytest.mark.parametrize(("text", "kg"), ROWS["figures"].items())
def test_a_weight_is_read_as_people_write_it(text: str, kg: float) -> None:
    request = ask(text)
    assert request is not None
    assert request.problem is None
    assert request.weight is not None
    assert float(request.weight.kg) == pytest.approx(kg, abs=0.001)
    assert dose_figures(request, knowledge().dose).daily_mg is None


@pytest.mark.parametrize(("text", "row"), ROWS["own"].items())
def test_ones_own_dose_is_read_and_placed(text: str, row: list[object]) -> None:
    request = ask(text)
    assert request is not None
    assert request.problem is None
    figures = dose_figures(request, knowledge().dose)
    assert [pytest.approx(figures.weight_kg, abs=0.051), figures.daily_mg, figures.position] == row


@pytest.mark.parametrize(("name", "text"), PROBLEMS)
def test_what_cannot_be_computed_says_why_and_gives_no_figure(name: str, text: str) -> None:
    request = ask(text)
    assert request is not None
    assert request.problem is not None
    assert request.problem.value == name


@pytest.mark.parametrize("text", ROWS["none"])
def test_everyday_sentences_are_no_dose_question(text: str) -> None:
    assert ask(text) is None


def test_the_table_is_as_large_as_promised() -> None:
    assert sum(len(v) for v in ROWS.values()) - len(ROWS["problem"]) + len(PROBLEMS) >= 300


@pytest.mark.parametrize("name", knowledge().dose.reads.drug)
def test_how_often_is_read_behind_any_name_of_the_drug(name: str) -> None:
    for said in (f"60 mg {name} twice a day", f"3 x 20 mg of {name} 2 times a day"):
        request = ask(f"I take {said} and weigh 50 kg, is that too much?")
        assert request is not None
        assert dose_figures(request, knowledge().dose).position == "above_maximum", said


@pytest.mark.parametrize(
    "often", ["twice a day", "every 8 hours", "3 times a day", "5 times a day"]
)
@pytest.mark.parametrize("name", ["isotretinon", "of my isotret", "brandx"])
def test_how_often_behind_a_word_that_we_do_not_know_is_asked_and_never_cut_off(
    name: str, often: str
) -> None:
    request = ask(f"I take 60 mg {name} {often} and weigh 50 kg, is that too much?")
    assert request is not None
    assert request.problem is Problem.NOT_DAILY


def test_how_long_an_amount_is_taken_is_not_how_often() -> None:
    request = ask("is 40 mg a day for a year ok at 70 kg")
    assert request is not None
    assert dose_figures(request, knowledge().dose).daily_mg == 40


@given(st.text(max_size=200))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    ask(text)
    ask(text, Memory(asking="weight"))


@given(
    st.sampled_from(["lost", "gained", "I can lift", "I bench", "put on", "down by", "bought"]),
    st.integers(1, 300),
    st.sampled_from(["kg", "lbs", "kilos", "pounds", "stone"]),
)
def test_kilos_lost_gained_or_lifted_are_no_weight(verb: str, n: int, unit: str) -> None:
    assert read_figures(f"{verb} {n} {unit}", knowledge().dose).weights == ()
    assert ask(f"{verb} {n} {unit}") is None


@given(st.integers(1, 400), st.sampled_from(["mg", "weeks", "months", "%", "cm", "ml", "days"]))
def test_a_number_with_another_unit_is_no_weight(n: int, unit: str) -> None:
    figures = read_figures(f"{n} {unit}", knowledge().dose)
    assert (figures.weights, figures.bare) == ((), ())


@given(st.integers(32, 249))
def test_number_words_read_as_the_digits_they_stand_for(n: int) -> None:
    request = ask(f"dose for {n} kg")
    assert request is not None
    assert request.weight is not None
    assert request.weight.kg == n


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,000", "1000"),
        ("70,5", "70.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("11 1/2", "11.5"),
        ("70 and a half", "70.5"),
        ("70.5.2", None),
        ("9" * 30, None),
    ],
)
def test_numbers_are_read_exactly_or_not_at_all(written: str, value: str | None) -> None:
    assert number(written) == (None if value is None else Decimal(value))


def test_a_written_fraction_joins_its_number() -> None:
    assert normalise(clean("11½ stone")) == "11 1/2 stone"


SOON = Memory(asking="weight")


@pytest.mark.parametrize("text", ["70 kg", "I'm 70 kg", "it's about 70 kilos", "70kg I think"])
def test_the_answer_to_our_question_is_read(text: str) -> None:
    request = ask(text, SOON)
    assert request is not None
    assert request.weight is not None
    assert request.weight.kg == 70


@pytest.mark.parametrize(
    "text", ["what are the side effects?", "thanks", "dry lips", "never mind"]
)
def test_another_question_is_not_taken_for_the_answer(text: str) -> None:
    assert ask(text, SOON) is None


def test_a_number_that_answers_another_question_is_left_alone() -> None:
    assert ask("70", Memory(asking="safe")) is None


@pytest.mark.parametrize(
    ("text", "kg"),
    [
        ("lb", "68.0388555"),
        ("in pounds", "68.0388555"),
        ("no I meant lbs", "68.0388555"),
        ("pounds not kilos", "68.0388555"),
        ("sorry, kg", "150"),
    ],
)
def test_a_correction_of_the_unit_reads_the_same_number_again(text: str, kg: str) -> None:
    memory = Memory(details={"dose": {"number": "150", "unit": "kg"}})
    request = ask(text, memory)
    assert request is not None
    assert request.weight is not None
    assert request.weight.kg == Decimal(kg)


def test_a_dose_said_after_a_weight_uses_that_weight() -> None:
    told = Memory(weight_kg=Decimal(70), details={"dose": {"number": "70", "unit": "kg"}})
    request = ask("and 40 mg a day?", told)
    assert request is not None
    assert request.problem is None
    assert dose_figures(request, knowledge().dose).mg_per_kg == 0.57


def test_a_dose_of_something_else_does_not_use_it() -> None:
    assert ask("and 40 mg of ibuprofen?", Memory(weight_kg=Decimal(70))) is None
