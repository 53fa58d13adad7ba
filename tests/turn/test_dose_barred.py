"""A refusal of the calculator lasts: what was said of pregnancy or age holds for what follows."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.dose import dose_reply
from bot.turn.dose_asks import problem_reply
from bot.turn.dose_barred import barred, barred_by, still_barred, unbarred
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.figures import read_dose
from bot.turn.inbound import clean
from bot.turn.memory import LASTS, Memory
from bot.turn.reply import Kind, Reply
from tests.turn.dose_kb import knowledge

LASTING = (Problem.PREGNANT, Problem.BREASTFEEDING, Problem.UNDER_AGE)


def talk(*said: str, memory: Memory | None = None) -> tuple[Memory, Reply | None]:
    """What a talk with the calculator comes to, and its last reply."""
    memory, reply, rules = memory or Memory(), None, knowledge().dose
    for one in said:
        text = clean(one)
        memory, request = still_barred(read_dose(text, rules, memory), text, rules, memory)
        reply = None
        if request is not None:
            memory, reply = dose_reply(request, knowledge(), memory)
    return memory, reply


@pytest.mark.parametrize("said", ["I turn 12 next month, 45 kg", "I'll be 12 next month"])
def test_who_will_be_old_enough_one_day_is_not_yet(said: str) -> None:
    _, reply = talk(said, "dose for 45 kg")
    assert reply is not None
    assert (reply.kind, reply.dose) == (Kind.NOT_COVERED, None)


@pytest.mark.parametrize(
    "said",
    [
        ("/dose 70 kg", "/dose pregnant", "70 kg"),
        ("dose for 70 kg, I am pregnant", "80 kg then"),
        ("dose for 70 kg, I am pregnant", "capsules 40 mg"),
        ("70 kg dose while breastfeeding", "dose for 70 kg"),
        ("my child weighs 40 kg dose", "dose for 40 kg, age 11", "40 kg"),
        ("dose for 45 kg, age 9", "50 kg"),
    ],
)
def test_what_follows_a_refusal_is_refused_too(said: tuple[str, ...]) -> None:
    memory, reply = talk(*said)
    assert reply is not None
    assert (reply.kind, reply.dose) == (Kind.NOT_COVERED, None)
    assert memory.weight_kg is None


@pytest.mark.parametrize("why", LASTING)
def test_the_button_under_it_takes_it_back_and_asks_for_the_weight(why: Problem) -> None:
    memory = barred(Memory(), why)
    (button,) = problem_reply(DoseRequest(problem=why), knowledge()).suggestions
    assert button.command is not None
    asked, reply = talk(button.command, memory=memory)
    assert reply is not None
    assert reply.kind is Kind.CLARIFY
    _, answered = talk("70 kg", memory=asked)
    assert answered is not None
    assert answered.kind is Kind.DOSE


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Problem.PREGNANT, "not pregnant, dose for 70 kg"),
        (Problem.BREASTFEEDING, "I am not breastfeeding, dose for 70 kg"),
        (Problem.UNDER_AGE, "dose for 70 kg, age 15"),
    ],
)
def test_it_is_taken_back_beside_a_weight(why: Problem, said: str) -> None:
    memory, reply = talk(said, memory=barred(Memory(), why))
    assert reply is not None
    assert (reply.kind, memory.barred) == (Kind.DOSE, ())


def test_another_age_does_not_take_a_pregnancy_back() -> None:
    _, reply = talk("dose for 70 kg, age 30", memory=barred(Memory(), Problem.PREGNANT))
    assert reply is not None
    assert reply.dose is None


def test_a_red_flag_of_pregnancy_bars_and_forgets_the_weight() -> None:
    told, _ = talk("dose for 70 kg")
    memory = barred_by(["RF03", "RF01"], told)
    assert (memory.barred, memory.weight_kg) == (("pregnant",), None)
    assert barred_by(["RF13"], told) == told
    assert unbarred(memory, ["under_age"]) == memory
    assert unbarred(memory, ["pregnant"]).barred == ()


def test_it_is_over_with_the_talk() -> None:
    now = dt.datetime(2027, 6, 15, tzinfo=dt.UTC)
    memory = barred(Memory(at=now), Problem.PREGNANT)
    assert memory.fresh(now + LASTS).barred == ("pregnant",)
    assert memory.fresh(now + 2 * LASTS).barred == ()


@given(st.permutations(LASTING))
def test_each_reason_is_taken_back_for_itself(said: list[Problem]) -> None:
    """Any of them alone bars; with the last one taken back a weight gets its range."""
    memory = Memory()
    for why in said:
        memory = barred(memory, why)
    for left in range(len(said), 0, -1):
        assert len(memory.barred) == left
        _, refused = talk("70 kg", memory=memory)
        assert refused is not None
        assert refused.kind is Kind.NOT_COVERED
        (button,) = refused.suggestions
        memory, _ = talk(button.command or "", memory=memory)
    _, answered = talk("70 kg", memory=memory)
    assert answered is not None
    assert answered.dose is not None


@given(st.integers(30, 250), st.sampled_from(LASTING))
def test_no_weight_gets_a_dose_while_it_lasts(kg: int, why: Problem) -> None:
    for said in (f"{kg} kg", f"dose for {kg} kg", f"40 mg a day at {kg} kg, too much?"):
        _, reply = talk(said, memory=barred(Memory(), why))
        assert reply is None or reply.dose is None
