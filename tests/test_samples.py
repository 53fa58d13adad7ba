"""What the encoder learns from: a red flag in the same breath as something else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.kb.models import NONE
from bot.samples import Sample, as_people_write, whole

CALM = (NONE,)
QUESTION = Sample("do my lips get better?", ("side-effects",), CALM, CALM)
REMARK = Sample("nice weather.", ("unrelated",), CALM, CALM)
LOOK_ALIKE = Sample("no headache at all.", (), CALM, CALM)
FLAG = Sample("my throat is closing.", (), ("RF06",), ("emergency",))
RULES_RAISE_IT = Sample("i am pregnant, is it safe?", ("pregnancy",))


def test_a_red_flag_beside_a_question_is_both() -> None:
    said = whole((QUESTION, FLAG))
    assert (said.questions, said.rows, said.urgencies) == (
        ("side-effects",),
        ("RF06",),
        ("emergency",),
    )


@pytest.mark.parametrize("other", [REMARK, LOOK_ALIKE])
def test_what_says_nothing_leaves_a_message_what_it_is(other: Sample) -> None:
    for one in (QUESTION, FLAG, RULES_RAISE_IT):
        for message in ((one, other), (other, one)):
            said = whole(message)
            assert (said.questions, said.rows) == (one.questions, one.rows)


def test_remarks_alone_are_calm_and_ask_nothing_known() -> None:
    said = whole((REMARK, LOOK_ALIKE))
    assert said.questions == ()
    assert said.rows == CALM


def test_a_red_flag_is_told_before_and_behind_a_question_with_and_without_a_full_stop() -> None:
    samples = [QUESTION, FLAG, REMARK, LOOK_ALIKE] * 200
    messages = as_people_write(samples, random.Random(3))
    flagged = [message for message in messages if whole(message).rows == ("RF06",)]
    asks_too = [message for message in flagged if whole(message).questions == ("side-effects",)]
    assert any(len(message) > 1 and message[0] is FLAG for message in asks_too)
    assert any(len(message) > 1 and message[0] is QUESTION for message in asks_too)
    in_one_breath = [message[0].text for message in asks_too if len(message) == 1]
    assert any("lips get better" in text and "better?" not in text for text in in_one_breath)


@given(st.integers(0, 10_000))
def test_no_sample_is_lost_and_no_red_flag_is_made_up(seed: int) -> None:
    samples = [QUESTION, FLAG, REMARK, LOOK_ALIKE, RULES_RAISE_IT]
    messages = as_people_write(samples, random.Random(seed))
    assert len(messages) == len(samples)
    for sample, message in zip(samples, messages, strict=True):
        said = whole(message)
        assert said.rows == sample.rows
        if sample in (QUESTION, RULES_RAISE_IT):
            assert said.questions == sample.questions
