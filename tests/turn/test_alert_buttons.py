"""Buttons under an alert or its question: each means what it stood under, however late."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.turn import Context


class Talk:
    """One person's talk, whose every reply stays there to press a button of."""

    def __init__(self, context: Context) -> None:
        self.turn = bind(context)
        self.memory = Memory()
        self.replies: list[Reply] = []

    def say(self, *texts: str) -> Reply:
        for text in texts:
            self.memory, reply = self.turn(Inbound(text=text), self.memory)
            self.replies.append(reply)
        return self.replies[-1]

    def press(self, label: str, under: int = -1) -> Reply:
        offered = {one.label: one for one in self.replies[under].suggestions}
        return self.say(offered[label].command or "")


@pytest.fixture
def talk(context: Context) -> Talk:
    return Talk(context)


def test_a_pregnancy_is_not_forgotten_for_a_child_who_turns_out_old_enough(talk: Talk) -> None:
    talk.say("im pregnant", "my 10 year old son wants it too")
    refused = talk.say("im 25 and 60 kg, what dose")
    assert (refused.kind, refused.dose) == (Kind.NOT_COVERED, None)
    assert "pregnan" in refused.text


def test_a_pregnancy_is_not_forgotten_for_breastfeeding_that_is_taken_back(talk: Talk) -> None:
    talk.say("im pregnant", "and im still breastfeeding my toddler")
    refused = talk.say("not breastfeeding")
    assert "pregnan" in refused.text
    assert talk.say("60 kg").dose is None
    talk.say("not pregnant")
    assert talk.say("60 kg").dose is not None


def test_only_asking_takes_back_what_its_own_alert_said(talk: Talk) -> None:
    talk.say("im pregnant", "i feel depressed lately")
    assert talk.replies[-1].kind is Kind.ALERT
    talk.press("I was only asking")
    assert talk.say("60 kg").dose is None


def test_no_to_a_question_takes_back_nothing_that_was_told_beside_it(talk: Talk) -> None:
    asked = talk.say("im pregnant and my acne makes me want to die")
    assert [one.label for one in asked.suggestions][:2] == ["Yes", "No"]
    talk.press("No")
    assert talk.say("60 kg").dose is None


def test_no_to_its_own_question_takes_back_what_the_alert_said(talk: Talk) -> None:
    asked = talk.say("im late")
    assert asked.alert is not None
    assert asked.alert.id == "RF01"
    talk.press("No")
    assert talk.say("60 kg").dose is not None
