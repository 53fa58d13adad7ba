"""What the calculator says. The first tests are the faults that Huckvale 2015 counted."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import bot
from bot.kb.dose_rules import DoseRules
from bot.turn.dose import dose_reply
from bot.turn.dose_asks import body_weight_reply
from bot.turn.dose_cards import dose_cards
from bot.turn.dose_request import DoseRequest, Problem
from bot.turn.dose_sums import dose_figures, limit_mg, plain, shown_kg
from bot.turn.figures import read_dose
from bot.turn.figures_scan import Dose, Weight
from bot.turn.inbound import clean
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from tests.turn.dose_kb import knowledge, table

PROBLEM = table("dose_phrases.yaml")["problem"]
WEIGHTS = st.decimals(min_value=30, max_value=250, places=3)
DAILY = st.decimals(min_value=1, max_value=600, places=1)


def rules() -> DoseRules:
    return knowledge().dose


def say(text: str, memory: Memory | None = None, *, calculator: bool = True) -> Reply:
    memory = memory or Memory()
    request = read_dose(clean(text), rules(), memory)
    assert request is not None
    return dose_reply(request, knowledge(), memory, calculator=calculator)[1]


def of(kg: Decimal, daily: Decimal | None = None) -> DoseRequest:
    dose = None if daily is None else Dose(daily, "", said_daily=True)
    return DoseRequest(weight=Weight(kg, f"{kg} kg", "kg", str(kg)), daily=dose)


class TestHuckvale:
    @pytest.mark.parametrize("text", [*PROBLEM["unreadable"], *PROBLEM["range"]])
    def test_impossible_numbers_give_no_figure(self, text: str) -> None:
        reply = say(text)
        assert (reply.kind, reply.dose) == (Kind.CLARIFY, None)

    @pytest.mark.parametrize("text", PROBLEM["no_weight"])
    def test_nothing_is_computed_with_a_value_missing(self, text: str) -> None:
        reply = say(text)
        assert (reply.kind, reply.dose) == (Kind.CLARIFY, None)
        assert "70 kg" in reply.text  # an example of what would be accepted

    def test_the_formula_is_shown_with_its_numbers(self) -> None:
        text = say("what dose for 70 kg").text
        assert "70 kg × 0.5 mg/kg = 35 mg a day" in text
        assert "70 kg × 1 mg/kg = 70 mg a day" in text
        assert "70 kg × 2 mg/kg = 140 mg a day" in text

    def test_the_input_is_shown_as_understood(self) -> None:
        assert "11st 4, that is 71.66 kg" in say("dose for 11st 4").text

    def test_units_are_never_guessed(self) -> None:
        reply = say("150")
        assert reply.dose is None
        assert [s.command for s in reply.suggestions] == ["150 kg", "150 lb"]

    def test_rounding_is_downwards_and_said(self) -> None:
        reply = say("dose for 71.7 kg")
        assert reply.dose is not None
        assert reply.dose.start_max_mg == 35.8  # 35.85
        assert "rounded down" in reply.text

    def test_the_source_of_each_figure_is_quoted(self) -> None:
        reply = say("70 kg")
        assert [c.passage for c in reply.citations] == [
            "dose-start",
            "dose-maintenance",
            "dose-increase",
        ]
        assert all(c.quote in reply.text for c in reply.citations)

    def test_the_accepted_range_is_said_with_its_reason(self) -> None:
        text = say("5000 kg").text
        assert "30 to 250 kg" in text
        assert "no weight limits" in text

    def test_it_says_who_decides_and_that_it_is_no_advice(self) -> None:
        text = say("70 kg").text
        assert "prescriber sets the dose" in text
        assert "not medical advice" in text

    def test_no_single_dose_is_recommended(self) -> None:
        assert not re.search(r"you should take|recommended dose|take \d", say("70 kg").text)


def test_the_reply_carries_what_authorities_add() -> None:
    notes = " ".join(note.text for note in say("70 kg").notes)
    for wanted in ("per day", "UK and EU", "US", "some adults only", "one month before"):
        assert wanted in notes


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("other_drug", Kind.NOT_COVERED),
        ("pet", Kind.NOT_COVERED),
        ("under_age", Kind.NOT_COVERED),
        ("pregnant", Kind.NOT_COVERED),
        ("breastfeeding", Kind.NOT_COVERED),
        ("age", Kind.CLARIFY),
        ("unit", Kind.CLARIFY),
        ("two_weights", Kind.CLARIFY),
        ("two_doses", Kind.CLARIFY),
        ("not_daily", Kind.CLARIFY),
        ("daily", Kind.CLARIFY),
    ],
)
def test_a_refusal_has_no_figure_of_a_dose(name: str, kind: Kind) -> None:
    for text in PROBLEM[name]:
        reply = say(text)
        assert (reply.kind, reply.dose) == (kind, None), text
        assert "mg a day at most" not in reply.text


def test_above_the_ceiling_the_person_is_sent_to_the_prescriber() -> None:
    reply = say("150 mg a day at 70 kg")
    assert reply.dose is not None
    assert reply.dose.position == "above_maximum"
    assert "call your prescriber or pharmacist" in reply.text


def test_switched_off_it_cites_and_gives_no_figure() -> None:
    reply = say("70 kg", calculator=False)
    assert (reply.kind, reply.dose, len(reply.citations)) == (Kind.ANSWER, None, 3)
    assert "35 mg" not in reply.text


def test_without_our_notes_the_safety_of_the_ceiling_and_of_pregnancy_stays() -> None:
    request = read_dose("70 kg", rules(), Memory())
    assert request is not None
    _, reply = dose_reply(request, knowledge(), Memory(), show_notes=False)
    shown = " ".join(note.text for note in reply.notes)
    assert len(reply.notes) < len(say("70 kg").notes)
    for wanted in ("some adults only", "one month before"):
        assert wanted in shown
    assert "not medical advice" in reply.text
    assert "not a dose to take" in reply.text


def test_is_that_per_day_is_asked_with_a_button_for_each_other_way() -> None:
    reply = say("60 mg at 70 kg")
    assert "Is that per day?" in reply.text
    commands = [s.command or "" for s in reply.suggestions]
    told = {c: say(c).dose for c in commands if "at 70 kg" in c}
    assert {c: d.daily_mg for c, d in told.items() if d} == {
        "60 mg twice a day at 70 kg": 120.0,
        "60 mg every other day at 70 kg": 30.0,
    }
    assert "Is that per day?" not in say("60 mg a day at 70 kg").text


def test_a_dose_that_is_not_daily_can_be_put_right_by_a_button() -> None:
    (button,) = say("60 mg a week at 70 kg").suggestions
    assert button.command is not None
    answered = say(button.command).dose
    assert answered is not None
    assert answered.daily_mg == 60


def test_capsules_are_offered_for_no_dose_above_the_highest() -> None:
    commands = [s.command for s in say("150 mg a day at 70 kg").suggestions]
    assert "capsules 150 mg" not in commands


def test_a_gram_is_a_thousand_milligrams_and_far_above() -> None:
    reply = say("1 gram a day at 70 kg")
    assert reply.dose is not None
    assert (reply.dose.daily_mg, reply.dose.position) == (1000.0, "above_maximum")


@pytest.mark.parametrize("text", ["ok 80 kg lampshade", "the 80 kg parade"])
def test_a_weight_that_nothing_explains_is_asked_about_and_never_computed(text: str) -> None:
    assert read_dose(text, rules(), Memory()) is None
    reply = body_weight_reply(text, knowledge())
    assert reply is not None
    assert (reply.kind, reply.dose) == (Kind.CLARIFY, None)
    assert [s.command for s in reply.suggestions] == ["dose for 80 kg"]


@pytest.mark.parametrize("text", ["20 kg", "my dog 40 kg", "60 or 70 kg", "ibuprofen 70 kg", "hi"])
def test_what_is_no_persons_weight_is_not_asked_about(text: str) -> None:
    assert body_weight_reply(text, knowledge()) is None


def test_a_talk_keeps_the_weight_and_the_dose_that_were_told() -> None:
    memory, replies = Memory(), []
    for text in ("dose", "40 mg a day", "150", "lb", "no, kg", "and 300 mg a day?"):
        request = read_dose(text, rules(), memory)
        assert request is not None, text
        memory, reply = dose_reply(request, knowledge(), memory)
        replies.append(reply)
    assert [r.kind for r in replies] == [Kind.CLARIFY] * 3 + [Kind.DOSE] * 3
    told = [(r.dose.weight_kg, r.dose.daily_mg) for r in replies if r.dose]
    assert told == [(68.0, 40.0), (150.0, 40.0), (150.0, 300.0)]


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        (("my kid weighs 50 kg, dose?", "14"), (50.0, None)),
        (("my kid weighs 50 kg, dose?", "he's 14"), (50.0, None)),
        (("20 mg or 40 mg at 70 kg", "40"), (70.0, 40.0)),
        (("40 mg a week at 70 kg", "sorry, 40 mg a day"), (70.0, 40.0)),
        (("60 mg at 70", "kg"), (70.0, 60.0)),
        (("70 kg", "sorry 80 kg"), (80.0, None)),
        (("20 mg or 40 mg at 70 kg", "40 twice a day"), (70.0, 80.0)),
        (("20 mg or 40 mg at 70 kg", "2 capsules of 40"), (70.0, 80.0)),
        (("20 mg or 40 mg at 70 kg", "I'm 25", "forty a day"), (70.0, 40.0)),
        (("my child takes 40 mg at 50 kg, ok?", "yes, 14 years old"), (50.0, 40.0)),
        (("my child weighs 40 kg dose", "45 kg", "14"), (45.0, None)),
        (("70 and a half kg", "lb"), (32.0, None)),
        (("70 1/2 kg", "pounds"), (32.0, None)),
        (("70,5 kg", "lb"), (32.0, None)),
        (("11 and a half stone", "stone"), (73.0, None)),
    ],
)
def test_a_short_answer_is_read_with_what_was_said_before(
    turns: tuple[str, str], told: tuple[float, float | None]
) -> None:
    memory, reply = Memory(), None
    for text in turns:
        request = read_dose(clean(text), rules(), memory)
        assert request is not None, text
        memory, reply = dose_reply(request, knowledge(), memory)
    assert reply is not None
    assert reply.dose is not None
    assert (reply.dose.weight_kg, reply.dose.daily_mg) == told


def test_a_child_said_to_be_too_young_in_the_answer_gets_no_figure() -> None:
    request = read_dose("my kid weighs 50 kg, dose?", rules(), Memory())
    assert request is not None
    memory, _ = dose_reply(request, knowledge(), Memory())
    answer = read_dose("10", rules(), memory)
    assert answer is not None
    assert answer.problem is Problem.UNDER_AGE


@pytest.mark.parametrize(
    ("turns", "problem"),
    [
        (("my child weighs 40 kg dose", "14 and pregnant"), Problem.PREGNANT),
        (("my child weighs 40 kg dose", "12 next month"), Problem.AGE),
        (("my child weighs 40 kg dose", "12 soon"), Problem.AGE),
        (("my child weighs 40 kg dose", "about 12"), Problem.AGE),
        (("my child weighs 40 kg dose", "10 or 14"), Problem.AGE),
        (("my child weighs 40 kg dose", "less than 12"), Problem.UNDER_AGE),
        (("my child weighs 40 kg dose", "2014"), Problem.AGE),
        (("my child weighs 40 kg dose", "130"), Problem.AGE),
        (("my child weighs 40 kg dose", "45 kg"), Problem.AGE),
        (("my child weighs 90, what dose", "90 lb"), Problem.AGE),
        (("my child weighs 90, what dose", "lb"), Problem.AGE),
        (("my kid weighs 70-80 lb dose", "75 lb"), Problem.AGE),
        (("20 mg or 40 mg at 70 kg", "40 and pregnant"), Problem.PREGNANT),
        (("20 mg or 40 mg at 70 kg", "40 for dog"), Problem.PET),
        (("20 mg or 40 mg at 70 kg", "40 ibuprofen"), Problem.OTHER_DRUG),
        (("20 mg or 40 mg at 70 kg", "40 weekly"), Problem.NOT_DAILY),
        (("20 mg or 40 mg at 70 kg", "40 a week"), Problem.NOT_DAILY),
        (("20 mg or 40 mg at 70 kg", "40 or 60"), Problem.NOT_DAILY),
        (("20 mg or 40 mg at 70 kg", "I'm 25"), Problem.NOT_DAILY),
    ],
)
def test_what_else_an_answer_says_counts_and_the_age_is_asked_until_it_is_told(
    turns: tuple[str, ...], problem: Problem
) -> None:
    memory, request = Memory(), None
    for text in turns:
        request = read_dose(clean(text), rules(), memory)
        assert request is not None, text
        memory, _ = dose_reply(request, knowledge(), memory)
    assert request is not None
    assert request.problem is problem


def test_buttons_of_a_question_back_lead_to_an_answer() -> None:
    for name in ("unit", "age", "two_doses"):
        for text in PROBLEM[name]:
            for button in say(text).suggestions:
                assert button.command is not None
                assert read_dose(button.command, rules(), Memory()) is not None


@given(WEIGHTS, WEIGHTS)
def test_a_heavier_person_never_gets_a_smaller_figure(one: Decimal, two: Decimal) -> None:
    low, high = sorted((one, two))
    a, b = dose_figures(of(low), rules()), dose_figures(of(high), rules())
    assert a.start_max_mg <= b.start_max_mg
    assert a.average_mg <= b.average_mg
    assert a.maximum_mg <= b.maximum_mg


@given(WEIGHTS)
def test_no_figure_passes_its_limit(kg: Decimal) -> None:
    limits = rules().limits
    for limit in (limits.start, limits.average, limits.maximum):
        mg = limit_mg(kg, limit.mg_per_kg)
        assert mg <= kg * limit.mg_per_kg < mg + Decimal("0.1")


@given(WEIGHTS)
def test_the_sum_as_shown_comes_out(kg: Decimal) -> None:
    limits = rules().limits
    for limit in (limits.start, limits.average, limits.maximum):
        shown = Decimal(shown_kg(kg))
        assert limit_mg(shown, limit.mg_per_kg) == limit_mg(kg, limit.mg_per_kg)


@given(WEIGHTS)
def test_pounds_and_stone_come_back_as_the_same_weight(kg: Decimal) -> None:
    pounds = (kg / rules().kg_in_pound).quantize(Decimal("0.1"))
    stone, rest = divmod(pounds, rules().pounds_in_stone)
    for text in (f"dose for {plain(pounds)} lb", f"dose for {stone} st {plain(rest)} lb"):
        request = read_dose(text, rules(), Memory())
        assert request is not None
        assume(request.problem is not Problem.RANGE)
        assert request.weight is not None
        assert abs(request.weight.kg - kg) <= Decimal("0.05")


@given(WEIGHTS, DAILY)
def test_where_a_dose_lies_is_told_from_exact_amounts(kg: Decimal, daily: Decimal) -> None:
    figures = dose_figures(of(kg, daily), rules())
    limits = rules().limits
    above = daily > limits.maximum.mg_per_kg * kg
    assert (figures.position == "above_maximum") == above
    assert figures.mg_per_kg is not None
    assert (figures.mg_per_kg > float(limits.maximum.mg_per_kg)) == above
    assert figures.mg_per_kg == pytest.approx(float(daily / kg), abs=0.01)


def test_inline_an_ambiguous_number_gives_a_card_for_each_reading() -> None:
    request = read_dose("weigh 150", rules(), Memory())
    assert request is not None
    cards = dose_cards(request, knowledge())
    assert [card.title for card in cards] == [
        "150 kg: document's range",
        "68 kg: document's range",
    ]
    assert len({card.id for card in cards}) == 2


@pytest.mark.parametrize("text", ["70 kg", "60 mg 70 kg", "5000 kg", "154 lb", "/dose"])
def test_inline_cards_show_quotes_and_fit_a_message(text: str) -> None:
    request = read_dose(text, rules(), Memory())
    assert request is not None
    for card in dose_cards(request, knowledge()):
        assert len(card.text) <= 4096
        assert all(cited.quote in card.text for cited in card.citations)
        assert "not medical advice" in card.text or not card.citations


def test_every_text_of_ours_is_used_and_every_used_one_is_there() -> None:
    folder = Path(bot.__file__).parent
    code = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    said = set(rules().says)
    assert {k for k in said if not re.search(f"[\"']{k}[\"']", code)} <= {
        p.value for p in Problem
    } | {
        "start",
        "average",
        "maximum",
    }
    assert {p.value for p in Problem} <= said
