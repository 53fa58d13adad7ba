"""An edited message of a private chat: its answer is edited too while it is the last.

An alert or its question is always new, and stays whatever becomes of the message: people who
tell something take it back, and the number to call must not go with it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.reply import ask, buttons, private
from bot.reply.desk import Desk, Event, Response
from bot.reply.ending import WRITING
from bot.reply.render import edited
from bot.turn.command import COMMANDS


def answer(event: Event, desk: Desk) -> Response:
    """Answer an edit by what the message was: words for the clinic, an answer, a question."""
    done, talk, thread = event.done, event.talk, event.thread
    if done.command is not None and done.command not in ("ask", *COMMANDS):
        return private.red_flag(event, desk, done.said) or Response()
    if thread and thread.draft and thread.draft.of(done.message_id):
        return _drafted(event, desk)
    if not (done.text or done.command):  # another picture, and no word to it
        return Response()
    if talk.answered is not None and talk.asked == done.message_id and done.command is None:
        asking = talk.model_copy(update={"asking": talk.answered})
        return private.awaited(event.having(asking), desk, None, done.text) or Response()
    return _asked(event, desk)


def _drafted(event: Event, desk: Desk) -> Response:
    """What waits for consent is edited; the person writes once more where it cannot go."""
    writing = event.having(event.talk.model_copy(update={"asking": WRITING}))
    if event.done.media is not None:
        return private.media_to_clinic(writing, desk)
    return private.to_clinic(writing, desk, event.done.text)


def _asked(event: Event, desk: Desk) -> Response:
    """The question as it reads now, in place of the answer that is shown where that can be."""
    done, talk, thread = event.done, event.talk, event.thread
    said = private.say(event, desk, done.said)
    reply = said.reply
    if reply is None:
        return Response()
    if said.stays:
        return said
    if thread and thread.open and done.message_id in (thread.last, *thread.joined):
        return ask.edited(event, desk)
    if talk.asked is None or talk.asked != done.message_id:
        return Response(outcome="old_edit")
    now = said.talk or talk
    asked_since = {"asking": talk.asking, "aside": talk.aside}
    said = replace(said, talk=now.model_copy(update=asked_since))
    if talk.shown is None:
        return said
    markup = ask.under(buttons.under(reply, desk), event, desk, reply)
    page = private.laid_out(event, desk, reply)
    call = edited(page, event.chat_id, talk.shown, markup)
    if call is None:
        return said
    return Response((call,), said.talk, "answered", reply, answers=said.answers)
