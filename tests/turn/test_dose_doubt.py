"""A dose asked for a child, an animal or of another medicine: the next weight may be theirs."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.converse import converse
from bot.turn.context import Context
from bot.turn.reply import Kind, Reply


def ask(context: Context, *turns: str) -> list[Reply]:
    return converse(turns, bind(context))


@pytest.mark.parametrize(
    "said",
    [
        ("how much accutane does my kid need", "39 kg"),
        ("which dose for my child", "39 kg"),
        ("my kid takes 30 mg", "41 kg"),
        ("what dose for a child", "what are the side effects?", "39 kg"),
        ("what if my kid forgets a dose", "39 kg"),
        ("can kids take it?", "38 kg"),
        ("is it ok for children", "40 kg"),
        ("can my son take it?", "45 kg"),
        ("born in 2016, 45 kg", "dose for 45 kg"),
        ("I'm in year 5", "dose for 45 kg"),
        ("my kid is in 5th grade", "45 kg"),
    ],
)
def test_a_childs_age_is_asked_for_whenever_its_weight_comes(
    context: Context, said: tuple[str, ...]
) -> None:
    *_, reply = ask(context, *said)
    assert (reply.kind, reply.dose) == (Kind.CLARIFY, None)
    assert "How old is the child?" in reply.text


def test_an_age_ends_the_question(context: Context) -> None:
    *_, told, own = ask(context, "which dose for my child", "39 kg", "13", "20 mg")
    assert [told.kind, own.kind] == [Kind.DOSE, Kind.DOSE]


def test_a_child_named_before_is_not_asked_about_where_one_asks_for_oneself(
    context: Context,
) -> None:
    *_, reply = ask(context, "which dose for my child", "and which dose for me at 66 kg?")
    assert reply.kind is Kind.DOSE


@pytest.mark.parametrize(
    ("said", "weight"),
    [
        ("how much isotretinoin for my cat", "its 31 kg"),
        ("my puppy is 33 kg, which dose", "33 kg"),
        ("how much paracetamol can i have at 66 kg", "66 kg"),
        ("how much paracetamol can i have", "66 kg"),
    ],
)
@pytest.mark.parametrize("by", ["button", "yes"])
def test_the_weight_after_an_animal_or_another_medicine_is_asked_about(
    context: Context, said: str, weight: str, by: str
) -> None:
    first, asked = ask(context, said, weight)
    assert first.dose is None
    assert (asked.kind, asked.dose) == (Kind.CLARIFY, None)
    (button,) = asked.suggestions
    assert button.command is not None
    *_, reply, after = ask(context, said, weight, button.command if by == "button" else by, weight)
    assert [reply.kind, after.kind] == [Kind.DOSE, Kind.DOSE]


def test_a_childs_age_and_the_medicine_are_both_asked_about(context: Context) -> None:
    said = ("how much paracetamol for my child", "40 kg", "13")
    *_, age, drug = ask(context, *said)
    assert "How old is the child?" in age.text
    assert (drug.kind, drug.dose) == (Kind.CLARIFY, None)
    *_, told = ask(context, *said, "yes")
    assert told.kind is Kind.DOSE


def test_an_amount_after_a_child_was_named_is_not_judged_for_the_parents_weight(
    context: Context,
) -> None:
    said = ("dose for 70 kg", "what if my kid forgets a dose", "60 mg")
    *_, weight, age = ask(context, *said, "45 kg")
    assert (weight.kind, weight.dose) == (Kind.CLARIFY, None)
    assert "body weight" in weight.text
    assert "How old is the child?" in age.text


def test_the_example_under_another_medicine_is_understood(context: Context) -> None:
    refused, reply = ask(context, "how much paracetamol at 66 kg", "isotretinoin dose for 70 kg")
    assert "isotretinoin dose for 70 kg" in refused.text
    assert reply.kind is Kind.DOSE


@pytest.mark.parametrize(
    "said", ["can children take accutane?", "my kid has dry lips on accutane, what helps?"]
)
def test_another_question_on_a_child_is_answered_as_ever(context: Context, said: str) -> None:
    (reply,) = ask(context, said)
    assert "body weight" not in reply.text


@pytest.mark.parametrize(
    "said",
    [
        "can teenagers take it?",
        "I have had acne for 3 years",
        "keep it away from kids",
        "can i have children after accutane?",
        "I was born in 1998",
    ],
)
def test_what_makes_no_child_the_patient_asks_for_no_age(context: Context, said: str) -> None:
    *_, reply = ask(context, said, "70 kg")
    assert reply.kind is Kind.DOSE
