"""A ``Reply`` as Telegram shows it: entities, buttons, and messages of a length it takes.

The only place that knows how an answer looks in a chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram import ReplyParameters as ReplyTo

from bot.reply.outgoing import Outgoing
from bot.turn.reply import Reply, Suggestion

LONGEST = 4096  # UTF-16 units
CODE_BYTES = 64  # of callback_data
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+|\n+")


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True, slots=True)
class Part:
    """A message's worth of a text: characters ``start`` to ``end``."""

    start: int
    end: int


def messages(reply: Reply, chat_id: int, *, reply_to: int | None = None) -> list[Outgoing]:
    """The messages that show a reply; buttons hang on the last one."""
    marks = list(_marks(reply))
    parts = list(_parts(reply.text))
    calls = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        kwargs = {
            "chat_id": chat_id,
            "text": reply.text[part.start : part.end],
            "entities": _entities(reply.text, marks, part),
            "link_preview_options": _NO_PREVIEW,
            "reply_markup": keyboard(reply.suggestions) if last else None,
            "reply_parameters": ReplyTo(reply_to, allow_sending_without_reply=True)
            if reply_to is not None and number == 0
            else None,
        }
        kept = {name: value for name, value in kwargs.items() if value is not None}
        calls.append(Outgoing("send_message", kept, chat_id))
    return calls


def keyboard(suggestions: tuple[Suggestion, ...]) -> InlineKeyboardMarkup | None:
    """One button a row; a button whose code would be too long is left out."""
    rows = []
    for offered in suggestions:
        code = button_code(offered)
        if len(code.encode()) <= CODE_BYTES:
            rows.append([InlineKeyboardButton(offered.label, callback_data=code)])
    return InlineKeyboardMarkup(rows) if rows else None


def button_code(offered: Suggestion) -> str:
    """What a press sends back: version, kind, target."""
    if offered.passage is not None:
        return f"v1|p|{offered.passage}"
    if offered.topic is not None:
        return f"v1|t|{offered.topic}"
    return f"v1|c|{offered.command}"


def _marks(reply: Reply) -> Iterator[tuple[int, int, str]]:
    """Start, end (characters) and type of everything that is set apart."""
    heading = reply.text.find("\n")
    quotes = [(reply.text.find(cited.quote), cited.quote) for cited in reply.citations]
    if heading > 0 and all(start < 0 or start > heading for start, _ in quotes):
        yield 0, heading, MessageEntity.BOLD
    for start, quote in quotes:
        if start >= 0:
            yield start, start + len(quote), MessageEntity.EXPANDABLE_BLOCKQUOTE


def _entities(
    text: str, marks: list[tuple[int, int, str]], part: Part
) -> tuple[MessageEntity, ...] | None:
    """The marks that fall into a part, in UTF-16 units from its beginning."""
    found = []
    for start, end, kind in marks:
        first, last = max(start, part.start), min(end, part.end)
        if first < last:
            offset = units(text[part.start : first])
            found.append(MessageEntity(kind, offset, units(text[first:last])))
    return tuple(found) or None


def _parts(text: str) -> Iterator[Part]:
    """Cut a text into messages, at the end of a sentence where there is one."""
    start = 0
    while units(text[start:]) > LONGEST:
        most = start + LONGEST
        while units(text[start:most]) > LONGEST:
            most -= 1
        cuts = [end.end() for end in _SENTENCE_END.finditer(text, start, most)]
        end = cuts[-1] if cuts else most
        yield Part(start, end)
        start = end
    if start < len(text):
        yield Part(start, len(text))
