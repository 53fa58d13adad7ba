"""Ask my clinic, on the person's side: write, see what will be sent, consent, read the reply.

Nothing is sent without a press on the button under exactly that text. What is an emergency never
comes this far: ``private`` lets the turn read the message first.
"""

from __future__ import annotations

from telegram import MessageEntity

from bot.kb.models import Urgency
from bot.reply import clinic
from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with, press_answer, text_call
from bot.reply.ending import WRITING, ended, idle, note
from bot.reply.outgoing import Outgoing
from bot.reply.render import Mark, Page, messages, units
from bot.reply.wire import Keyboard, Row, keyboard
from bot.store.clinics import Clinic
from bot.store.handovers import relay_row, undelivered
from bot.turn.handover import (
    LONGEST,
    LONGEST_CAPTION,
    MOST_A_DAY,
    MOST_UNANSWERED,
    Draft,
    Relay,
    Thread,
    plain,
)
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.triage import ASKING_TRIAGE


def stops(memory: Memory, reply: Reply) -> bool:
    """Whether what the person wrote is, or may be, an emergency: it is never sent."""
    return memory.asking == ASKING_TRIAGE or _emergency(reply)


def _emergency(reply: Reply) -> bool:
    return reply.alert is not None and reply.alert.urgency is Urgency.EMERGENCY


def _waiting(event: Event, digest: str) -> Draft | None:
    """What waits for the person's consent, where it is what the pressed button stands for."""
    draft = event.thread.draft if event.thread else None
    if draft is None or draft.digest != digest or draft.over(event.at.timestamp()):
        return None
    return draft


def _ready(event: Event, desk: Desk) -> Clinic | None:
    """The person's clinic, where it takes messages."""
    held = desk.clinic(event.kept)
    return held if held is not None and held.group is not None else None


def _writing(event: Event, desk: Desk) -> Thread | None:
    """The conversation that is open."""
    thread = event.thread
    return thread if thread and thread.open and _ready(event, desk) else None


def under(markup: Keyboard | None, event: Event, desk: Desk, reply: Reply) -> Keyboard | None:
    """The buttons of a reply with "Ask my clinic" where a person is what is needed."""
    held = _ready(event, desk)
    if held is None or stops(event.talk.memory, reply):
        return markup
    wanted = reply.topic is not None or reply.kind is Kind.ALERT
    if not (wanted and held.handover.open_at(event.at)) and not _writing(event, desk):
        return markup
    rows = [list(row) for row in markup["inline_keyboard"]] if markup else []
    below = len(reply.suggestions) if wanted else len(rows)
    rows.insert(below, button(desk.say("ask.button"), Press.DO, "ask.start"))
    return keyboard(*rows)


def line(event: Event, desk: Desk, reply: Reply) -> str:
    """That the clinic does not read along, while a conversation is open; or ""."""
    if _emergency(reply) or reply.kind is Kind.CHAT:
        return ""
    if event.thread is not None and event.thread.draft is not None:
        return desk.say("ask.pending")
    return desk.say("ask.not_read") if _writing(event, desk) else ""


def _cannot(event: Event, desk: Desk) -> str | None:
    """Why nothing can be sent now, with what to do instead."""
    held = _ready(event, desk)
    if held is None:
        known = desk.clinic(event.kept)
        parts = (desk.say("ask.off"), clinic.card(known, desk) if known else "")
        return "\n\n".join(filter(None, parts))
    if not held.handover.open_at(event.at):
        hours = held.handover.spoken_hours()
        return desk.say("ask.shut", name=held.name, hours=hours, phone=held.phone)
    why = event.thread.too_much(event.at.timestamp()) if event.thread else None
    if why is None:
        return None
    most = MOST_UNANSWERED if why == "unanswered" else MOST_A_DAY
    return desk.say(f"ask.{why}", name=held.name, phone=held.phone, most=most)


def start(event: Event, desk: Desk) -> Response:
    """The person wants to write: say how, or why not now."""
    if why := _cannot(event, desk):
        return answer_with(event, why)
    held = _ready(event, desk)
    assert held is not None
    talk = event.talk.model_copy(update={"asking": WRITING})
    text = desk.say("ask.write", name=held.name, phone=held.phone, most=LONGEST)
    return answer_with(event, text, talk)


