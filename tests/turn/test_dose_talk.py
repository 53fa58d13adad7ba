"""A talk with the calculator: whose weight is kept, for how long, and of which medicine."""

from __future__ import annotations

import pytest

from bot.turn.dose import dose_reply
from bot.turn.dose_asks import problem_reply
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.figures import read_dose
from bot.turn.inbound import clean
from bot.turn.memory import Memory
from tests.turn.dose_kb import knowledge


def talk(*said: str, memory: Memory | None = None) -> tuple[Memory, DoseRequest | None]:
    """What is remembered of a talk, and what its last message asks of the calculator."""
    memory, request = memory or Memory(), None
    for one in said:
        request = read_dose(clean(one), knowledge().dose, memory)
        if request is not None:
            memory, _ = dose_reply(request, knowledge(), memory)
    return memory, request


def asked(*said: str) -> DoseRequest:
    request = talk(*said)[1]
    assert request is not None, said
    return request


def told(*said: str) -> tuple[float, float | None]:
    """The weight and the mg a day that the last figures were given for."""
    request = asked(*said)
    assert (request.problem, request.weight is None) == (None, False), said
    assert request.weight is not None
    daily = request.daily.mg if request.daily is not None else None
    return float(request.weight.kg), None if daily is None else float(daily)


@pytest.mark.parametrize(
    "said",
    [
        "and 60 mg?",
        "is 60 mg ok",
        "what about 60 mg a day",
        "60 mg",
        "I take 60 mg",
        "can I take 60mg",
        "my doctor put me on 60 mg, is he right?",
        "he put me on 60 mg",
        "she prescribed 60 mg",
        "is she right, 60 mg?",
        "hey mate is 60 mg ok",
        "is 60 mg in a day ok mate",
        "my friend says 60 mg is too much for me",
        "my mum thinks 60 mg is too much",
        "is 60 mg a day normal for a woman",
    ],
)
def test_a_dose_said_next_is_judged_for_the_weight_just_told(said: str) -> None:
    assert told("dose for 70 kg", said) == (70, 60)


@pytest.mark.parametrize(
    "said",
    [
        "my sister takes 40 mg",
        "my sister was prescribed 40 mg",
        "my brother started on 40 mg",
        "she takes 40mg",
        "my bf is on 80 mg",
        "is 80 mg too much for him",
        "and 60 mg for my son?",
        "my brother is on 1 mg/kg",
        "can my son take 80 mg",
        "hes on 40mg",
        "what about my sister on 40 mg",
        "should I give him 40 mg",
        "is 40 mg ok for my big brother",
        "my cousin takes 40 mg, is it too high",
        "my child takes 40 mg",
        "is 40 mg ok for my 14 year old",
        "is 40 mg too much, she's tiny",
    ],
)
def test_the_weight_told_is_not_used_for_another_person(said: str) -> None:
    request = asked("dose for 70 kg", said)
    assert request.problem is Problem.NO_WEIGHT
    assert told("dose for 70 kg", "my wife takes 40 mg", "55 kg") == (55, 40)


def test_a_parent_is_asked_for_the_childs_weight_and_age_never_given_their_own() -> None:
    talked = ("dose for 70 kg", "is 40 mg ok for my kid", "50 kg")
    assert asked(*talked[:2]).problem is Problem.NO_WEIGHT
    assert asked(*talked).problem is Problem.AGE
    assert told(*talked, "14") == (50, 40)
    assert told(*talked, "14", "is 30 mg too much for him") == (50, 30)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("is 40 mg ok for my baby", Problem.UNDER_AGE),
        ("is 40 mg ok for my dog", Problem.PET),
        ("is 40 mg ok for my 10 year old", Problem.UNDER_AGE),
        ("is 40 mg ok, I'm 11", Problem.UNDER_AGE),
        ("I'm pregnant, is 40 mg ok", Problem.PREGNANT),
        ("is 40 mg ok while I'm breastfeeding", Problem.BREASTFEEDING),
    ],
)
@pytest.mark.parametrize("before", ["dose for 70 kg", "/dose"])
def test_who_is_refused_beside_a_weight_is_refused_after_one(
    before: str, said: str, problem: Problem
) -> None:
    assert asked(before, said).problem is problem


