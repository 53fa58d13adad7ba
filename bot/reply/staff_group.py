"""Ask my clinic, on the staff's side: a group that a code bound to the clinic.

A reply to a message of ours goes back to the person whose tag heads that message. It works with
privacy mode on: bots get replies to their own messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from telegram import MessageEntity

from bot.reply import links
from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, press_answer, text_call
from bot.reply.outgoing import Outgoing
from bot.reply.render import Mark, Page, entities, messages
from bot.reply.wire import keyboard, replying_to
from bot.store.clinics import Clinic
from bot.store.handovers import relay_row, undelivered
from bot.store.store import Store
from bot.turn.handover import LONGEST_REPLY, Relay, plain, read_tag

AT_ONCE = 100  # messages that one call may delete


def answer(event: Event, desk: Desk) -> Response | None:
    """What the staff did in their group; None where it is none of ours."""
    done = event.done
    if done.command == "staffgroup" and done.kind == "text":
        return _bind(event, desk)
    number = _number(done.replied, desk)
    if number is None:
        return _said(event, desk, "staff.how") if done.command == "close" else None
    served = _served(event, desk)
    if not served:
        return _said(event, desk, "staff.unbound")
    if done.command == "close" and done.kind != "edit":
        return _close(event, desk, number, served)
    words = plain(done.text)
    return _pass_on(event, desk, number, served, "reply", words, _refused(event, desk, words))


def _refused(event: Event, desk: Desk, words: str) -> str:
    """Why a reply is not passed on; or ""."""
    done = event.done
    if done.kind == "edit":
        return desk.say("staff.edited")
    if done.command is not None:  # "/clsoe" is not for the patient, and silence passes for sent
        return desk.say("staff.no_command")
    if done.media is not None or not words:
        return desk.say("staff.only_words")
    if len(words) > LONGEST_REPLY:
        return desk.say("staff.too_long", most=LONGEST_REPLY, length=len(words))
    return ""


def _served(event: Event, desk: Desk) -> list[str]:
    """The clinics that this group answers for now."""
    found = desk.clinics.of_group(event.chat_id) if desk.clinics else []
    return [one.id for one in found if one.group == event.chat_id]


def _number(first_line: str, desk: Desk) -> int | None:
    """The conversation whose tag heads a message of ours."""
    if not first_line:
        return None
    before, _, after = desk.say("staff.patient", tag="\0").partition("\0")
    found = re.match(rf"{re.escape(before)}([A-Z]\d+)\b{re.escape(after)}", first_line)
    return read_tag(found[1]) if found else None


def _said(event: Event, desk: Desk, key: str, **values: object) -> Response:
    return Response((_call(event, desk.say(key, **values)),), None, "staff")


def _call(event: Event, text: str) -> Outgoing:
    if event.done.kind == "press" or event.done.message_id is None:
        return text_call(event.chat_id, text)
    to = replying_to(event.done.message_id)
    return text_call(event.chat_id, text, reply_parameters=to)


def _pass_on(
    event: Event,
    desk: Desk,
    number: int,
    served: list[str],
    what: str,
    words: str = "",
    refused: str = "",
) -> Response:
    """Put it into the person's lane, where the conversation is open and this clinic's.

    ``refused``: say this instead, below the tag: the staff do what it says by a reply to it.
    """

    async def later(store: Store) -> Response:
        held = await store.handovers.named(number)
        known = held is not None and held.thread.clinic in served
        if held is None or not known or not held.thread.covers(event.done.posted):
            return _said(event, desk, "staff.unknown")
        head = desk.say("staff.patient", tag=held.thread.tag)
        if not held.thread.open:
            return Response((_call(event, f"{head}: {desk.say('staff.over')}"),))
        if refused:
            return Response((_call(event, f"{head}: {refused}"),))
        relay = Relay(
            to="patient", what=what, clinic=held.thread.clinic, thread=number, text=words
        )
        row = relay_row(relay, str(event.number), held.chat_id, held.user_id)
        done = desk.say("staff.ending" if what == "closed" else "staff.passed_on")
        return Response((_call(event, f"{head}: {done}"),), relays=(row,))

    return Response(outcome="staff", later=later)


def _close(event: Event, desk: Desk, number: int, served: list[str]) -> Response:
    return _pass_on(event, desk, number, served, "closed")


def press(event: Event, desk: Desk, target: str) -> Response | None:
    """The button that ends a conversation."""
    number = target.removeprefix("staff.close.")
    served = _served(event, desk)
    if number == target or not re.fullmatch(r"\d{1,15}", number, re.ASCII) or not served:
        return None
    return _close(event, desk, int(number), served)


def _bind(event: Event, desk: Desk) -> Response:
    """/staffgroup CODE: this group answers for the clinic from now on."""
    code = links.read_staff_code(event.done.text.strip())
    held = desk.clinics.get(code.clinic) if desk.clinics and code else None
    if held is None or code is None or desk.clinics is None:
        return _said(event, desk, "staff.bad_code")
    old = held.handover.group
    if old == event.chat_id:
        return Response((_bound(event, desk, held),), None, "staff")
    key = desk.clinics.key(held.id) or b""
    changes = held.handover.changes
    if not links.staff_signed(desk.me.bot_id, code, key, changes, event.at.timestamp()):
        return _said(event, desk, "staff.bad_code")
    if event.done.public:
        return _said(event, desk, "staff.public")
    clinics = desk.clinics

    async def later(store: Store) -> Response:
        if old is not None:  # a row of its own: once the other is bound, nobody knows of the old
            moved = Relay(to="staff", what="moved", clinic=held.id, thread=0, group=old)
            await store.put([relay_row(moved, code.proof)])
        # read again where nobody else can change it: two groups may have typed the same code
        await clinics.hand_over(
            held.id, lambda one: one.bound_to(event.chat_id) if one.changes == changes else one
        )
        now = clinics.get(held.id)
        if now is None or now.handover.group != event.chat_id:
            return _said(event, desk, "staff.bad_code")
        return Response((_bound(event, desk, now),))

    return Response(outcome="staff", later=later)


def _bound(event: Event, desk: Desk, held: Clinic) -> Outgoing:
    text = desk.say("staff.bound", name=held.name)
    if not held.handover.on:
        text = f"{text}\n\n{desk.say('staff.off')}"
    return _call(event, text)


def exposed(event: Event, desk: Desk) -> Response | None:
    """The group has become public since: nothing more is sent to it or taken from it.

    Whatever is done there may be the first that tells of it, also while messages are switched off.
    """
    done, clinics = event.done, desk.clinics
    if clinics is None or not done.public or not clinics.of_group(event.chat_id):
        return None

    async def later(_: Store) -> Response:
        await clinics.move_group(event.chat_id, None)
        return _said(event, desk, "staff.public")

    calls = (press_answer(done.query_id),) if done.query_id else ()
    return Response(calls, outcome="staff", later=later)


def deliver(event: Event, desk: Desk, relay: Relay) -> Response:
    """A row for the staff: a person's words, or a note on a conversation."""
    held = desk.clinics.get(relay.clinic) if desk.clinics else None
    if relay.what == "question":
        return _deliver_question(event, desk, relay, held)
    if relay.what == "moved":
        if held is None or relay.group is None:
            return Response()
        told = text_call(relay.group, desk.say("staff.moved", name=held.name))
        return Response((told,), None, "relayed")
    group = held.handover.group if held else None
    calls = _deletions(relay.ids, group)
    if group is not None and relay.what != "over":
        head = desk.say("staff.patient", tag=relay.tag)
        calls = (*calls, text_call(group, f"{head}: {desk.say(f'staff.note_{relay.what}')}"))
    return Response(calls, None, "relayed") if calls else Response()


