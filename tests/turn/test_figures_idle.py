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


def test_a_long_message_that_is_clearly_about_something_gets_it_before_its_figures_are_asked_about(
    context: Context,
) -> None:
    said = (
        "My doctor talked about a first month on little and then the usual amount, i weigh 61"
        " and my sister 70. what do most people take a day for the rest of the course?"
    )
    reply = last(context, said)
    assert [one.passage for one in reply.citations] == ["dose-maintenance"]
    assert "61 kg" in [one.label for one in reply.suggestions]


def test_how_old_a_child_is_is_asked_first_all_the_same(context: Context) -> None:
    said = (
        "My daughter weighs 50 kilos and our doctor wants to give her the usual starting dose for"
        " the first month. how much is that in general?"
    )
    reply = last(context, said)
    assert reply.kind is Kind.CLARIFY
    assert reply.citations == ()


WINE = (
    "I started on the 3rd of May and my cousin gets married soon, there will be wine on every"
    " table. can i have a glass or two with accutane?"
)
BROTHER = (
    "my brother finished on 2 March and looks great. i have severe acne too and only want to know"
    " one thing, how well does it work for people like us?"
)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (WINE, "alcohol"),
        (BROTHER, "efficacy"),
    ],
)
def test_a_date_in_a_long_message_about_something_else_starts_no_clock(
    context: Context, said: str, name: str
) -> None:
    reply = last(context, said)
    assert name in (reply.topic, *(one.passage for one in reply.citations))


def test_a_date_in_a_long_message_about_the_course_does(context: Context) -> None:
    said = (
        "i have a job at a pool all summer and a holiday booked in october, so tell me one thing:"
        " i started on 3 may, when will my course be over?"
    )
    assert last(context, said).course is not None
