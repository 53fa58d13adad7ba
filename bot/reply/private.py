"""A private chat: words, commands, media and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.kb.knowledge import UNRELATED
from bot.reply import ask, buttons, clinic, dashboard, links, receipt, records, remind, visit
from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with, text_call
from bot.reply.ending import WRITING
from bot.reply.group import carried
from bot.reply.profile import PRIVATE
from bot.reply.render import Page, messages, page
from bot.reply.talk import SEEN_KEPT, Talk
from bot.reply.wire import keyboard
from bot.turn.alert import flags, lines_said
from bot.turn.answer import answer as quote
from bot.turn.answer import chat, gap, notes_as_text
from bot.turn.command import COMMANDS
from bot.turn.course import ASKING_COURSE
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.triage import ASKING_TRIAGE

OWN: Mapping[str, Callable[[Event, Desk], Response]] = {
    "visit": visit.show,
    "remind": remind.ask_what,
    "privacy": records.privacy,
    "mydata": records.mydata,
    "deletedata": records.ask_delete,
    "trust": records.trust,
    "clinic": clinic.show,
    "dashboard": dashboard.send_link,
    "close": ask.close,
}
"""Commands of the Telegram side; the turn knows the others."""

_FEW, _SURE = 4, 0.7  # words of an answer to our question; confidence that they ask something else


def answer(event: Event, desk: Desk) -> Response:
    """Answer a message."""
    done = event.done
    if done.card:
        return answer_with(event, desk.say("telegram.own_words"))
    if done.kind == "media":
        return _media(event, desk) if done.album is None else _piece(event, desk)
    return command(event, desk, done.command, done.text)


def _piece(event: Event, desk: Desk) -> Response:
    """A message of an album: the first is answered, and each that has words."""
    done = event.done
    if done.album == event.talk.album and not done.text and done.command is None:
        return Response()
    said = _media(event, desk)
    talk = (said.talk or event.talk).model_copy(update={"album": done.album})
    return replace(said, talk=talk)


def _media(event: Event, desk: Desk) -> Response:
    """A picture or the like, whose caption is read as if nothing was said before it.

    "Is this normal?" points at what we cannot see; where it is unclear alone we say just that,
    unless a safety line belongs to the words.
    """
    done, text = event.done, event.done.text
    if event.talk.asking == WRITING:
        return media_to_clinic(event, desk)
    ours = answer_with(event, desk.say(f"media.{done.media}"))
    if done.command is not None:
        return command(event, desk, done.command, text)
    if not text:
        return ours
    memory = event.talk.memory.model_copy(update={"passage": None, "topic": None, "likely": {}})
    talk = event.talk.model_copy(update={"memory": memory})
    said = say(event.having(talk), desk, text, before=desk.say("media.with_caption"))
    unclear = said.reply is not None and (
        said.reply.kind is Kind.CHAT
        or (said.reply.kind in (Kind.CLARIFY, Kind.NOT_COVERED) and said.reply.topic is None)
    )
    asks = (said.talk or Talk()).memory.asking is not None
    safe = said.reply is None or not lines_said(said.reply)
    return ours if unclear and safe and not asks else said


def command(event: Event, desk: Desk, name: str | None, rest: str) -> Response:
    """Answer words or a command with what follows it."""
    if name == "start" and rest:
        return _link(event, desk, rest)
    if name == "help" and not rest:
        return _help(event, desk)
    if name == "ask":
        if rest:
            return say(event, desk, rest)
        return answer_with(event, desk.say("telegram.ask"))
    if name is not None and name in OWN:  # "/deletedata please" asks for it as well
        return red_flag(event, desk, rest) or OWN[name](event, desk)
    meant = desk.kb.words.command(rest) if name is None else None
    if meant is not None and event.talk.asking != WRITING:
        return OWN[meant](event, desk)
    if (heard := awaited(event, desk, name, rest)) is not None:
        return heard
    said = say(event, desk, f"/{name} {rest}".strip() if name else rest)
    strange = name is not None and name not in COMMANDS
    if strange and said.reply is not None and said.reply.kind is Kind.CHAT:
        known = ", ".join(f"/{one}" for one in PRIVATE)
        return show(event, desk, chat(desk.kb, "command.unknown", commands=known))
    return said


def awaited(event: Event, desk: Desk, name: str | None, text: str) -> Response | None:
    """The answer to a question of this side, or its end by /cancel; None for the turn to read."""
    asking = event.talk.asking
    if name is None and asking == WRITING:
        return to_clinic(event, desk, text)
    if name == "cancel":
        return red_flag(event, desk, text) or _cancel(event, desk)
    if name is None and asking is not None:
        said = say(event, desk, text)
        heard = None if said.flagged else remind.read_answer(event, desk, text)
        return _answering(event, heard or said)
    if name is None and event.talk.aside is not None:
        return _resumed(event, desk, text)
    return None


def _resumed(event: Event, desk: Desk, text: str) -> Response | None:
    """The answer to what we asked before another question came; None where it is none.

    The turn's own open question goes first, and "nice" is a place only where one is asked for.
    """
    if event.talk.memory.asking is not None:
        return None
    again = event.talk.model_copy(update={"asking": event.talk.aside, "aside": None})
    back = event.having(again)
    heard = remind.read_answer(back, desk, text)
    if heard is None or (said := say(event, desk, text)).flagged:
        return None
    small = said.reply is not None and said.reply.kind is Kind.CHAT
    return None if small else _answering(back, heard)


def _answering(event: Event, heard: Response) -> Response:
    """An answer to a question of this side, so that an edit of it is read as one too."""
    if heard.reply is not None or heard.talk is None:  # the turn has read it
        return heard
    update = {"asked": None, "shown": None, "answered": event.talk.asking}
    talk = heard.talk.model_copy(update=update)
    return replace(heard, talk=talk, answers=event.done.message_id)


def red_flag(event: Event, desk: Desk, text: str) -> Response | None:
    """The answer to words that raise or may raise a red flag; None where they do not.

    For words that this side would read itself: whatever it waits for, triage comes first.
    """
    if not text:
        return None
    said = say(event, desk, text)
    return said if said.flagged else None


def _cancel(event: Event, desk: Desk) -> Response | None:
    """/cancel where a question of this side is open, or a message to the clinic is not sent."""
    update = {"asking": None, "answered": None, "aside": None}
    talk = event.talk.model_copy(update=update)
    if event.thread is not None and event.thread.draft is not None:
        call = text_call(event.chat_id, desk.say("ask.refused"))
        return Response((call,), talk, "not_sent", thread=event.thread.refused())
    if event.talk.asking is None and event.talk.aside is None:
        return None
    return answer_with(event, desk.say("command.cancelled"), talk)


def to_clinic(event: Event, desk: Desk, text: str, joined: tuple[int, ...] = ()) -> Response:
    """Words for the clinic. Triage reads them first: an emergency is answered, and never sent.

    ``joined``: the messages after this one that they were put together from.
    """
    memory, reply = desk.turn(Inbound(text=text, at=event.at), event.talk.memory)
    if ask.stops(memory, reply):
        before = desk.say("media.with_caption") if event.done.media is not None else ""
        return say(event, desk, text, before=before)
    if reply.kind is Kind.ALERT:
        event = event.having(event.talk.after(memory, reply))
        said, shown = _for_clinic(event, desk, text, joined), show(event, desk, reply)
        return replace(said, calls=(*shown.calls, *said.calls), reply=reply)
    said = _for_clinic(event, desk, text, joined)
    lines = "\n\n".join(notes_as_text(desk.kb, lines_said(reply)))
    calls = (text_call(event.chat_id, lines),) if lines else ()
    return replace(said, calls=(*calls, *said.calls))


def _for_clinic(event: Event, desk: Desk, text: str, joined: tuple[int, ...] = ()) -> Response:
    return ask.media(event, desk) or ask.preview(event, desk, text, joined)


def media_to_clinic(event: Event, desk: Desk) -> Response:
    """A picture or the like for the clinic; its words are read first, whatever it is."""
    text = event.done.text
    return to_clinic(event, desk, text) if text else _for_clinic(event, desk, text)


def say(event: Event, desk: Desk, text: str, before: str = "") -> Response:
    """Take a turn with what was typed, and show its reply."""
    inbound = Inbound(text=text, at=event.at)
    memory, reply = desk.turn(inbound, event.talk.memory)
    if (unread := _unread(event, desk, text, memory, reply)) is not None:
        return unread
    talk = _turned(event.talk, memory, reply)
    number = event.done.message_id
    if reply.course is not None or (number is not None and number == talk.dated):
        talk = talk.model_copy(update={"course": reply.course, "dated": number})
    shown = show(event.having(talk), desk, reply, before=before)
    return replace(shown, answers=event.done.message_id, stays=shown.flagged)


def _turned(talk: Talk, memory: Memory, reply: Reply) -> Talk:
    """The talk after a turn; what this side had asked is left aside, or closed."""
    aside = talk.asking if remind.is_ours(talk.asking) else talk.aside
    closed = {"seen": (), "asking": None, "answered": None, "aside": aside}
    return talk.after(memory, reply).model_copy(update=closed)


def _unread(event: Event, desk: Desk, text: str, memory: Memory, reply: Reply) -> Response | None:
    """That we asked for a day or a place, and words that answer nothing else are none."""
    asked, before = event.talk.asking, event.talk.memory.asking
    if asked in (None, WRITING) or before == ASKING_TRIAGE or text.startswith("/"):
        return None
    if flags(memory, reply) or lines_said(reply):
        return None
    date = (
        reply.kind is Kind.CLARIFY and memory.asking == ASKING_COURSE
    )  # not for the course clock
    if not (date or _lost(text, reply) or (asked.startswith("day") and _dated(text, reply))):
        return None
    key = "zone_unknown" if asked.startswith("zone") else "day_unknown"
    return answer_with(event, desk.say(f"reminder.{key}"), event.talk)


def _lost(text: str, reply: Reply) -> bool:
    """Whether a reply answers nothing, or guesses at what some words mean that we asked for."""
    if reply.kind is Kind.CHAT or (reply.kind is Kind.NOT_COVERED and reply.topic is None):
        return True
    guess = reply.confidence < _SURE and "?" not in text and len(text.split()) <= _FEW
    number = not any(character.isalpha() for character in text)
    return reply.kind in (Kind.CLARIFY, Kind.NOT_COVERED) and (guess or number)


def _dated(text: str, reply: Reply) -> bool:
    """Whether words with a figure in them, and no question, got only a guess for an answer."""
    figure = any(map(str.isdigit, text)) and "?" not in text
    guess = reply.kind is Kind.CLARIFY or reply.confidence < _SURE
    return figure and guess and reply.kind in (Kind.CLARIFY, Kind.NOT_COVERED)


def show(
    event: Event,
    desk: Desk,
    reply: Reply,
    *,
    before: str = "",
    section: bool = False,
) -> Response:
    """Show a reply, and remember what it showed. Nothing is said before an alert."""
    before = "" if reply.kind is Kind.ALERT else before
    markup = ask.under(buttons.under(reply, desk, section=section), event, desk, reply)
    calls = messages(laid_out(event, desk, reply, before), event.chat_id, markup)
    talk = seen(event.talk, reply)
    if event.done.kind != "edit":  # what the answer before this one showed is the last no more
        talk = talk.model_copy(update={"asked": None, "shown": None})
    return Response(tuple(calls), talk, "answered", reply)


def laid_out(event: Event, desk: Desk, reply: Reply, before: str = "") -> Page:
    """A reply as a page, with the clinic's line where the reply sends the person to someone."""
    titles = [desk.kb.passages[cited.passage].title for cited in reply.citations[1:]]
    elsewhere = reply.refused == UNRELATED  # not a matter for a clinic
    referral = reply.kind in (Kind.ALERT, Kind.NOT_COVERED, Kind.DOSE) and not elsewhere
    line = clinic.line(event, desk) if referral else ""
    lines = (desk.sources(reply), line, ask.line(event, desk, reply))
    after = "\n\n".join(part for part in lines if part)
    return page(reply, titles, desk.receipts(reply), before, after)


