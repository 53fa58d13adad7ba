"""What is asked beside a weight, beside small talk or beside another question is not lost."""

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


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("thank you! do i need blood tests?", "monitoring"),
        ("ok thanks, how long does it take to work", "efficacy"),
        ("thanks, and can i drink?", "alcohol"),
        ("can i drink? thanks", "alcohol"),
        ("great, thanks. one more thing: can i wear contact lenses", "contact-lenses-eyes"),
        ("bye, oh wait can i take vitamin a?", "vitamin-a"),
        ("hi my lips are very dry", "side-effects"),
    ],
)
def test_a_question_beside_thanks_or_a_greeting_is_answered(
    context: Context, said: str, name: str
) -> None:
    reply = ask(context, said)
    assert name in (reply.topic, *(cited.passage for cited in reply.citations))


@pytest.mark.parametrize(
    "said",
    [
        "thanks, how are you?",
        "thanks for the info on side effects",
        "thanks that is what i needed to know",
        "thank you so much for explaining, i'll ask my doctor about the blood test",
        "hi there bot nice to meet you",
        "thanks hi bye " * 300,
    ],
)
def test_mere_small_talk_stays_small_talk(context: Context, said: str) -> None:
    assert ask(context, said).kind is Kind.CHAT


def test_two_short_questions_are_both_quoted(context: Context) -> None:
    reply = ask(context, "what are the side effects and how long does treatment take")
    assert [cited.passage for cited in reply.citations] == ["side-effects", "duration"]


@pytest.mark.parametrize(
    ("said", "shown", "also"),
    [
        ("How long does treatment take? Can I drink?", "duration", ["Alcohol"]),
        ("can i drink alcohol and can i go in the sun?", "sun", ["Alcohol"]),
        (
            "what are the side effects, how long is a course, and can i drink?",
            "alcohol",
            ["Common side effects", "Course length and second course"],
        ),
    ],
)
def test_what_else_is_asked_is_named_and_stands_on_the_first_buttons(
    context: Context, said: str, shown: str, also: list[str]
) -> None:
    reply = ask(context, said)
    assert shown in (reply.topic, *(cited.passage for cited in reply.citations))
    assert [offered.label for offered in reply.suggestions][: len(also)] == also
    assert all(f"“{title}”" in reply.text.splitlines()[-1] for title in also)
