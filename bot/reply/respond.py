"""From a raw update to the calls that answer it: pure but for the turn that is handed in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.kb.replies import Replies
from bot.reply.outgoing import Outgoing
from bot.reply.render import messages
from bot.reply.update import Asked, Raw, read
from bot.turn.inbound import Inbound, Where
from bot.turn.memory import Memory
from bot.turn.reply import Reply

if TYPE_CHECKING:
    from bot.turn.turn import TurnFunction

InlineFunction = Callable[[Inbound, str, "TurnFunction"], list[Outgoing]]
"""Answers an inline query: what was typed, the query's id, the turn."""


@dataclass(frozen=True, slots=True)
class Response:
    """The calls to make, and the memory to keep: JSON, "" to forget, None to leave it.

    ``outcome`` is what metrics count; ``gone``: the bot was put out of the chat.
    """

    calls: tuple[Outgoing, ...] = ()
    memory: str | None = None
    outcome: str = "ignored"
    reply: Reply | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Responder:
    """What answering needs to know, fixed for the life of the process."""

    turn: TurnFunction
    replies: Replies
    bot_id: int
    username: str
    language: str = "en"
    inline: InlineFunction | None = None

    def respond(
        self, update: Raw, chat_id: int, remembered: str | None, received: float
    ) -> Response:
        """Answer one update that was received then (seconds since 1970).

        Raises:
            UnreadableError: the update has not the shape that the Bot API promises.
        """
        asked = read(update, self.bot_id, self.username, self.language)
        if asked.gone:
            return Response(outcome="gone", gone=True)
        if asked.kind == "inline_query" and asked.inbound and asked.query_id:
            if self.inline is None:
                return Response(outcome="ignored")
            calls = self.inline(asked.inbound, asked.query_id, self.turn)
            return Response(tuple(calls), outcome="answered")
        if asked.old_button and asked.query_id:
            call = _answer_press(asked.query_id, self.replies.say("service.old_button"))
            return Response((call,), outcome="old_button")
        if asked.inbound is None or not chat_id:
            return Response()
        inbound = asked.inbound
        if asked.kind == "callback_query":  # a press carries no time of its own
            at = dt.datetime.fromtimestamp(received, dt.UTC)
            inbound = inbound.model_copy(update={"at": at})
        return self._talk(asked, inbound, chat_id, remembered)

    def _talk(
        self, asked: Asked, inbound: Inbound, chat_id: int, remembered: str | None
    ) -> Response:
        memory = Memory.model_validate_json(remembered) if remembered else Memory()
        after, reply = self.turn(inbound, memory)
        calls = [_answer_press(asked.query_id)] if asked.query_id else []
        reply_to = asked.message_id if inbound.where is Where.GROUP else None
        calls += messages(reply, chat_id, reply_to=reply_to)
        return Response(tuple(calls), _kept(after, remembered), "answered", reply)

    def say(self, key: str, chat_id: int) -> Outgoing:
        """One of our own sentences as a message."""
        return Outgoing(
            "send_message", {"chat_id": chat_id, "text": self.replies.say(key)}, chat_id
        )


def _answer_press(query_id: str, text: str | None = None) -> Outgoing:
    kwargs = {"callback_query_id": query_id} | ({"text": text} if text else {})
    return Outgoing("answer_callback_query", kwargs, essential=False)


def _kept(after: Memory, before: str | None) -> str | None:
    """The memory as it goes into the store; an empty one is not kept."""
    if after == Memory():
        return "" if before else None
    return after.model_dump_json(exclude_defaults=True)


def parse(raw: str) -> Raw:
    """A stored update."""
    update: Raw = json.loads(raw)
    return update
