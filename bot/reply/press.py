"""Button presses. A code may be stale or forged: it chooses among what we offer, nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.reply import (
    ask,
    clinic,
    pictures,
    private,
    records,
    remind,
    staff_group,
    visit,
    weekly,
)
from bot.reply.buttons import without_thumbs
from bot.reply.codes import Code, Press, mark, read_code
from bot.reply.desk import Desk, Event, Response, answer_with, press_answer, section_of
from bot.reply.outgoing import Outgoing
from bot.reply.talk import SEEN_KEPT, VOTES_KEPT
from bot.turn.answer import answer as quote
from bot.turn.answer import buttons as offered_for
from bot.turn.inbound import Inbound, Where
from bot.turn.reply import Kind, Reply

CLOSE = 4  # of the ranked; further down, what stands near the answer is likelier to be meant
_DO: Mapping[str, Callable[[Event, Desk], Response]] = {
    "ask.start": ask.start,
    "ask.close": ask.close,
    "clinic.leave": clinic.leave,
    "data.delete": records.delete,
    "data.keep": records.keep,
    "remind.stop": remind.stop,
    "course.remind": remind.ask_what,
    "course.picture": pictures.timeline,
    "course.calendar": pictures.calendar,
    "dose.picture": pictures.ruler,
    "visit.tick": visit.tick_list,
    "visit.show": visit.show,
    "visit.picture": visit.picture,
    "visit.pdf": visit.print_out,
    "visit.clear": visit.clear,
    "weekly.stop": weekly.stop,
    "weekly.start": weekly.start,
}


def answer(event: Event, desk: Desk) -> Response:
    """Answer a press; the first call always ends the button's spinner."""
    code = read_code(event.done.data)
    said = None
    if code is not None and event.done.where is Where.PRIVATE and event.chat_id:
        said = _press(event, desk, code)
    elif code is not None and code.press is Press.DO and event.chat_id:
        said = staff_group.press(event, desk, code.target)
    if said is None:
        call = press_answer(event.done.query_id or "", desk.say("service.old_button"))
        return Response((call,), outcome="old_button")
    if any(call.method == "answer_callback_query" for call in said.calls):
        return said
    calls = (press_answer(event.done.query_id or ""), *said.calls)
    return replace(said, calls=calls)


def _press(event: Event, desk: Desk, code: Code) -> Response | None:
    """What a press comes to; None where its target does not exist (any more)."""
    kb, target = desk.kb, code.target
    if code.press in (Press.LIST, Press.DO):
        target, _, shown = target.partition(":")
        figures = {"dose": event.talk.dose, "course": event.talk.course}
        of = target.partition(".")[0]
        if of in figures and shown != mark(figures[of]):  # it stands under older ones
            call = press_answer(event.done.query_id or "", desk.say("telegram.no_figures"))
            return Response((call,), None, "answered")
    match code.press:
        case Press.PASSAGE if target in kb.passages:
            return _shown(event, desk, Inbound(passage=target, at=event.at))
        case Press.TOPIC if target in kb.topics:
            return _shown(event, desk, Inbound(topic=target, at=event.at))
        case Press.SAY if target.strip():
            return _said(event, desk, target)
        case Press.OTHER:
            return _other(event, desk, target)
        case Press.LIST:
            return visit.add(event, desk, target)
        case Press.DO:
            return _do(event, desk, target)
        case _ if desk.title(target) is not None:
            return _about(event, desk, code)
    return None


def _said(event: Event, desk: Desk, target: str) -> Response:
    """A button that stands for words or a command."""
    if target.startswith("/"):
        name, _, rest = target[1:].partition(" ")
        return private.command(event, desk, name, rest)
    return private.say(event, desk, target)


def _about(event: Event, desk: Desk, code: Code) -> Response | None:
    """A press that asks for more on a passage or a topic, or judges it."""
    if code.press is Press.AUTHORITIES:
        return _authorities(event, desk, code.target)
    if code.press in (Press.HELPED, Press.DID_NOT_HELP):
        return _vote(event, desk, code)
    if code.press is Press.SECTION and code.target in desk.kb.passages:
        held = section_of(desk.kb, desk.kb.passages[code.target])
        names = [passage.id for passage in held]
        reply = quote(desk.kb, names, show_notes=desk.show_notes, section=True)
        return private.show(event, desk, reply, section=True)
    return None


