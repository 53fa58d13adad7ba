"""Capsules that can be taken: whole ones, never above the amount."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.turn.capsules import capsule_sets
from bot.turn.dose import dose_reply
from bot.turn.figures import read_dose
from bot.turn.memory import Memory
from bot.turn.reply import Kind
from tests.turn.dose_kb import knowledge

MARKETS = knowledge().dose.markets


def strengths(name: str) -> tuple[Decimal, ...]:
    return next(m.strengths_mg for m in MARKETS if m.id == name)


@pytest.mark.parametrize(
    ("target", "market", "doses", "total", "percent"),
    [
        ("35", "uk", [[20, 10, 5]], 35, 0),
        ("35", "uk", [[20], [10, 5]], 35, 0),
        ("49", "uk", [[40, 5]], 45, -8),
        ("49", "us", [[20], [20]], 40, -18),
        ("49", "absorica", [[25], [20]], 45, -8),
        ("60", "us", [[30], [30]], 60, 0),
        ("35.8", "uk", [[20, 10, 5]], 35, -2),
        ("140", "us", [[40, 30], [40, 30]], 140, 0),
    ],
)
def test_the_nearest_set_below(
    target: str, market: str, doses: list[list[int]], total: int, percent: int
) -> None:
    best = capsule_sets(Decimal(target), strengths(market), len(doses))[0]
    assert [[int(c) for c in dose] for dose in best.doses] == doses
    assert (best.total_mg, best.difference) == (Decimal(total), Decimal(percent))


def test_an_amount_below_the_smallest_capsule_has_no_set() -> None:
    assert capsule_sets(Decimal(4), strengths("uk"), 1) == ()
    assert capsule_sets(Decimal(10), strengths("us"), 2) == ()


@pytest.mark.parametrize("target", ["0", "-5", "NaN", "Infinity"])
def test_no_set_for_what_is_no_amount(target: str) -> None:
    assert capsule_sets(Decimal(target), strengths("uk"), 1) == ()


@given(st.decimals(min_value=1, max_value=500, places=1), st.sampled_from(MARKETS))
def test_no_set_passes_the_amount_or_halves_a_capsule(target: Decimal, market: object) -> None:
    chosen = next(m for m in MARKETS if m == market)
    for times in chosen.doses_a_day:
        for found in capsule_sets(target, chosen.strengths_mg, times):
            flat = [c for dose in found.doses for c in dose]
            assert sum(flat) == found.total_mg <= target
            assert set(flat) <= set(chosen.strengths_mg)
            assert len(found.doses) == times
            assert (found.difference == 0) == (found.total_mg == target)


def test_the_button_shows_sets_and_says_that_they_are_derived() -> None:
    request = read_dose("capsules 35 mg", knowledge().dose, Memory())
    assert request is not None
    _, reply = dose_reply(request, knowledge(), Memory())
    assert reply.kind is Kind.ANSWER
    assert "20 + 10 + 5" in reply.text
    assert "We worked this out" in reply.text


def test_no_capsules_above_the_ceiling_of_the_weight_that_is_known() -> None:
    memory = Memory(weight_kg=Decimal(50))
    request = read_dose("capsules 120 mg", knowledge().dose, memory)
    assert request is not None
    _, reply = dose_reply(request, knowledge(), memory)
    assert reply.kind is Kind.CLARIFY
    assert "20 +" not in reply.text


@pytest.mark.parametrize(
    ("turns", "kind"),
    [
        (("capsules 60 mg",), Kind.ANSWER),
        (("capsules 61 mg",), Kind.CLARIFY),
        (("capsules 400 mg",), Kind.CLARIFY),
        (("20 kg", "capsules 100 mg"), Kind.CLARIFY),
        (("70 kg", "20 kg", "capsules 100 mg"), Kind.CLARIFY),
        (("70 kg", "capsules 100 mg"), Kind.ANSWER),
    ],
)
def test_no_capsules_that_not_every_weight_supports_before_a_weight_is_known(
    turns: tuple[str, ...], kind: Kind
) -> None:
    memory, reply = Memory(), None
    for text in turns:
        request = read_dose(text, knowledge().dose, memory)
        assert request is not None
        memory, reply = dose_reply(request, knowledge(), memory)
    assert reply is not None
    assert reply.kind is kind
    assert ("Whole capsules" in reply.text) == (kind is Kind.ANSWER)


def test_the_weight_that_capsules_lack_is_asked_for_and_judges_the_amount() -> None:
    memory, reply = Memory(), None
    for text in ("capsules 100 mg", "70 kg"):
        request = read_dose(text, knowledge().dose, memory)
        assert request is not None
        memory, reply = dose_reply(request, knowledge(), memory)
    assert reply is not None
    assert reply.dose is not None
    assert (reply.dose.weight_kg, reply.dose.daily_mg) == (70.0, 100.0)


@pytest.mark.parametrize(
    ("text", "market"),
    [
        ("capsules 49 mg", None),
        ("which capsules for 49 mg", None),
        ("which capsules for 49 mg in the uk", "uk"),
        ("capsules 49 mg us", "us"),
        ("how do I make 49 mg with capsules of absorica", "absorica"),
    ],
)
def test_the_market_of_the_capsules_is_read(text: str, market: str | None) -> None:
    request = read_dose(text, knowledge().dose, Memory())
    assert request is not None
    assert (request.target_mg, request.market) == (Decimal(49), market)


def test_buttons_lead_from_one_market_to_each_other() -> None:
    for text, count in (("capsules 49 mg", 3), ("capsules 49 mg uk", 2)):
        request = read_dose(text, knowledge().dose, Memory())
        assert request is not None
        _, reply = dose_reply(request, knowledge(), Memory())
        assert len(reply.suggestions) == count
        for button in reply.suggestions:
            assert read_dose(button.command or "", knowledge().dose, Memory()) is not None


def test_one_market_shows_the_next_set_below_as_well() -> None:
    request = read_dose("capsules 49 mg uk", knowledge().dose, Memory())
    assert request is not None
    text = dose_reply(request, knowledge(), Memory())[1].text
    assert "40 + 5, 45 mg (−8 %)" in text
    assert "40, 40 mg (−18 %)" in text
    assert "US" not in text.partition("We worked")[0]