def preview(event: Event, desk: Desk, text: str, joined: tuple[int, ...] = ()) -> Response:
    """Show exactly what will be sent, who reads it and how long it is kept; ask for consent."""
    done, draft = event.done, event.thread.draft if event.thread else None
    if done.kind == "edit" and draft and draft.joined:  # we do not keep which words were whose
        return answer_with(event, desk.say("ask.joined"), event.talk)
    if why := _cannot(event, desk):
        talk = event.talk.model_copy(update={"asking": None})
        return answer_with(event, why, talk)
    held = _ready(event, desk)
    assert held is not None
    words, photo = plain(text), done.photo
    most = LONGEST_CAPTION if photo else LONGEST
    length = units(words)
    if not words or length > most:
        key = "ask.too_long" if words else "ask.empty"
        return answer_with(event, desk.say(key, most=most, length=length), event.talk)
    at, number = event.at.timestamp(), done.message_id or 0
    draft = Draft(text=words, photo=photo, message=number, joined=joined, at=at)
    thread = (event.thread or Thread(clinic=held.id)).drafted(draft, held.id)
    consent = desk.say("ask.consent", name=held.name)
    if photo and done.album is not None:
        consent = f"{desk.say('ask.one_picture')}\n{consent}"
    page = _quoting(desk.say("ask.preview", name=held.name), words, consent)
    markup = keyboard(
        button(desk.say("ask.send", name=held.name), Press.DO, f"ask.send.{draft.digest}"),
        button(desk.say("ask.change"), Press.DO, "ask.start")
        + button(desk.say("ask.refuse"), Press.DO, f"ask.no.{draft.digest}"),
    )
    calls = [*_picture(event.chat_id, photo), *messages(page, event.chat_id, markup)]
    talk = event.talk.model_copy(update={"asking": None, "asked": None, "shown": None})
    return Response(tuple(calls), talk, "preview", thread=thread)


def _picture(chat_id: int, photo: str | None) -> list[Outgoing]:
    kwargs = {"chat_id": chat_id, "photo": photo}
    return [Outgoing("send_photo", kwargs, chat_id)] if photo else []


def _quoting(heading: str, words: str, after: str = "") -> Page:
    """Somebody's words between ours: set apart by an entity, so that they cannot pose as ours."""
    start = len(heading) + 1
    text = "\n".join(filter(None, (heading, words, after)))
    marks = (
        Mark(0, len(heading), MessageEntity.BOLD),
        Mark(start, start + len(words), MessageEntity.BLOCKQUOTE),
    )
    return Page(text, marks)


def media(event: Event, desk: Desk) -> Response | None:
    """Why a picture or the like is not sent; None where its words, or words alone, can be."""
    held, done = _ready(event, desk), event.done
    if done.media is None:
        return None
    allowed = held is not None and held.handover.photos and done.photo is not None
    if allowed and done.text:
        return None
    if allowed:
        key = "ask.picture_needs_words"
    else:
        key = "ask.no_picture" if done.media == "photo" else "ask.only_words"
    return answer_with(event, desk.say(key), event.talk)


def send(event: Event, desk: Desk, digest: str) -> Response:
    """The consent; nothing is sent where it is for another text than the one that waits."""
    thread, held, draft = event.thread, desk.clinic(event.kept), _waiting(event, digest)
    if thread is None or draft is None:
        return _stale(event, desk)
    gone = _without_buttons(event)
    if held is None or held.id != thread.clinic or (why := _cannot(event, desk)):
        text = why if held is not None and held.id == thread.clinic else desk.say("ask.off")
        text = f"{desk.say('ask.refused')}\n\n{text}"
        calls = (*gone, text_call(event.chat_id, text))
        return Response(calls, idle(event), "not_sent", thread=thread.refused())
    if draft.photo and not held.handover.photos:
        call = text_call(event.chat_id, desk.say("ask.no_picture"))
        return Response((*gone, call), idle(event), "not_sent", thread=thread.refused())
    at = event.at.timestamp()
    sent = thread.sent(at, held.handover.timeout, event.done.message_id)
    relay = Relay(
        to="staff",
        what="question",
        clinic=held.id,
        thread=thread.id,
        text=draft.text,
        photo=draft.photo,
    )
    text = desk.say(
        "ask.sent",
        name=held.name,
        tag=thread.tag,
        phone=held.phone,
        wait=spoken_wait(held.handover.timeout, desk),
    )
    calls = (*gone, text_call(event.chat_id, text, reply_markup=_closing(desk)))
    row = relay_row(relay, str(event.number), event.chat_id, event.user_id)
    counted = (("handover", "sent", held.id),)
    return Response(
        calls, idle(event), "sent_to_clinic", thread=sent, relays=(row,), counted=counted
    )


