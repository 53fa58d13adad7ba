"""What was asked before is looked up, and answered as if it were not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.brain import bind
from bot.reply.desk import Desk, Response
from bot.reply.remembering import Remembered
from bot.reply.respond import Responder
from bot.reply.update import Me
from bot.turn.context import Context

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
ANNA, BEN = 7, 8


@pytest.fixture
def desk(context: Context) -> Desk:
    return Desk(turn=bind(context), kb=context.kb, me=Me(1, "bot"))


def responder(desk: Desk, size: int = 100) -> Responder:
    return Responder(desk, known=Remembered(size))


def typed(who: int, text: str, at: dt.datetime = NOON, language: str = "en") -> dict[str, Any]:
    sender = {"id": who, "is_bot": False, "first_name": "A", "language_code": language}
    chat = {"id": who, "type": "private"}
    body = {"message_id": 100 + who, "date": int(at.timestamp()), "from": sender, "chat": chat}
    return {"update_id": 1000 + who, "message": {**body, "text": text}}


def recalled(of: Responder, update: dict[str, Any], talk: str | None = None) -> Response | None:
    chat = update["message"]["chat"]["id"]
    return of.recall(update, chat, talk, 0.0, None)


@pytest.mark.parametrize(
    "text", ["what are the side effects?", "70 kg", "my chest hurts", "I end on 3 March", "hello"]
)
def test_the_second_to_ask_gets_what_they_would_have_got_alone(desk: Desk, text: str) -> None:
    ours = responder(desk)
    ours.respond(typed(ANNA, text), ANNA, None, 0.0, ANNA)
    later = typed(BEN, text, NOON + dt.timedelta(hours=5), language="de")
    alone = responder(desk).respond(later, BEN, None, 0.0, BEN)
    assert recalled(ours, later) == alone
    assert all(call.chat_id == call.kwargs["chat_id"] == BEN for call in alone.calls)


def test_who_has_a_talk_already_is_answered_in_it(desk: Desk) -> None:
    ours = responder(desk)
    ours.respond(typed(ANNA, "kg"), ANNA, None, 0.0, ANNA)
    talk = ours.respond(typed(BEN, "70"), BEN, None, 0.0, BEN).remembering(None)
    assert recalled(ours, typed(BEN, "kg"), talk) is None


def test_what_was_said_in_a_talk_is_not_what_is_said_without_one(desk: Desk) -> None:
    ours = responder(desk)
    talk = ours.respond(typed(ANNA, "70"), ANNA, None, 0.0, ANNA).remembering(None)
    ours.respond(typed(ANNA, "kg"), ANNA, talk, 0.0, ANNA)
    assert recalled(ours, typed(BEN, "kg")) is None


@pytest.mark.parametrize(
    "other",
    [
        typed(BEN, "I end on 3 March", NOON + dt.timedelta(days=1)),
        typed(BEN, "I end on 4 March"),
    ],
)
def test_another_day_or_word_is_another_question(desk: Desk, other: dict[str, Any]) -> None:
    ours = responder(desk)
    ours.respond(typed(ANNA, "I end on 3 March"), ANNA, None, 0.0, ANNA)
    assert recalled(ours, other) is None


def test_no_more_is_kept_than_was_allowed(desk: Desk) -> None:
    ours = responder(desk, size=1)
    for text in ("hello", "thanks"):
        ours.respond(typed(ANNA, text), ANNA, None, 0.0, ANNA)
    assert recalled(ours, typed(BEN, "hello")) is None
    assert recalled(ours, typed(BEN, "thanks")) is not None
