"""Buttons under an alert or its question: each means what it stood under, however late."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.kb.models import Urgency
from bot.reply.codes import of
from bot.turn.alert import alert_reply
from bot.turn.context import Context
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.triage import Finding, Verdict


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


def test_only_asking_under_an_older_alert_takes_back_nothing_of_the_newer(talk: Talk) -> None:
    talk.say("i feel depressed lately", "im pregnant")
    talk.press("I was only asking", under=0)
    assert talk.say("60 kg").dose is None


def test_no_to_a_question_takes_back_nothing_that_was_told_beside_it(talk: Talk) -> None:
    asked = talk.say("im pregnant and my acne makes me want to die")
    assert [one.label for one in asked.suggestions][:2] == ["Yes", "No"]
    talk.press("No")
    assert talk.say("60 kg").dose is None


def test_a_late_yes_still_raises_the_alert_and_bars_the_dose(talk: Talk) -> None:
    asked = talk.say("period late")
    assert asked.kind is Kind.CLARIFY
    talk.say("what are the side effects", "dose for 60 kg")
    alarm = talk.press("Yes", under=0)
    assert alarm.alert is not None
    assert alarm.alert.id == "RF01"
    assert talk.say("60 kg").dose is None


def test_not_sure_is_a_yes_however_late(talk: Talk) -> None:
    asked = talk.say("i cant take this anymore")
    assert asked.kind is Kind.CLARIFY
    talk.say("how long is a course")
    assert talk.press("Not sure", under=0).kind is Kind.ALERT


@pytest.mark.parametrize("label", ["No", "I was only asking"])
def test_a_late_no_is_thanked_and_leaves_the_talk_as_it_is(talk: Talk, label: str) -> None:
    talk.say("period late", "/dose")
    assert talk.replies[-1].kind is Kind.CLARIFY
    closed = talk.press(label, under=0)
    assert closed.kind is Kind.CHAT
    assert "emergency number" in closed.text
    assert talk.say("70").kind is Kind.CLARIFY  # our question after the weight is still open
    assert "kg" in talk.replies[-1].suggestions[0].label


def test_only_asking_is_thanked_where_nothing_is_remembered(talk: Talk) -> None:
    alarm = talk.say("i am pregnant and on accutane")
    talk.memory = Memory()
    for said in (alarm.suggestions[-1].command or "", "only asking"):
        closed = talk.say(said)
        assert closed.kind is Kind.CHAT
        assert "emergency number" in closed.text


def test_a_yes_under_an_older_question_is_a_yes_to_that_one(talk: Talk) -> None:
    talk.say("period late", "i cant take this anymore")
    alarm = talk.press("Yes", under=0)
    assert alarm.alert is not None
    assert alarm.alert.id == "RF01"


def test_the_name_of_no_question_of_ours_raises_and_lifts_nothing(talk: Talk) -> None:
    talk.say("im pregnant")
    again = talk.say("yes [nonsense]").alert  # said again, as after any words
    assert again is not None
    assert (again.id, again.again) == ("RF01", True)
    talk.say("only asking [nonsense]")
    assert talk.say("60 kg").dose is None


def test_each_button_fits_into_what_telegram_carries(context: Context) -> None:
    rules = context.kb.triage
    rows = [Finding(id=row, urgency=Urgency.TODAY) for row in rules.file.rows]
    said = [Verdict(findings=(row,)) for row in rows]
    said += [Verdict(ask=name) for name in rules.file.questions]
    said += [Verdict(ask=f"doubt {row.id} next_visit") for row in rows]
    for verdict in said:
        assert all(map(of, alert_reply(verdict, rules).suggestions))


def test_no_to_its_own_question_takes_back_what_the_alert_said(talk: Talk) -> None:
    asked = talk.say("im late, 3 weeks")
    assert asked.alert is not None
    assert asked.alert.id == "RF01"
    talk.press("No")
    assert talk.say("60 kg").dose is not None