def spoken_wait(minutes: int, desk: Desk) -> str:
    """How long a reply may take: "4 hours"."""
    if minutes % 60:
        return desk.say("ask.minutes", count=minutes)
    key = "ask.hour" if minutes == 60 else "ask.several_hours"  # noqa: PLR2004
    return desk.say(key, count=minutes // 60)


def _stale(event: Event, desk: Desk) -> Response:
    """A button whose text was sent, changed or erased."""
    pressed = event.done.message_id
    if event.thread is not None and pressed is not None and event.thread.consent == pressed:
        call = press_answer(event.done.query_id or "", desk.say("ask.sent_before"))
    else:
        call = text_call(event.chat_id, desk.say("ask.stale"))
    return Response((call,), None, "old_button")


def refuse(event: Event, desk: Desk, digest: str) -> Response:
    """The person does not consent: what was written is erased."""
    thread = event.thread
    if thread is None or _waiting(event, digest) is None:
        return _stale(event, desk)
    calls = (*_without_buttons(event), text_call(event.chat_id, desk.say("ask.refused")))
    return Response(calls, idle(event), "not_sent", thread=thread.refused())


def _without_buttons(event: Event) -> tuple[Outgoing, ...]:
    kwargs = {"chat_id": event.chat_id, "message_id": event.done.message_id}
    call = Outgoing("edit_message_reply_markup", kwargs, event.chat_id, essential=False)
    return (call,) if event.done.message_id is not None else ()


def edited(event: Event, desk: Desk) -> Response:
    """The message that was sent is edited: what the clinic has stays as it is."""
    return answer_with(event, desk.say("ask.edited"))


def close(event: Event, desk: Desk) -> Response:
    """The person ends the conversation."""
    thread, relays = ended(event)
    if thread is None:
        return answer_with(event, desk.say("ask.none"), idle(event))
    call = text_call(event.chat_id, desk.say("ask.closed"))
    return Response((call,), idle(event), "answered", thread=thread, relays=relays)


def _closing(desk: Desk, *, back: bool = False) -> Keyboard | None:
    row: Row = button(desk.say("ask.back"), Press.DO, "ask.start") if back else []
    return keyboard(row + button(desk.say("ask.close"), Press.DO, "ask.close"))


def receive(event: Event, desk: Desk, relay: Relay) -> Response:
    """What comes from the staff's side, or because a time is over."""
    thread = event.thread
    if thread is None or thread.id != relay.thread or not thread.open:
        if relay.what != "reply" or thread is None:
            return Response()
        late = Thread(clinic=relay.clinic, id=relay.thread)
        return Response(relays=(note(event, late, "late"),))
    held = desk.clinics.get(thread.clinic) if desk.clinics else None
    match relay.what:
        case "reply" if held is not None:
            return _reply(event, desk, relay, held)
        case "closed":
            call = text_call(event.chat_id, desk.say("ask.closed_by_clinic"))
            over = thread.closed(event.at.timestamp())
            return Response((call,), idle(event), "closed", thread=over)
        case "lost" if held is not None:
            call = text_call(event.chat_id, desk.say("ask.lost", name=held.name, phone=held.phone))
            return Response((call,), None, "lost")
    return _due(event, desk, relay, thread, held)


def _reply(event: Event, desk: Desk, relay: Relay, held: Clinic) -> Response:
    assert event.thread is not None
    page = _quoting(desk.say("ask.reply", name=held.name), relay.text)
    calls = messages(page, event.chat_id, _closing(desk, back=True))
    return Response(
        tuple(calls),
        None,
        "replied",
        thread=event.thread.answered(event.at.timestamp()),
        undelivered=undelivered(relay, event.number, event.chat_id, event.user_id),
        counted=(("handover", "answered", held.id),),
    )


def _due(event: Event, desk: Desk, relay: Relay, thread: Thread, held: Clinic | None) -> Response:
    """Nobody answered in time, nobody wrote for long, or the clinic takes no messages any more."""
    at = max(event.at.timestamp(), relay.due)  # another clock found it due; ours may be behind
    if held is None or held.group is None:
        parts = (desk.say("ask.ended"), clinic.card(held, desk) if held else "")
        call = text_call(event.chat_id, "\n\n".join(filter(None, parts)))
        return Response((call,), idle(event), "closed", thread=thread.closed(at))
    if thread.due is None or at < thread.due:
        return Response(thread=thread)
    if thread.asked is not None and not thread.told:
        wait = spoken_wait(thread.timeout, desk)
        hours = held.handover.spoken_hours()
        text = desk.say("ask.waited", name=held.name, wait=wait, phone=held.phone, hours=hours)
        call = text_call(event.chat_id, text, reply_markup=_closing(desk))
        return Response(
            (call,),
            None,
            "waited",
            thread=thread.waited(),
            relays=(note(event, thread, "waited"),),
            counted=(("handover", "waited", held.id),),
        )
    call = text_call(event.chat_id, desk.say("ask.idle"))
    relays = (note(event, thread, "idle"),)
    return Response((call,), idle(event), "closed", thread=thread.closed(at), relays=relays)