def _deliver_question(event: Event, desk: Desk, relay: Relay, held: Clinic | None) -> Response:
    lost = undelivered(relay, event.number, event.chat_id, event.user_id)
    group = held.group if held else None
    if group is None:
        return Response(outcome="lost", relays=lost)

    async def later(store: Store) -> Response:
        if await store.handovers.named(relay.thread) is None:  # deleted while it was on its way
            return Response()
        return Response(tuple(_question(desk, relay, group)))

    return Response(outcome="relayed", later=later, undelivered=lost, shows=relay.thread)


def _deletions(ids: Iterable[tuple[int, int] | int], group: int | None) -> tuple[Outgoing, ...]:
    """In the chat that each message was sent to; a number alone is of the group of now.

    Telegram takes these for two days, or always where the bot may delete messages.
    """
    of_chat: dict[int | None, list[int]] = {}
    for one in ids:
        chat, number = (group, one) if isinstance(one, int) else one
        of_chat.setdefault(chat, []).append(number)
    return tuple(
        Outgoing(
            "delete_messages",
            {"chat_id": chat, "message_ids": numbers[at : at + AT_ONCE]},
            chat,
        )
        for chat, numbers in of_chat.items()
        if chat is not None
        for at in range(0, len(numbers), AT_ONCE)
    )


def _question(desk: Desk, relay: Relay, group: int) -> list[Outgoing]:
    """A person's words, set apart so that nothing in them can pose as ours."""
    head = f"{desk.say('staff.patient', tag=relay.tag)}:"
    start = len(head) + 1
    text = f"{head}\n{relay.text}\n{desk.say('staff.reply_to_this')}"
    end = start + len(relay.text)
    marks = (
        Mark(0, len(head), MessageEntity.BOLD),
        Mark(start, end, MessageEntity.BLOCKQUOTE),
    )
    page = Page(text, marks)
    markup = keyboard(button(desk.say("staff.close"), Press.DO, f"staff.close.{relay.thread}"))
    if relay.photo is None:
        return messages(page, group, markup)
    kwargs = {
        "chat_id": group,
        "photo": relay.photo,
        "caption": text,
        "caption_entities": entities(page, 0, len(text)),
        "reply_markup": markup,
    }
    return [Outgoing("send_photo", kwargs, group)]
