"""What was asked before is looked up, and answered as if it were not."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.brain import bind
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.remembering import Remembering
from bot.turn.reply import Reply
from bot.turn.turn import Context, TurnFunction

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


class Counting:
    """A turn that counts how often it was taken."""

    def __init__(self, turn: TurnFunction) -> None:
        self._turn = turn
        self.taken = 0

    def __call__(self, inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
        self.taken += 1
        return self._turn(inbound, memory)


@pytest.fixture
def counting(context: Context) -> Counting:
    return Counting(bind(context))


@pytest.mark.parametrize(
    "text", ["what are the side effects?", "70 kg", "my chest hurts", "I end on 3 March", "hello"]
)
def test_the_second_to_ask_gets_the_same_answer(
    context: Context, counting: Counting, text: str
) -> None:
    turn = Remembering(counting)
    for at in (NOON, NOON + dt.timedelta(hours=3)):
        asked = Inbound(text=text, at=at)
        assert turn(asked, Memory()) == bind(context)(asked, Memory())
    assert counting.taken == 1


def test_who_has_a_talk_already_is_answered_in_it(counting: Counting) -> None:
    turn = Remembering(counting)
    memory, _ = turn(Inbound(text="70", at=NOON), Memory())
    _, reply = turn(Inbound(text="kg", at=NOON), memory)
    _, alone = turn(Inbound(text="kg", at=NOON), Memory())
    assert reply != alone
    assert counting.taken == 3


def test_another_day_or_language_is_another_question(counting: Counting) -> None:
    turn = Remembering(counting)
    asked = Inbound(text="I end on 3 March", at=NOON)
    for other in ({"at": NOON + dt.timedelta(days=1)}, {"language": "xx"}, {}):
        turn(asked.model_copy(update=other), Memory())
    assert counting.taken == 3


def test_no_more_is_kept_than_was_allowed(counting: Counting) -> None:
    turn = Remembering(counting, size=1)
    for text in ("hello", "thanks", "hello"):
        turn(Inbound(text=text, at=NOON), Memory())
    assert counting.taken == 3
