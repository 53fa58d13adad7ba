"""The end of a conversation with a clinic, from the person's side; the staff are told."""

from __future__ import annotations

from dataclasses import replace

from bot.reply.desk import Desk, Event, Response, text_call
from bot.reply.talk import Talk
from bot.store.handovers import relay_row
from bot.store.rows import Arrival
from bot.turn.handover import Relay, Thread

WRITING = "ask"
"""What ``Talk.asking`` holds while the person writes to the clinic."""


def idle(event: Event) -> Talk | None:
    """The talk when the person writes to the clinic no more; None where it stays as it is."""
    if event.talk.asking != WRITING:
        return None
    return event.talk.model_copy(update={"asking": None})


def note(event: Event, thread: Thread, what: str) -> Arrival:
    """A line to the staff about a conversation."""
    relay = Relay(to="staff", what=what, clinic=thread.clinic, thread=thread.id)
    return relay_row(relay, str(event.number))


def ended(event: Event) -> tuple[Thread | None, tuple[Arrival, ...]]:
    """The person's open conversation closed, or the draft erased; None where there is neither."""
    thread = event.thread
    if thread is None or not (thread.open or thread.draft):
        return None, ()
    if not thread.open:
        return thread.refused(), ()
    return thread.closed(event.at.timestamp()), (note(event, thread, "closed"),)


def leaving(event: Event, desk: Desk, said: Response) -> Response:
    """A response by which the person leaves the clinic: the conversation ends with it."""
    thread, relays = ended(event)
    told = (text_call(event.chat_id, desk.say("ask.closed")),) if thread is not None else ()
    talk, calls = idle(event) or said.talk, (*told, *said.calls)
    return replace(said, calls=calls, talk=talk, thread=thread, relays=relays)
