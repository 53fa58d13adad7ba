"""Groups: one neutral line and a button into the private chat, whatever was asked.

Nothing of the question is repeated in the group, and what the button carries tells nothing: it is
a code that only this bot can resolve, to what the question was found to be about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.kb.knowledge import Knowledge
from bot.reply import links, staff_group
from bot.reply.desk import Desk, Event, Response, text_call
from bot.reply.outgoing import Outgoing
from bot.reply.wire import Keyboard, keyboard, replying_to
from bot.turn.alert import alert_reply
from bot.turn.answer import answer as quote
from bot.turn.answer import chat, gap
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Urgency
from bot.turn.triage import Finding, Verdict

_AGAIN = "q"  # the question cannot be carried: ask once more in private
_DOSE = "d"


def answer(event: Event, desk: Desk, nonce: str) -> Response:
    """Answer a question in a group. Nothing is remembered of a group."""
    done = event.done
    if (said := staff_group.answer(event, desk)) is not None:
        return said
    if done.card:
        return Response()
    help_ = Response((_said(event, desk.say("group.help")),), None, "answered")
    only_alarms = done.kind == "edit" or done.stray  # answered as it was first; for another bot
    if not done.text:
        return Response() if only_alarms else help_
    text = done.text if done.command in (None, "ask") else f"/{done.command} {done.text}"
    inbound = Inbound(text=text, at=event.at)
    _, reply = desk.turn(inbound, Memory())
    if only_alarms and reply.kind is not Kind.ALERT:
        return Response()
    if reply.kind is Kind.CHAT:
        return replace(help_, reply=reply)
    payload = links.carry(_target(reply), nonce, desk.secret)
    link = links.url(desk.me.username, payload)
    markup = keyboard([{"text": desk.say("group.button"), "url": link}])
    call = _said(event, desk.say("group.line"), markup)
    return Response((call,), None, "answered", reply)


def _said(event: Event, text: str, markup: Keyboard | None = None) -> Outgoing:
    more: dict[str, object] = {"reply_markup": markup} if markup else {}
    if event.done.message_id is not None:
        more["reply_parameters"] = replying_to(event.done.message_id)
    return text_call(event.chat_id, text, **more)


def _target(reply: Reply) -> str:
    """What a reply is about, without anything that the person said."""
    if reply.alert is not None:
        return f"a:{reply.alert.id}:{reply.alert.urgency}"
    if reply.kind is Kind.ANSWER and reply.citations:
        return f"p:{reply.citations[0].passage}"
    if reply.topic is not None:
        return f"t:{reply.topic}"
    return _DOSE if reply.kind is Kind.DOSE else _AGAIN


def _targets(kb: Knowledge) -> Iterator[str]:
    yield from (_AGAIN, _DOSE)
    yield from (f"p:{name}" for name in kb.passages)
    yield from (f"t:{name}" for name in kb.topics)
    yield from (f"a:{row}:{urgency}" for row in kb.triage.file.rows for urgency in Urgency)


def asks_dose(link: links.Link, desk: Desk) -> bool:
    """Whether what was asked in the group was a dose."""
    return links.carried(link, [_DOSE], desk.secret) is not None


def carried_reply(link: links.Link, desk: Desk) -> Reply | None:
    """The answer to a question that came out of a group; None where the link is forged."""
    target = links.carried(link, _targets(desk.kb), desk.secret)
    if target is None:
        return None
    kind, _, rest = target.partition(":")
    kb = desk.kb
    if kind == "p":
        return quote(kb, [rest], show_notes=desk.show_notes)
    if kind == "t":
        return gap(kb, rest, show_notes=desk.show_notes)
    if kind == "a":
        row, _, urgency = rest.partition(":")
        finding = Finding(id=row, urgency=Urgency(urgency))
        return alert_reply(Verdict(findings=(finding,)), kb.triage)
    return chat(kb, "group.again")
