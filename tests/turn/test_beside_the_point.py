"""A date or a figure in a long message that is clearly about something else."""

from __future__ import annotations

import pytest

from bot.turn.context import Context
from bot.turn.reply import Kind
from tests.turn.said import last


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


def test_a_childs_weight_and_a_dose_of_ones_own_are_not_passed_over(context: Context) -> None:
    """The button would have given a range to a child of no age, and none to 140 mg a day."""
    child = (
        "My daughter takes 30 mg and weighs 48. How long does the treatment usually last for"
        " severe acne, and is it too much?"
    )
    assert last(context, child, "48 kg").dose is None
    own = (
        "My doctor talked about a first month on little and has me on 140 mg a day now, i weigh"
        " 61. what do most people take a day for the rest of the course?"
    )
    told = last(context, own, "61 kg")
    assert told.dose is not None
    assert told.dose.daily_mg == 140
    assert last(context, own, "kg").dose is not None  # the question of the unit is still open


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


def test_what_else_is_asked_beside_the_course_is_on_the_first_button(context: Context) -> None:
    said = (
        "i started on 3 may, when will my course be over? also can i drink a glass of wine with"
        " accutane at the wedding of my cousin"
    )
    reply = last(context, said)
    assert reply.course is not None
    assert reply.suggestions[0].topic == "alcohol"
