"""A red flag told in pieces, or after a no that is taken back: the next message is heard so."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.kb.models import Urgency
from bot.turn.context import Context
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind
from tests.turn.said import last


@pytest.mark.parametrize(
    ("talk", "row", "urgency"),
    [
        (("headache", "and i threw up"), "RF07", Urgency.EMERGENCY),
        (("headache", "really bad"), "RF07", Urgency.TODAY),
        (("does it cause headaches?", "im having a terrible one"), "RF07", Urgency.TODAY),
        (("stomach pain", "no", "its severe now"), "RF08", Urgency.EMERGENCY),
        (("stomach pain", "no", "i threw up too"), "RF08", Urgency.EMERGENCY),
    ],
)
def test_a_sign_that_is_added_to_a_complaint_is_heard_with_it(
    context: Context, talk: tuple[str, ...], row: str, urgency: Urgency
) -> None:
    """They had got a passage or "Which one do you mean?"."""
    alert = last(context, *talk).alert
    assert alert is not None
    assert (alert.id, alert.urgency) == (row, urgency)


@pytest.mark.parametrize("taken_back", ["actually yes", "wait yes", "sorry, i mean yes"])
def test_a_no_that_is_taken_back_is_a_yes(context: Context, taken_back: str) -> None:
    alert = last(context, "stomach pain", "no", taken_back).alert
    assert alert is not None
    assert alert.urgency is Urgency.EMERGENCY


@pytest.mark.parametrize("claimed", ["yes me", "its me", "it happens to me"])
def test_who_says_that_what_was_asked_about_is_oneself_is_heard(
    context: Context, claimed: str
) -> None:
    alert = last(context, "does accutane cause suicidal thoughts", claimed).alert
    assert alert is not None
    assert alert.id == "RF04"


@pytest.mark.parametrize(
    "talk",
    [
        ("stomach pain", "no", "thanks so much"),
        ("stomach pain", "no", "what should i eat"),
        ("stomach pain", "no", "no", "ok"),
        ("does it cause headaches?", "how common is it"),
        ("does it cause headaches?", "thank you so much"),
        ("does it cause headaches?", "can it be severe?"),
        ("does it cause suicidal thoughts", "not me", "thanks"),
    ],
)
def test_what_adds_no_sign_raises_nothing(context: Context, talk: tuple[str, ...]) -> None:
    assert last(context, *talk).kind is not Kind.ALERT


def test_a_piece_counts_only_right_after_what_it_is_of(context: Context) -> None:
    reply = last(context, "headache", "what are the side effects?", "really bad")
    assert reply.alert is None


@pytest.mark.parametrize(
    ("talk", "row", "urgency"),
    [
        (("weak legs", "pee like coke"), "RF19", Urgency.EMERGENCY),
        (("my vision is blurry", "and ive got a pounding headache"), "RF07", Urgency.EMERGENCY),
        (("i take doxycycline with accutane", "and a bad headache"), "RF07", Urgency.EMERGENCY),
        (("does it cause headaches?", "mine is 5 days old and i see double too"), "RF07", None),
        (("prednisone 20 mg daily", "5 more days of it", "im on claravis"), "RF29", Urgency.TODAY),
        (("my wife is pregnant, im on accutane", "she takes it as well"), "RF01", Urgency.TODAY),
        (("nosebleed", "wont stop"), "RF00", Urgency.EMERGENCY),
    ],
)
def test_what_is_graver_together_is_as_grave_in_two_messages(
    context: Context, talk: tuple[str, ...], row: str, urgency: Urgency | None
) -> None:
    alert = last(context, *talk).alert
    assert alert is not None
    assert (alert.id, alert.urgency) == (row, urgency or Urgency.EMERGENCY)


@pytest.mark.parametrize(
    "talk",
    [
        ("i had doxycycline before accutane", "i start my capsules today"),
        ("my pee is brown", "only asking", "my muscles ache from the gym"),
        ("can it cause vision trouble?", "my head hurts a bit when i skip lunch"),
        ("my son is 9", "how do my capsules work"),
    ],
)
def test_what_is_over_or_only_asked_about_is_no_piece(
    context: Context, talk: tuple[str, ...]
) -> None:
    alert = last(context, *talk).alert
    assert alert is None or alert.urgency is not Urgency.EMERGENCY


def test_no_words_of_the_person_are_kept(context: Context) -> None:
    memory, _ = bind(context)(Inbound(text="my legs are jellylike and so weak"), Memory())
    assert set(memory.signs) <= set(context.kb.triage.file.concepts)
    assert memory.signs
