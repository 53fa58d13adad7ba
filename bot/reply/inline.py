"""Inline queries: ``@bot dry lips``, ``@bot 70 kg`` in any chat. A sent card is complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
)

from bot.reply.desk import Desk, Event, Response
from bot.reply.outgoing import Outgoing
from bot.reply.render import Page, entities, page, parts_of
from bot.turn.alert import flags, lines_said, numbers
from bot.turn.answer import answer as quote
from bot.turn.answer import chat, gap, with_notes
from bot.turn.dose_cards import dose_cards
from bot.turn.figures import read_dose
from bot.turn.inbound import Inbound, clean, in_one_line
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, ShownNote

LONGEST_QUERY = 256
PAGE = 5  # cards
CACHED = 300  # seconds; Telegram may show one person's cards to others: only what is not personal
_DESCRIPTION = 120


@dataclass(frozen=True, slots=True)
class _Cards:
    cards: list[InlineQueryResultArticle]
    personal: bool = False
    following: str = ""


def answer(event: Event, desk: Desk) -> Response:
    """Answer a query with cards and a button into the private chat."""
    text = in_one_line(clean(event.done.text[:LONGEST_QUERY]))
    found = _found(text, event.done.offset, desk)
    button = InlineQueryResultsButton(desk.say("inline.private"), start_parameter="inline")
    call = Outgoing(
        "answer_inline_query",
        {
            "inline_query_id": event.done.query_id,
            "results": found.cards,
            "cache_time": 0 if found.personal else CACHED,
            "is_personal": found.personal,
            "next_offset": found.following,
            "button": button,
        },
    )
    return Response((call,), None, "answered")


def _found(text: str, offset: str, desk: Desk) -> _Cards:
    if not text:
        return _Cards([_about(desk)])
    asked = Inbound(text=text)
    memory, reply = desk.turn(asked, Memory(isotretinoin=True))  # whoever calls us speaks of it
    if flags(memory, reply):  # a card cannot ask back
        return _Cards([_alert(desk)], personal=True)
    if text.startswith("/"):
        return _Cards([_about(desk)])
    request = read_dose(text, desk.kb.dose, Memory())
    if request is not None:
        made = dose_cards(
            request, desk.kb, calculator=desk.dose_calculator, show_notes=desk.show_notes
        )
        cards = []
        for one in made:
            said = Reply(kind=Kind.DOSE, text=one.text, citations=one.citations)
            shown = page(said, receipts=desk.receipts(said), after=desk.sources(said))
            cards.append(_card(one.id, one.title, one.description, shown))
        return _Cards(cards, personal=True)
    if reply.kind is Kind.CHAT:
        return _Cards([_about(desk)])
    line = lines_said(reply)[:1]
    return replace(_paged(_named(reply, memory), offset, desk, line), personal=bool(line))


def _named(reply: Reply, memory: Memory) -> list[str]:
    """Passages and topics to show, best first."""
    first = [cited.passage for cited in reply.citations]
    first += [reply.topic] if reply.topic else []
    if not first and reply.kind is Kind.NOT_COVERED:
        return []  # not our subject at all
    offered = [n for one in reply.suggestions if (n := one.passage or one.topic)]
    return list(dict.fromkeys((*first, *offered, *memory.ranked)))


def _paged(names: Sequence[str], offset: str, desk: Desk, line: Sequence[ShownNote]) -> _Cards:
    """Cards for these; each is complete, so that each says the safety line of the question."""
    start = int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 4 else 0  # noqa: PLR2004
    shown = names[start : start + PAGE]
    cards = [card for name in shown if (card := _named_card(name, desk, line)) is not None]
    following = str(start + PAGE) if start + PAGE < len(names) else ""
    if not cards and start == 0:
        return _Cards([_about(desk, line)])
    return _Cards(cards, following=following)


def _named_card(
    name: str, desk: Desk, line: Sequence[ShownNote]
) -> InlineQueryResultArticle | None:
    kb = desk.kb
    if name in kb.passages:
        passage = kb.passages[name]
        reply = quote(kb, [name], show_notes=desk.show_notes, extra=line)
        description = " ".join(passage.quote(kb.source_of(name)).split())
    elif name in kb.topics:
        passage = None
        reply = gap(kb, name, show_notes=desk.show_notes, offer=False, extra=line)
        description = desk.say("inline.gap_description")
    else:
        return None
    title = passage.title if passage else kb.topics[name].title
    after = "" if passage else desk.say("inline.gap_end")
    shown = page(reply, receipts=desk.receipts(reply), after=after)
    return _card(f"{desk.language}-{name}", title, description, shown)


def _about(desk: Desk, line: Sequence[ShownNote] = ()) -> InlineQueryResultArticle:
    say = desk.say
    shown = page(with_notes(desk.kb, chat(desk.kb, "inline.about_text"), line))
    return _card("about", say("inline.about_title"), say("inline.about_description"), shown)


def _alert(desk: Desk) -> InlineQueryResultArticle:
    say = desk.say
    shown = Page(f"{say('inline.alert_text')}\n\n{numbers(desk.kb.triage)}")
    return _card("alert", say("inline.alert_title"), say("inline.alert_description"), shown)


def _card(name: str, title: str, description: str, shown: Page) -> InlineQueryResultArticle:
    start, end = next(parts_of(shown))
    if len(description) > _DESCRIPTION:
        description = description[: _DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
    return InlineQueryResultArticle(
        id=name,
        title=title,
        description=description,
        input_message_content=InputTextMessageContent(
            shown.text[start:end],
            entities=MessageEntity.de_list(entities(shown, start, end) or []),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        ),
    )
