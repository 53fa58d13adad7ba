"""Whose dose it is, and what stands against it, through the turns of one talk."""

from __future__ import annotations

import pytest

from bot.turn.context import Context
from tests.turn.said import last


@pytest.mark.parametrize(
    "age", ["11 years old", "age 11", "it's for my 9 year old", "he's 10 years old"]
)
def test_an_age_told_for_a_weight_is_an_age(context: Context, age: str) -> None:
    assert last(context, "/dose", age, "38 kg").dose is None


def test_a_grown_persons_age_is_no_weight(context: Context) -> None:
    told = last(context, "/dose", "I'm 35 years old").text
    assert "weight" in told
    assert "Is 35 in kg" not in told


@pytest.mark.parametrize(
    "said",
    [
        "i am 11 years old",
        "hi i'm 10 years old, can i ask you something",
        "I'm 11 years old. What are the side effects?",
        "i'm breastfeeding my baby, what is this bot",
        "we are trying for a baby",
        "my patient is breastfeeding",
    ],
)
def test_what_people_say_they_are_bars_the_dose_that_is_asked_next(
    context: Context, said: str
) -> None:
    assert last(context, said, "dose for 66 kg").dose is None


@pytest.mark.parametrize(
    "child",
    [
        "my daughter is 9",
        "my son is 11",
        "hi my son, 10, has bad acne",
        "my 11 yr old has acne",
        "my son turns 12 next month",
        "my grandson is 9",
        "he's in primary school",
        "my kid is 11",
        "my child is 8 years old. is it ok",
        "can a 10 year old take it",
    ],
)
@pytest.mark.parametrize("asked", ["what dose for 40 kg", "capsules 35 mg"])
def test_a_child_of_whom_a_parent_spoke_bars_the_dose_that_is_asked_next(
    context: Context, child: str, asked: str
) -> None:
    assert last(context, child, asked).refused == "dose"
    assert last(context, child, "what is accutane?", asked).refused == "dose"


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("my wife is pregnant", "she weighs 60 kg, what dose"),
        ("my wife is pregnant", "what dose for her, 60 kg"),
        ("my girlfriend is trying for a baby", "she is 60 kg what dose"),
        (
            "my friend is breastfeeding, what about it",
            "what is accutane? | she weighs 60 kg, dose?",
        ),
    ],
)
def test_another_persons_pregnancy_bars_the_dose_that_is_asked_for_her(
    context: Context, before: str, asked: str
) -> None:
    assert last(context, before, *asked.split(" | ")).refused == "dose"
    assert last(context, before, "dose for me, I weigh 80 kg").dose is not None


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("my wife is pregnant", "whats her dose"),
        ("my sister is breastfeeding", "how much can she take"),
    ],
)
def test_a_dose_asked_for_her_without_a_weight_is_refused_and_so_is_the_weight(
    context: Context, before: str, asked: str
) -> None:
    """The bare "60 kg" in the next message had got her the full range."""
    assert last(context, before, asked).refused == "dose"
    assert last(context, before, asked, "60 kg").refused == "dose"
    assert last(context, before, asked, "not pregnant, not breastfeeding, 60 kg").dose is not None


def test_a_childhood_told_of_bars_nothing(context: Context) -> None:
    assert last(context, "i had acne since i was a 10 year old", "dose for 70 kg").dose is not None


def test_who_is_nursing_gets_no_dose(context: Context) -> None:
    assert last(context, "im nursing", "62 kg").dose is None


def test_who_may_be_pregnant_gets_no_dose_before_the_prescriber_was_asked(
    context: Context,
) -> None:
    assert last(context, "i had unprotected sex", "dose for 60 kg").refused == "dose"
    assert last(context, "i missed my pill and had sex", "60 kg dose").refused == "dose"


def test_an_unanswered_question_after_a_pregnancy_bars_the_dose_until_a_no(
    context: Context,
) -> None:
    asked = "my period hasn't come"
    assert last(context, asked, "dose for 60 kg").dose is None
    assert last(context, asked, "what is accutane?", "dose for 60 kg").dose is None
    assert last(context, asked, "no", "dose for 60 kg").dose is not None


@pytest.mark.parametrize(
    "said",
    [
        "I had acne since I was 11 years old, does it work?",
        "is it safe while breastfeeding?",
        "my friend is pregnant",
        "my son got acne at 11, now he is 15",
        "my sister had acne when she was 10",
        "my brother is 19",
    ],
)
def test_what_is_said_of_others_or_of_the_past_bars_nothing(context: Context, said: str) -> None:
    assert last(context, said, "dose for 66 kg").dose is not None


