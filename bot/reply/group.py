"""Groups: one neutral line and a button into the private chat, whatever was asked.

Nothing of the question is repeated in the group, and what the button carries tells nothing: it is
a code that only this bot can resolve, to what the question was found to be about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

from bot.kb.knowledge import Knowledge
from bot.kb.models import Urgency
from bot.kb.triage_file import DOUBT
from bot.reply import links, staff_group
from bot.reply.desk import Desk, Event, Response, text_call
from bot.reply.outgoing import Outgoing
from bot.reply.wire import Keyboard, keyboard, replying_to
from bot.turn.alert import flags, line_of, lines_said
from bot.turn.answer import chat, with_notes
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.triage import ASKING_TRIAGE, Finding, Verdict

_AGAIN = "q"  # the question cannot be carried: ask once more in private
_DOSE = "d"
_ABOUT = "{what}:{line}"  # ``line``: the row whose safety line is said with it
_ALARM = "a:{row}:{urgency}:{ask}"  # what was raised, and what is asked back


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
    inbound = Inbound(text=done.said, at=event.at)
    memory, reply = desk.turn(inbound, Memory())
    if only_alarms and not flags(memory, reply):
        return Response()
    if reply.kind is Kind.CHAT:
        return replace(help_, reply=reply)
    payload = links.carry(_target(memory, reply), nonce, desk.secret)
    link = links.url(desk.me.username, payload)
    markup = keyboard([{"text": desk.say("group.button"), "url": link}])
    call = _said(event, desk.say("group.line"), markup)
    return Response((call,), None, "answered", reply)


def _said(event: Event, text: str, markup: Keyboard | None = None) -> Outgoing:
    more: dict[str, object] = {"reply_markup": markup} if markup else {}
    if event.done.message_id is not None:
        more["reply_parameters"] = replying_to(event.done.message_id)
    return text_call(event.chat_id, text, **more)


def _target(memory: Memory, reply: Reply) -> str:
    """What a turn found, without anything that the person said."""
    if flags(memory, reply):
        row, urgency = (reply.alert.id, reply.alert.urgency) if reply.alert else ("", "")
        ask = memory.details["ask"] if memory.asking == ASKING_TRIAGE else ""
        return _ALARM.format(row=row, urgency=urgency, ask=ask)
    line = next((note.row for note in lines_said(reply)), "")
    return _ABOUT.format(what=_what(reply), line=line)


def _what(reply: Reply) -> str:
    if reply.kind is Kind.ANSWER and reply.citations:
        names = dict.fromkeys(cited.passage for cited in reply.citations)
        return f"p:{'+'.join([*names][:2])}"
    if reply.topic is not None:
        return f"t:{reply.topic}"
    return f"{_DOSE if reply.kind is Kind.DOSE else _AGAIN}:"


def _targets(kb: Knowledge) -> Iterator[str]:
    """All that a link can stand for, of the base alone; what is likeliest first: each is tried."""
    rows = kb.triage.file.rows
    raised = [(row, urgency) for row in rows for urgency in Urgency]
    for ask, (row, urgency) in product(("", *kb.triage.file.questions), (("", ""), *raised)):
        yield _ALARM.format(row=row, urgency=urgency, ask=ask)
    for row, urgency in raised:
        yield _ALARM.format(row="", urgency="", ask=f"{DOUBT} {row} {urgency}")
    passages = [name for name in kb.passages if name not in kb.apart]
    single = [f"{_DOSE}:", f"{_AGAIN}:", *(f"p:{name}" for name in passages)]
    single += [f"t:{name}" for name in kb.topics if name not in kb.apart]
    pairs = [f"p:{first}+{second}" for first, second in permutations(passages, 2)]
    for names, line in (*product(single, ("", *rows)), *product(pairs, ("", *rows))):
        yield _ABOUT.format(what=names, line=line)


def carried(link: links.Link, event: Event, desk: Desk) -> tuple[Memory, Reply] | None:
    """The turn of a question that came out of a group; None where the link is forged."""
    target = links.carried(link, _targets(desk.kb), desk.secret)
    if target is None:
        return None
    memory = event.talk.memory
    kind, first, *rest = target.split(":")
    if kind == "a":
        urgency, ask = rest
        findings = (Finding(id=first, urgency=Urgency(urgency)),) if first else ()
        verdict = Verdict(findings=findings, ask=ask or None)
        return desk.turn(Inbound(at=event.at, verdict=verdict), memory)
    verdict = Verdict(informed=tuple(filter(None, rest)))
    asked = Inbound(at=event.at, verdict=verdict)
    if kind == "p":
        passage, _, second = first.partition("+")
        update = {"passage": passage, "second": second or None}
        return desk.turn(asked.model_copy(update=update), memory)
    if kind == "t":
        return desk.turn(asked.model_copy(update={"topic": first}), memory)
    if kind == _DOSE:
        return desk.turn(asked.model_copy(update={"text": "/dose"}), memory)
    lines = [line_of(row, desk.kb.triage) for row in verdict.informed]
    return memory, with_notes(desk.kb, chat(desk.kb, "group.again"), lines)