def seen(talk: Talk, reply: Reply) -> Talk:
    """The talk with what a reply showed and offered."""
    about = reply.citations[0].passage if reply.citations else reply.topic
    names = [cited.passage for cited in reply.citations]
    names += [reply.topic] if reply.topic else []
    names += [n for offered in reply.suggestions if (n := offered.passage or offered.topic)]
    kept = tuple(dict.fromkeys((*talk.seen, *names)))[-SEEN_KEPT:]
    return talk.model_copy(update={"about": about or talk.about, "seen": kept})


def _help(event: Event, desk: Desk) -> Response:
    rows = []
    for number in range(1, 5):
        example = desk.say(f"telegram.example_{number}")
        rows.append(button(example, Press.SAY, example))
    return answer_with(
        event, desk.say("telegram.examples"), event.talk, reply_markup=keyboard(*rows)
    )


def _link(event: Event, desk: Desk, payload: str) -> Response:
    """Follow a deep link. Its payload came from a stranger."""
    link = links.read_payload(payload.strip())
    kb, reply, before = desk.kb, None, ""
    match link:
        case links.Link("p", name) if name in kb.passages:
            reply = quote(kb, [name], show_notes=desk.show_notes)
        case links.Link("t", name) if name in kb.topics:
            reply = gap(kb, name, show_notes=desk.show_notes)
        case links.Link("v"):
            return receipt.show(event, desk, link)
        case links.Link("c"):
            return clinic.bind(event, desk, link)
        case links.Link("g") if (found := carried(link, event, desk)) is not None:
            return _carried(event, desk, *found)
    if reply is None:
        words = link is None  # what has a link's form is a code
        if words and (said := red_flag(event, desk, payload)) is not None:
            return said
        before = "" if payload == "inline" else desk.say("telegram.bad_link")
        reply = chat(kb, "command.start")
    return show(event, desk, reply, before=before)


def _carried(event: Event, desk: Desk, memory: Memory, reply: Reply) -> Response:
    """The answer to a question from a group, in a talk that goes on from there."""
    talk = _turned(event.talk, memory, reply)
    bare = reply.kind is Kind.CHAT or flags(memory, reply)
    before = "" if bare else desk.say("group.carried")
    return show(event.having(talk), desk, reply, before=before)
