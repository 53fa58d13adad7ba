"""The words of ``words.yaml`` that tell a follow-up."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.kb.knowledge import packaged
from bot.kb.loading import load
from bot.kb.words import FollowUp

WORDS = load(packaged()).words.follow_up


@pytest.mark.parametrize(
    "text",
    ["how long?", "and how often tho", "ok so why not", "is that ok?", "really", "Which ones"],
)
def test_a_question_word_alone_has_no_subject(text: str) -> None:
    assert WORDS.has_no_subject(text)


@pytest.mark.parametrize("text", ["how long is a course", "why does it dry the lips", "thanks"])
def test_a_question_of_its_own_has_a_subject(text: str) -> None:
    assert not WORDS.has_no_subject(text)


def test_only_what_points_at_nothing_else_is_bare() -> None:
    assert WORDS.is_bare("is that normal?")
    assert not WORDS.is_bare("how long?")
    assert not WORDS.is_bare("is that normal for lips to crack")


@pytest.mark.parametrize(
    "text", ["and beer", "for my back", "they stay forever?", "in summer i mean"]
)
def test_a_short_message_may_go_on_with_what_was_said(text: str) -> None:
    assert WORDS.leans(text)


@pytest.mark.parametrize("text", ["blood tests", "should i take it", "and " + "so " * 7])
def test_a_message_of_its_own_does_not_go_on(text: str) -> None:
    assert not WORDS.leans(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("no, I meant the price", "the price"),
        ("not that. the price", "the price"),
        ("you said six months, but the price?", "but the price?"),
        ("no", None),
        ("no i mean", None),
        ("I mean the price", None),
    ],
)
def test_what_was_meant_stands_behind_what_was_not(text: str, meant: str | None) -> None:
    assert WORDS.meant_instead(text) == meant


def test_a_knowledge_base_without_such_words_has_no_follow_ups() -> None:
    none = FollowUp()
    assert not none.leans("and that?")
    assert not none.has_no_subject("why")
    assert none.meant_instead("no i mean this") is None


def test_an_expression_that_does_not_compile_is_a_fault() -> None:
    with pytest.raises(ValidationError, match="starts"):
        FollowUp(starts=("and(",))