@pytest.mark.parametrize(
    "said", ["what about 80?", "how about 80", "and what about 80 then", "and 80?"]
)
def test_a_number_said_next_is_asked_about_as_a_weight_or_a_dose(said: str) -> None:
    request = asked("dose for 70 kg", said)
    assert request.problem is Problem.WEIGHT_OR_DOSE
    buttons = [one.command for one in problem_reply(request, knowledge()).suggestions]
    assert buttons == ["80 kg", "80 lb", "80 mg a day at 70 kg"]
    assert told("dose for 70 kg", said, "80 kg") == (80, None)
    assert told("dose for 70 kg", said, "kg") == (80, None)
    assert told("dose for 70 kg", said, "80 mg") == (70, 80)


@pytest.mark.parametrize("said", ["and my wife?", "what about for my sister", "and for my dad"])
def test_another_person_asked_about_next_to_figures_is_asked_for_a_weight(said: str) -> None:
    request = asked("dose for 70 kg", said)
    assert (request.problem, request.anothers) == (Problem.NO_WEIGHT, True)
    assert told("dose for 70 kg", said, "60 kg") == (60, None)


@pytest.mark.parametrize("before", [(), ("dose",)])
def test_another_person_named_next_to_no_figures_is_asked_nothing(before: tuple[str, ...]) -> None:
    assert talk(*before, "and my wife?")[1] is None


@pytest.mark.parametrize("said", ["67 not 75", "*67", "67*", "make that 67", "typo, 67"])
def test_a_weight_that_is_put_right_is_read(said: str) -> None:
    request = asked("dose for 75 kg", said)
    assert request.problem is Problem.UNIT
    assert {reading.number for reading in request.readings} == {"67"}


def test_another_medicine_is_no_answer_to_what_is_the_weight() -> None:
    assert asked("/dose", "400 mg ibuprofen").problem is Problem.OTHER_DRUG


def test_another_persons_weight_is_theirs_in_what_follows() -> None:
    assert told("my wife weighs 55 kg, what dose", "is 60 mg too much for her") == (55, 60)
    assert asked("my wife weighs 55 kg, what dose", "I take 40 mg").problem is Problem.NO_WEIGHT
    assert (
        asked("my wife weighs 55 kg, what dose", "my son takes 40 mg").problem is Problem.NO_WEIGHT
    )


def test_ones_own_weight_told_next_is_not_the_other_persons() -> None:
    talked = ("my wife weighs 55 kg, what dose", "I take 40 mg", "70 kg")
    assert told(*talked) == (70, 40)
    assert asked(*talked, "she takes 40 mg").problem is Problem.NO_WEIGHT


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("now I weigh 80", 80),
        ("/dose eighty something", 80),
        ("im 80 now", 80),
        ("wait im 85 now", 85),
        ("sorry i mean 145", 145),
        ("sorry 80", 80),
        ("no, 85", 85),
        ("i dont weigh 90 i weigh 85", 85),
        ("i lost weight, im 75 now", 75),
    ],
)
def test_a_weight_put_right_replaces_the_one_told_before(said: str, number: int) -> None:
    memory, request = talk("dose for 90 kg", said)
    assert request is not None
    assert (request.problem, memory.weight_kg) == (Problem.UNIT, None)
    after = asked("dose for 90 kg", said, "60 mg a day")
    assert (after.problem, after.readings) == (Problem.UNIT, request.readings)
    assert told("dose for 90 kg", said, "60 mg a day", "kg") == (number, 60)