@pytest.mark.parametrize(
    "said",
    [
        (
            "I am pregnant. what dose for 70 kg?",
            "what dose for 70 kg when I'm no longer pregnant?",
        ),
        ("/dose pregnant", "what would the dose be for 70 kg if I wasn't pregnant?"),
        (
            "I'm breastfeeding, what dose for 70 kg",
            "what dose for 70 kg after I stop breastfeeding",
        ),
        ("dose for my kid, 35 kg, age 10", "I'm his mother, I'm 35. what dose for 35 kg"),
        ("dose for my kid, 35 kg, age 10", "what dose if he was 12 years old, 35 kg"),
        ("what dose for my kid", "40 kg", "I'm 35"),
    ],
)
def test_what_is_only_supposed_or_said_of_a_parent_ends_no_refusal(
    context: Context, said: tuple[str, ...]
) -> None:
    assert last(context, *said).dose is None
    assert last(context, *said, "66 kg").dose is None


def test_a_childs_age_in_months_is_under_age(context: Context) -> None:
    said = ("how much accutane does my kid need", "40 kg", "18 months")
    assert last(context, *said).refused == "dose"


@pytest.mark.parametrize(
    "said",
    [
        ("capsules 40 mg for my dog",),
        ("how many capsules 40 mg ibuprofen",),
        ("which capsules make 40 mg for my kid",),
        ("what dose for my kid", "capsules 40 mg"),
        ("what dose for my dog", "capsules 20 mg"),
        ("what dose of ibuprofen for 70 kg", "capsules 50 mg"),
        ("my husband weighs 100 kg, what dose?", "which capsules do I need for 120 mg"),
    ],
)
def test_capsules_are_refused_or_doubted_like_a_dose(
    context: Context, said: tuple[str, ...]
) -> None:
    assert "Whole capsules" not in last(context, *said).text


@pytest.mark.parametrize(
    "said",
    [
        ("dose for 150", "lbs sorry, it's for my dog"),
        ("dose for 150", "in pounds, for ibuprofen"),
        ("what dose for my cat, 5 kg", "70 kg", "yes for the cat"),
        ("what dose of ibuprofen for 70 kg", "dose for 70 kg", "yes ibuprofen"),
    ],
)
def test_a_short_answer_says_for_whom_it_is(context: Context, said: tuple[str, ...]) -> None:
    assert last(context, *said).dose is None


@pytest.mark.parametrize(
    "said",
    [
        ("dose for 70 kg", "is 60 mg ok for my mother"),
        ("dose for 70 kg", "my mother takes 60 mg, is that too much"),
        ("dose for 70 kg", "is 60 mg ok for a 13 year old"),
        ("dose for 70 kg", "is 60 mg ok for my aunt"),
        ("my sister weighs 50 kg, what dose?", "what are the side effects?",
         "is 60 mg of accutane ok for me"),
        ("dose for my wife", "60 kg", "40 mg ok for me?"),
        ("what dose for my daughter?", "40 kg", "14", "I take 40 mg, too much?"),
        ("dose for 70 kg", "what dose for my husband?", "40 mg"),
    ],
)  # fmt: skip
def test_a_weight_serves_nobody_but_its_owner(context: Context, said: tuple[str, ...]) -> None:
    assert last(context, *said).dose is None


@pytest.mark.parametrize("child", ["son", "daughter", "grandson", "little brother"])
def test_a_parent_who_tells_no_age_is_asked_for_it(context: Context, child: str) -> None:
    for said in ((f"my {child} weighs 38 kg, what dose",), (f"what dose for my {child}", "38 kg")):
        assert "How old" in last(context, *said).text
        assert last(context, *said, "11").refused == "dose"
        assert last(context, *said, "13").dose is not None


def test_a_total_is_not_counted_for_anothers_weight(context: Context) -> None:
    taken = "I took 60 mg a day since 3 March 2026, what is my total so far?"
    assert "at 50 kg" not in last(context, "my sister weighs 50 kg, what dose?", taken).text


@pytest.mark.parametrize(
    "said", [("/dose 40 mg", "70 kg"), ("/dose 40 mg for my kid, 40 kg", "14")]
)
def test_whether_it_is_a_day_is_asked_behind_a_question_too(
    context: Context, said: tuple[str, ...]
) -> None:
    assert "Is that per day?" in last(context, *said).text


def test_a_dose_in_mg_per_kg_waits_for_its_weight(context: Context) -> None:
    shown = last(context, "/dose 2.5 mg/kg", "70 kg").dose
    assert shown is not None
    assert shown.position == "above_maximum"


def test_another_medicine_asked_about_beside_a_weight_is_offered(context: Context) -> None:
    shown = last(context, "what dose for 70 kg, and can I take doxycycline with it?")
    assert "tetracyclines" in [button.topic for button in shown.suggestions]
