"""Animals and other medicines that are only spoken of stand in no dose's way."""

from __future__ import annotations

import pytest

from bot.turn.context import Context
from bot.turn.dose_asks import NO_DOSE
from bot.turn.reply import Kind
from tests.turn.said import last


@pytest.mark.parametrize(
    "said",
    [
        "im 80 kg and eat like a horse, what dose do they start with?",
        "82 kg and clumsy as a puppy. what is the dose",
        "after three rounds of doxycycline, what dose of accutane for 70 kg?",
        "i had antibiotics three times, i weigh 54 kilos, what dose of roaccutane",
        "had antibiotics 10 times, accutane dose for 70 kg",
        "im three quarters clear at 70 kg, what dose is usual",
    ],
)
def test_what_is_only_spoken_of_takes_no_dose_away(context: Context, said: str) -> None:
    assert last(context, said).kind is Kind.DOSE


@pytest.mark.parametrize(
    "said",
    [
        "after three rounds of doxycycline, what dose for 70 kg?",
        "was on lymecycline and a gel for years. im 58 kg, what is the starting dose",
        "i've had four steroid shots over the years, 83 kg, what dose",
        "just had doxycycline prescribed, what dose for 60 kg?",
        "what dose is used for doxycycline at 60 kg?",
        "after a tick bite, doxycycline: what dose for 80 kg?",
    ],
)
def test_behind_a_medicine_had_before_it_is_asked_whether_isotretinoin_is_meant(
    context: Context, said: str
) -> None:
    """The dose may be of that one after all."""
    reply = last(context, said)
    assert reply.kind is Kind.CLARIFY
    assert "isotretinoin" in reply.text.lower()


@pytest.mark.parametrize(
    "said",
    [
        "how much doxycycline for 60 kg",
        "i had doxycycline 100 mg, how many mg for 70 kg",
        "used to have doxycycline, dose of it for 70 kg?",
        "after surgery how much ibuprofen, 70 kg",
        "my dog eats like a pig, what dose for the dog, 30 kg",
        "i'd like my dog on it, she weighs 45 kg, what dose?",
        "same dose as my dog, 40 kg?",
        "what is the horse dose for 200 kg",
        "what dose for a horse, 200 kg",
        "i'm three, 30 kg, what dose",
    ],
)
def test_a_dose_of_another_medicine_or_for_an_animal_is_still_refused(
    context: Context, said: str
) -> None:
    reply = last(context, said)
    assert reply.dose is None
    assert reply.refused == NO_DOSE


@pytest.mark.parametrize(
    "said",
    [
        "i finished doxycycline on 3 march, when can i have another course?",
        "i was on lymecycline since 3 may, how many weeks left?",
    ],
)
def test_a_course_of_another_medicine_starts_no_clock(context: Context, said: str) -> None:
    assert last(context, said).course is None