@pytest.mark.parametrize("said", ["60 to 70 kg", "/dose nan kg", "20 mg or 40 mg at 60 kg"])
def test_a_weight_in_doubt_makes_the_one_before_forgotten(said: str) -> None:
    assert talk("dose for 90 kg", said)[0].weight_kg is None


@pytest.mark.parametrize(
    "said",
    [
        "sorry I was on 60",
        "i am 19 now",
        "wait is it 20 weeks",
        "no, 2 courses",
        "now what",
    ],
)
def test_a_number_that_puts_no_weight_right_is_left_alone(said: str) -> None:
    assert talk("dose for 80 kg", said)[1] is None


def test_a_number_after_a_dose_may_be_mg_and_is_no_weight() -> None:
    assert talk("dose for 80 kg", "is 40 mg ok", "sorry 60")[1] is None


def of_something_else(memory: Memory) -> Memory:
    """The memory once another question was answered (``turn._said``)."""
    return memory.model_copy(update={"asking": None, "details": {}})


@pytest.mark.parametrize("said", ["100 mg", "is 60 mg ok", "100 mg twice a day", "1 mg/kg"])
def test_an_amount_after_other_talk_is_asked_about_and_computed_by_the_button(said: str) -> None:
    """ "Can I take spironolactone with it?", then "100 mg"."""
    memory = of_something_else(talk("dose for 70 kg")[0])
    after, request = talk(said, memory=memory)
    assert request is not None
    assert request.problem is Problem.WHICH_DRUG
    (button,) = problem_reply(request, knowledge()).suggestions
    assert button.command is not None
    direct = asked("dose for 70 kg", said)
    for yes in (button.command, "yes", "accutane", "yes, isotretinoin"):
        answered = talk(yes, memory=after)[1]
        assert answered is not None, yes
        assert (answered.problem, answered.ratio) == (None, direct.ratio)
        assert answered.daily is None or answered.daily.mg == direct.daily.mg  # type: ignore[union-attr]
    assert talk("no", memory=after)[1] is None


def test_it_is_not_asked_where_isotretinoin_is_named() -> None:
    memory = of_something_else(talk("dose for 70 kg")[0])
    _, request = talk("is 60 mg of accutane ok", memory=memory)
    assert request is not None
    assert request.problem is None


def test_capsules_are_no_other_talk() -> None:
    assert told("dose for 70 kg", "capsules 35 mg", "and 60 mg?") == (70, 60)


@pytest.mark.parametrize(
    ("said", "daily"),
    [
        ("twice a day", 120),
        ("no, twice a day", 120),
        ("it's every other day", 30),
        ("yes", 60),
        ("per day", 60),
        ("bid", 120),
    ],
)
def test_how_often_a_dose_is_taken_can_be_typed_under_the_question(said: str, daily: int) -> None:
    assert told("dose for 70 kg", "I take 60 mg", said) == (70, daily)


@pytest.mark.parametrize("said", ["no", "per week", "3 times a week", "no it's weekly"])
def test_a_dose_that_is_not_a_days_is_asked_for_again(said: str) -> None:
    assert asked("dose for 70 kg", "I take 60 mg", said).problem is Problem.NOT_DAILY
    assert told("dose for 70 kg", "I take 60 mg", said, "20 mg a day") == (70, 20)


@pytest.mark.parametrize(
    "said", ["and for 80?", "what about my sister, she's 80", "ok and for 80"]
)
def test_another_number_said_next_to_figures_is_asked_about(said: str) -> None:
    request = asked("dose for 70 kg", said)
    assert (request.problem, [one.number for one in request.readings]) == (
        Problem.UNIT,
        ["80", "80"],
    )
    assert told("dose for 70 kg", said, "kg") == (80, None)


def test_a_sisters_number_told_next_is_not_ones_own_weight() -> None:
    talked = ("dose for 70 kg", "what about my sister, she's 55", "kg")
    assert told(*talked) == (55, None)
    assert asked(*talked, "I take 40 mg").problem is Problem.NO_WEIGHT