def _do(event: Event, desk: Desk, target: str) -> Response | None:
    if target in _DO:
        return _DO[target](event, desk)
    first, _, rest = target.partition(".")
    if first == "ask":
        what, _, digest = rest.partition(".")
        judge = {"send": ask.send, "no": ask.refuse}.get(what)
        return judge(event, desk, digest) if judge else None
    if first == "tick" and rest in desk.replies.texts["visit_effects"]:
        return visit.tick(event, desk, rest)
    if target in ("remind.exam", "remind.end"):
        return remind.choose(event, desk, rest)
    if target == "remind.another":
        return remind.another(event, desk)
    if target.startswith("remind.day."):
        return remind.pick(event, desk, target.removeprefix("remind.day."))
    if target.startswith("remind.again."):
        return remind.snooze(event, desk, target.removeprefix("remind.again."))
    return None


def _shown(event: Event, desk: Desk, inbound: Inbound) -> Response:
    memory, reply = desk.turn(inbound, event.talk.memory)
    memory = memory.model_copy(update={"ranked": event.talk.memory.ranked})
    talk = event.talk.model_copy(update={"memory": memory})
    return private.show(event.having(talk), desk, reply)


def _authorities(event: Event, desk: Desk, name: str) -> Response:
    """The full comparison behind each note."""
    held = desk.kb.passages.get(name) or desk.kb.topics[name]
    parts = [desk.say("telegram.authorities_heading", title=held.title)]
    for note in held.notes:
        where = ", ".join(filter(None, (note.authority, note.section)))
        verified = desk.say(f"telegram.verified_{note.verified.value}")
        text = note.more or note.text
        parts.append(
            desk.say("telegram.authorities_note", more=text, authority=where, verified=verified)
        )
    if not held.notes:
        parts.append(desk.say("telegram.authorities_none"))
    parts.append(desk.say("telegram.authorities_end"))
    return private.show(event, desk, Reply(kind=Kind.CLARIFY, text="\n\n".join(parts)))


def _other(event: Event, desk: Desk, name: str) -> Response:
    """The next three that were not shown or offered since the question."""
    talk = event.talk
    ranked = talk.memory.ranked
    known = [*ranked[:CLOSE], *_around(talk.about or name, desk), *ranked, *desk.kb.passages]
    left = [one for one in dict.fromkeys(known) if one not in talk.seen and one != name]
    offered = offered_for(desk.kb, left)
    if not offered:
        return answer_with(event, desk.say("telegram.other_none"), talk)
    text = f"{desk.say('telegram.other_heading')}\n\n{desk.say('telegram.other_next')}"
    names = tuple(one.passage or one.topic or "" for one in offered)
    talk = talk.model_copy(update={"seen": (*talk.seen, name, *names)[-SEEN_KEPT:]})
    reply = Reply(kind=Kind.CLARIFY, text=text, suggestions=offered)
    said = private.show(event.having(talk), desk, reply)
    counted = desk.title(name) is not None
    return replace(said, counted=(desk.counted(event, "other", name),) if counted else ())


def _around(name: str, desk: Desk) -> list[str]:
    """What stands near a passage or a gap: its section, and gaps for which it is the nearest."""
    kb = desk.kb
    if name in kb.topics:
        return list(kb.topics[name].nearest)
    if name not in kb.passages:
        return []
    section = [one.id for one in section_of(kb, kb.passages[name])]
    return [*section, *(one.id for one in kb.topics.values() if name in one.nearest)]


def _vote(event: Event, desk: Desk, code: Code) -> Response:
    """Count a thumb once, and take both away."""
    message_id, query = event.done.message_id, event.done.query_id or ""
    markup = without_thumbs(event.done.rows)
    if message_id is None or message_id in event.talk.voted or markup is None:
        return Response((press_answer(query, desk.say("telegram.voted")),), None, "answered")
    kwargs = {"chat_id": event.chat_id, "message_id": message_id, "reply_markup": markup}
    calls = (
        press_answer(query, desk.say("telegram.thanks_vote")),
        Outgoing("edit_message_reply_markup", kwargs, event.chat_id, essential=False),
    )
    voted = (*event.talk.voted, message_id)[-VOTES_KEPT:]
    talk = event.talk.model_copy(update={"voted": voted})
    what = "up" if code.press is Press.HELPED else "down"
    counted = (desk.counted(event, what, code.target),)
    return Response(calls, talk, "answered", counted=counted)
