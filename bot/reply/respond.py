"""From a raw update to the calls that answer it: pure but for the turn that is handed in.

Start here to follow an update through the Telegram side. What was done decides who answers:
``private`` (words, media), ``edit``, ``press`` (buttons), ``group``, ``inline``, ``remind``, and
``ask`` and ``staff_group`` for the two sides of a conversation with a clinic.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.reply import ask, burst, edit, group, inline, links, press, remind, staff_group, weekly
from bot.reply.counts import counted
from bot.reply.desk import Desk, Event, Response, text_call
from bot.reply.outgoing import Outgoing
from bot.reply.remembering import Remembered
from bot.reply.talk import Kept, Talk
from bot.reply.update import REMINDER, WEEKLY, Raw, read
from bot.store.handovers import RELAY
from bot.turn.handover import Relay, Thread
from bot.turn.inbound import Where

__all__ = ["Responder", "Response", "parse"]


@dataclass(frozen=True, slots=True)
class Responder:
    """The door of the Telegram side."""

    desk: Desk
    known: Remembered = field(default_factory=Remembered)

    def respond(
        self,
        update: Raw,
        chat_id: int,
        remembered: str | None,
        received: float,
        user_id: int = 0,
        kept: str | None = None,
        waiting: Sequence[Raw] = (),
        thread: Thread | None = None,
    ) -> Response:
        """Answer one update that was received then (seconds since 1970).

        ``remembered``: the talk, and ``kept``: what lasts about the person, as stored.
        ``waiting``: the chat's next updates, which one answer may cover. ``thread``: the person's
        last conversation with a clinic.

        Raises:
            UnreadableError: the update has not the shape that the Bot API promises.
        """
        done = read(update, self.desk.me)
        if done.kind == "gone":
            return Response(outcome="gone", gone=True, scrub=True)
        if done.kind == "moved":
            return Response(outcome="moved", moved_to=done.moved_to)
        if done.kind == "nothing" and not done.public:
            return Response()
        if not (chat_id or done.kind in ("inline", "press", RELAY)):
            return Response()
        person, at = Kept.read(kept), done.at or dt.datetime.fromtimestamp(received, dt.UTC)
        event = Event(
            done,
            chat_id,
            user_id,
            Talk.read(remembered),
            person,
            at.astimezone(person.tz()),
            thread,
            int(update.get("update_id", 0)),
        )
        desk = self._desk(event)
        said = self._answer(event, desk, update, waiting)
        if done.plain and not (remembered or kept or thread or waiting):
            self.known.put(done, event.at, said)
        return _with_counts(event, desk, said)

    def recall(
        self,
        update: Raw,
        chat_id: int,
        remembered: str | None,
        received: float,
        kept: str | None,
    ) -> Response | None:
        """What ``respond`` would say, where it said it before; None where it must be found.

        It takes microseconds. Only for plain words by a person of whom nothing is stored.

        Raises:
            UnreadableError: the update has not the shape that the Bot API promises.
        """
        if remembered or kept:
            return None
        done = read(update, self.desk.me)
        if not done.plain:
            return None
        at = done.at or dt.datetime.fromtimestamp(received, dt.UTC)
        said = self.known.get(done, at, chat_id)
        if said is None:
            return None
        event = Event(done, chat_id, 0, Talk(), Kept(), at)
        return _with_counts(event, self._desk(event), said)

    def concerns(self, update: Raw) -> bool:
        """Whether anything is asked of us; in a group much is not. It takes microseconds.

        Raises:
            UnreadableError: the update has not the shape that the Bot API promises.
        """
        return read(update, self.desk.me).kind != "nothing"

    def _desk(self, event: Event) -> Desk:
        """The person's own; others see cards, and no clinic's own document."""
        return self.desk.of(event.kept) if event.done.where is Where.PRIVATE else self.desk

    def _answer(self, event: Event, desk: Desk, update: Raw, waiting: Sequence[Raw]) -> Response:
        """Let the one answer whom what was done calls for."""
        done = event.done
        if (left := staff_group.exposed(event, desk)) is not None:
            return left
        if done.kind == "nothing":
            return Response()
        if done.kind == RELAY:
            relay = Relay.model_validate(update[RELAY])
            side = staff_group.deliver if relay.to == "staff" else ask.receive
            return side(event, desk, relay)
        if done.kind == "inline":
            return inline.answer(event, desk)
        if done.kind == REMINDER:
            return remind.due_now(event, desk)
        if done.kind == WEEKLY:
            return weekly.answer(event, desk)
        if done.kind == "press":
            return press.answer(event, desk)
        if done.where is Where.GROUP:
            nonce = links.mac(desk.secret, "nonce", str(update.get("update_id")))
            return group.answer(event, desk, nonce[:8].replace("_", "-"))
        if done.kind == "edit":
            return edit.answer(event, desk)
        return burst.answer(event, desk, waiting)

    def say(self, key: str, chat_id: int) -> Outgoing:
        """One of our own sentences as a message."""
        return text_call(chat_id, self.desk.say(key))


def _with_counts(event: Event, desk: Desk, said: Response) -> Response:
    """The answer with what it counts for."""
    return replace(said, counted=counted(event, desk, said))


def parse(raw: str) -> Raw:
    """A stored update."""
    update: Raw = json.loads(raw)
    return update
