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
        "after three rounds of doxycycline, what dose for 70 kg?",
        "i had antibiotics three times, i weigh 54 kilos, what dose",
        "was on lymecycline and a gel for years. im 58 kg, what is the starting dose",
        "i've had four steroid shots over the years, 83 kg, what dose",
        "im three quarters clear at 70 kg, what dose is usual",
    ],
)
def test_what_is_only_spoken_of_takes_no_dose_away(context: Context, said: str) -> None:
    assert last(context, said).kind is Kind.DOSE


@pytest.mark.parametrize(
    "said",
    [
        "how much doxycycline for 60 kg",
        "i had doxycycline 100 mg, how many mg for 70 kg",
        "used to have doxycycline, dose of it for 70 kg?",
        "after surgery how much ibuprofen, 70 kg",
        "my dog eats like a pig, what dose for the dog, 30 kg",
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
