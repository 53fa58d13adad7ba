"""The learned second opinion has nothing to say of a message that tells of no sign."""

from __future__ import annotations

import pytest

from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.turn import Context, take_turn


@pytest.mark.parametrize(
    "said",
    [
        "i am on accutane",
        "Hello, I'm on roaccutane",
        "I started isotretinoin 2 weeks ago",
        "my daughter takes accutane",
        "I'm 17 and on 40 mg accutane",
        "month 3 on accutane",
    ],
)
def test_to_be_on_a_course_is_no_red_flag(context: Context, said: str) -> None:
    _, reply = take_turn(Inbound(text=said), Memory(), context)
    assert reply.alert is None


@pytest.mark.parametrize(
    "said",
    [
        "I am on accutane and everything feels pointless",
        "started accutane 2 weeks ago and my eyesight is going",
        "my daughter takes accutane and is pregnant",
    ],
)
def test_a_sign_beside_it_still_is_one(context: Context, said: str) -> None:
    _, reply = take_turn(Inbound(text=said), Memory(), context)
    assert reply.alert is not None
