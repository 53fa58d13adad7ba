"""What is asked beside a weight gets a button under the range."""

from __future__ import annotations

import pytest

from bot.brain import bind
from bot.converse import converse
from bot.turn.context import Context
from bot.turn.reply import Kind, Reply


def ask(context: Context, text: str) -> Reply:
    (reply,) = converse([text], bind(context))
    return reply


@pytest.mark.parametrize(
    ("said", "topic", "passage"),
    [
        ("which dose for 66 kg, and can i have a beer on it?", "alcohol", None),
        ("66 kg which dose. how long is a course? thx", None, "duration"),
        (
            "whats the dose at 66 kilos but is it safe with contact lenses",
            "contact-lenses-eyes",
            None,
        ),
    ],
)
def test_the_other_question_is_offered_first(
    context: Context, said: str, topic: str | None, passage: str | None
) -> None:
    reply = ask(context, said)
    assert reply.kind is Kind.DOSE
    first = reply.suggestions[0]
    assert (first.topic, first.passage) == (topic, passage)


@pytest.mark.parametrize(
    "said",
    [
        "dose for 66 kg",
        "66 kg, what should i take",
        "i weigh 66 kg and what dose would i be on",
        "dose for 66 kg and what's the weather",
    ],
)
def test_nothing_is_offered_where_nothing_else_is_asked(context: Context, said: str) -> None:
    plain = ask(context, "dose for 66 kg")
    assert ask(context, said).suggestions == plain.suggestions
