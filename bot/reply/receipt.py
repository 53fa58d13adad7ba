"""The receipt of a quote: the passage in its place, and whether it has changed since."""

from __future__ import annotations

import hmac

from telegram import MessageEntity

from bot.kb.knowledge import Knowledge
from bot.kb.models import Passage
from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with, document_of, section_of
from bot.reply.links import Link
from bot.reply.render import Mark, Page, messages
from bot.reply.wire import keyboard
from bot.turn.answer import notes_as_text, notes_shown


def show(event: Event, desk: Desk, link: Link) -> Response:
    """Show what a receipt's link proves; it works for whoever received the forward."""
    kb = desk.quoting(link.name, link.proof)
    if kb is None:
        return answer_with(event, desk.say("telegram.receipt_gone"))
    passage = kb.passages[link.name]
    same = hmac.compare_digest(passage.sha256[: len(link.proof)], link.proof)
    row = button(desk.say("telegram.authorities"), Press.AUTHORITIES, passage.id)
    row += button(desk.say("telegram.add"), Press.LIST, passage.id)
    markup = keyboard(row if passage.id in desk.kb.passages else [])
    calls = messages(in_place(desk, kb, passage, same=same), event.chat_id, markup)
    return Response(tuple(calls), None, "answered")


def in_place(desk: Desk, kb: Knowledge, passage: Passage, *, same: bool) -> Page:
    """The section's stretch of the document with the passage bold in it.

    A contradicted claim anywhere in the stretch brings its note with it.
    """
    document = kb.source_of(passage.id)
    section = section_of(kb, passage)
    start, end = section[0].span.start, max(held.span.end for held in section)
    heading = desk.say("telegram.receipt_heading", title=passage.title)
    key = "telegram.receipt_same" if same else "telegram.receipt_changed"
    top = f"{heading}\n\n{desk.say(key, section=passage.section)}\n\n"
    source = desk.say(
        "telegram.receipt_source",
        title=document.origin.title,
        start=passage.span.start,
        end=passage.span.end,
        sha256=document.sha256[:8],
    )
    notes = [
        note
        for held in document_of(kb, passage)
        if held.span.start < end and start < held.span.end
        for note in notes_shown(held.notes, show_notes=held is passage and desk.show_notes)
    ]
    text = "\n\n".join([top + document.text[start:end], source, *notes_as_text(desk.kb, notes)])
    at = len(top) - start
    marks = (
        Mark(0, len(heading), MessageEntity.BOLD),
        Mark(start + at, end + at, MessageEntity.BLOCKQUOTE),
        Mark(passage.span.start + at, passage.span.end + at, MessageEntity.BOLD),
    )
    return Page(text, marks)
