"""A ``Reply`` as Telegram shows it: entities, and messages of a length it takes.

The only place that knows how an answer looks in a chat. Formatting is by entities, never by
markup, so nothing in a text can become formatting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from telegram import MessageEntity

from bot.reply.outgoing import Outgoing
from bot.reply.wire import NO_PREVIEW, Entity, Keyboard
from bot.turn.reply import Kind, Reply

LONGEST = 4096  # UTF-16 units
HEADING = 80  # characters; a longer first line is no heading
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+|\n+")
_NONE: Mapping[str, str] = {}
_SPACE = re.compile(r"\s+")


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(char > "\uffff" for char in text)


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``start`` to ``end`` set apart; ``url`` for a link."""

    start: int
    end: int
    kind: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A text with its marks, before it is cut into messages."""

    text: str
    marks: tuple[Mark, ...] = ()


def page(
    reply: Reply,
    titles: Iterable[str] = (),
    receipts: Mapping[str, str] = _NONE,
    before: str = "",
    after: str = "",
) -> Page:
    """A reply as a page: titles bold, quotes in expandable blocks, citations linked.

    Args:
        reply: what is said.
        titles: lines to set in bold wherever they stand alone.
        receipts: lines that name a citation's place, each with its link.
        before: a line of ours to say first.
        after: one to say last.
    """
    text = "\n\n".join(part for part in (before, _unquoted(reply), after) if part)
    marks: list[Mark] = []
    at = 0
    for cited in reply.citations:
        start = text.find(cited.quote, at)
        start = text.find(cited.quote) if start < 0 else start
        at = start + len(cited.quote)
        if not any(mark.start == start for mark in marks):
            marks.append(Mark(start, at, MessageEntity.EXPANDABLE_BLOCKQUOTE))
    for line, url in receipts.items():
        if (start := text.find(line)) >= 0:
            marks.append(Mark(start, start + len(line), MessageEntity.TEXT_LINK, url))
    quoted = [(m.start, m.end) for m in marks]
    marks += [m for m in _bold(text, reply, titles, len(before)) if not _within(m, quoted)]
    return Page(text, tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))))


def _unquoted(reply: Reply) -> str:
    """The text without the marks and empty lines around quotes: the block stands for them."""
    text = reply.text
    for cited in reply.citations:
        text = re.sub(rf"(^|\n+)“({re.escape(cited.quote)})”(\n+|$)", _block, text)
    return text


def _block(found: re.Match[str]) -> str:
    return ("\n" if found[1] else "") + found[2] + ("\n" if found[3] else "")


def _bold(text: str, reply: Reply, titles: Iterable[str], skip: int) -> Iterator[Mark]:
    first = skip + 2 if skip else 0
    end = text.find("\n", first)
    heading = reply.kind is not Kind.CHAT and not text.startswith("•", first)
    if heading and first < end <= first + HEADING:
        yield Mark(first, end, MessageEntity.BOLD)
    elif reply.kind is Kind.ALERT and (stop := _SENTENCE_END.search(text, first)):
        yield Mark(first, len(text[: stop.end()].rstrip()), MessageEntity.BOLD)
    yield from _note_labels(text, reply)
    for title in titles:
        for found in re.finditer(rf"(?<=\n){re.escape(title)}(?=\n)", text):
            if found.start() > first:
                yield Mark(*found.span(), MessageEntity.BOLD)


def _note_labels(text: str, reply: Reply) -> Iterator[Mark]:
    """What stands before a note in its line: whose word it is."""
    for note in reply.notes:
        at = text.find(note.text)
        start = text.rfind("\n", 0, max(at, 0)) + 1
        if 0 <= start < at:
            yield Mark(start, at - 1, MessageEntity.BOLD)


def _within(mark: Mark, spans: Iterable[tuple[int, int]]) -> bool:
    return any(mark.start < end and start < mark.end for start, end in spans)


def messages(
    shown: Page,
    chat_id: int,
    keyboard: Keyboard | None = None,
) -> list[Outgoing]:
    """The messages that show a page; buttons hang on the last one."""
    parts = list(parts_of(shown))
    calls = []
    for number, (start, end) in enumerate(parts):
        kwargs = {
            "chat_id": chat_id,
            "text": shown.text[start:end],
            "entities": entities(shown, start, end),
            "link_preview_options": NO_PREVIEW,
            "reply_markup": keyboard if number == len(parts) - 1 else None,
        }
        kept = {name: value for name, value in kwargs.items() if value is not None}
        calls.append(Outgoing("send_message", kept, chat_id))
    return calls


def edited(
    shown: Page, chat_id: int, message_id: int, keyboard: Keyboard | None
) -> Outgoing | None:
    """The edit that puts a page into a message of ours; None where it is too long for one."""
    parts = list(parts_of(shown))
    if len(parts) != 1:
        return None
    start, end = parts[0]
    kwargs = {
        "chat_id": chat_id,
        "message_id": message_id,
        "text": shown.text[start:end],
        "entities": entities(shown, start, end) or (),
        "link_preview_options": NO_PREVIEW,
        "reply_markup": keyboard,
    }
    return Outgoing("edit_message_text", kwargs, chat_id)


def entities(shown: Page, start: int, end: int) -> list[Entity] | None:
    """The marks that fall into a stretch, in UTF-16 units from its beginning."""
    found: list[Entity] = []
    for mark in shown.marks:
        first, last = max(mark.start, start), min(mark.end, end)
        if first < last:
            offset, length = units(shown.text[start:first]), units(shown.text[first:last])
            entity: Entity = {"type": mark.kind, "offset": offset, "length": length}
            found.append(entity | {"url": mark.url} if mark.url else entity)
    return found or None


def parts_of(shown: Page) -> Iterator[tuple[int, int]]:
    """Cut a page into messages: between paragraphs, else after a sentence, else at a space.

    No link is cut, and no message begins or ends with space, which Telegram would drop.
    """
    text, start = shown.text, len(shown.text) - len(shown.text.lstrip())
    end = len(text.rstrip())
    while start < end:
        most = _reach(text, start, end)
        cut = end if most == end else _cut(shown, start, most)
        stop = start + len(text[start:cut].rstrip())
        if stop > start:
            yield start, stop
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())


def _reach(text: str, start: int, end: int) -> int:
    """How far a message that begins here can go."""
    stop = min(end, start + LONGEST)
    while (over := units(text[start:stop]) - LONGEST) > 0:
        stop -= (over + 1) // 2
    return stop


def _cut(shown: Page, start: int, most: int) -> int:
    text = shown.text
    kept_whole = [m for m in shown.marks if units(text[m.start : m.end]) <= LONGEST // 2]

    def whole(at: int) -> bool:
        return not any(m.start < at < m.end for m in kept_whole)

    half = start + (most - start) // 2
    between = [at + 2 for at in _all(text, "\n\n", half, most) if whole(at + 2)]
    if between:
        return between[-1]
    for form in (_SENTENCE_END, _SPACE):
        ends = [m.end() for m in form.finditer(text, start + 1, most) if whole(m.end())]
        if ends:
            return ends[-1]
    return most


def _all(text: str, what: str, start: int, end: int) -> Iterator[int]:
    at = text.find(what, start, end)
    while at >= 0:
        yield at
        at = text.find(what, at + 1, end)
