"""A chat's clinic: bound by a signed link, shown on each referral, left by one tap."""

from __future__ import annotations

from bot.reply import links
from bot.reply.buttons import button, offers
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with, text_call
from bot.reply.ending import leaving
from bot.reply.wire import keyboard
from bot.store.clinics import Clinic
from bot.turn.answer import chat


def line(event: Event, desk: Desk) -> str:
    """The clinic's name, phone, hours and emergency line; "" without a clinic."""
    held = desk.clinic(event.kept)
    return card(held, desk) if held else ""


def card(held: Clinic, desk: Desk) -> str:
    """A clinic as it is shown."""
    parts = [desk.say("clinic.line", name=held.name, phone=held.phone)]
    if held.hours:
        parts.append(desk.say("clinic.hours", hours=held.hours))
    if held.emergency:
        parts.append(desk.say("clinic.emergency", emergency=held.emergency))
    return " ".join(parts)


def bind(event: Event, desk: Desk, link: links.Link) -> Response:
    """Follow a clinic's link. Forged, revoked and foreign ones all get the same answer."""
    key = desk.clinics.key(link.name) if desk.clinics else None
    held = desk.clinics.get(link.name) if desk.clinics else None
    if key is None or held is None or not links.clinic_signed(desk.me.bot_id, link, key):
        return answer_with(event, desk.say("clinic.bad"))
    kept = event.kept.model_copy(update={"clinic": held.id})
    parts = [desk.say("clinic.bound", name=held.name), card(held, desk)]
    if held.group is not None:
        parts.append(desk.say("ask.hours", hours=held.handover.spoken_hours()))
    text = "\n\n".join([*parts, desk.say("command.start")])
    markup = keyboard(*offers(chat(desk.kb, "command.start").suggestions))
    calls = (text_call(event.chat_id, text, reply_markup=markup),)
    counted = (("link", f"{held.id}/{link.source or 'link'}", held.id),)
    said = Response(calls, event.talk, "answered", kept=kept.stored(), counted=counted)
    same = event.thread is None or event.thread.clinic == held.id
    return said if same else leaving(event, desk, said)


def show(event: Event, desk: Desk) -> Response:
    """/clinic."""
    held = desk.clinic(event.kept)
    if held is None:
        return answer_with(event, desk.say("clinic.none"))
    say, parts = desk.say, [card(held, desk), desk.say("clinic.shown")]
    rows = [button(say("clinic.leave"), Press.DO, "clinic.leave")]
    if held.group is not None:
        parts.append(say("ask.hours", hours=held.handover.spoken_hours()))
        if held.handover.open_at(event.at):
            rows.insert(0, button(say("ask.button"), Press.DO, "ask.start"))
    text, markup = "\n\n".join(parts), keyboard(*rows)
    return answer_with(event, text, reply_markup=markup)


def leave(event: Event, desk: Desk) -> Response:
    """Forget the clinic."""
    kept = event.kept.model_copy(update={"clinic": None})
    return leaving(event, desk, answer_with(event, desk.say("clinic.left"), kept=kept))
