"""A chat as a page that looks like Telegram's, from the very calls that the bot would make."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from telegram import MessageEntity

from bot.reply.outgoing import Outgoing

STYLE = """
body { margin: 0; background: #d5e3d0; width: 460px; color: #000;
  font: 15px/1.4 'DejaVu Sans', Arial, sans-serif; }
main { padding: 14px; display: flex; flex-direction: column; gap: 8px; }
.in, .out { border-radius: 12px; padding: 8px 12px; max-width: 88%;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.in { background: #fff; align-self: flex-start; }
.out { background: #e1f6c6; align-self: flex-end; }
blockquote { margin: 2px 0; padding: 4px 8px; border-left: 3px solid #2b7ab8;
  background: #e9f2f9; border-radius: 4px; }
a { color: #1c6aa8; }
.keys { align-self: flex-start; width: 88%; display: flex; flex-direction: column; gap: 4px; }
.row { display: flex; gap: 4px; }
.row span { flex: 1; background: #4c6f4b; color: #fff; border-radius: 8px; padding: 7px 4px;
  text-align: center; font-size: 13px; }
.in img { max-width: 100%; border-radius: 8px; display: block; }
"""
_TAGS = {
    MessageEntity.BOLD: ("<b>", "</b>"),
    MessageEntity.BLOCKQUOTE: ("<blockquote>", "</blockquote>"),
    MessageEntity.EXPANDABLE_BLOCKQUOTE: ("<blockquote>", "</blockquote>"),
}


def page(chat: Iterable[str | Sequence[Outgoing]]) -> str:
    """A chat: a text is the person's, calls are the bot's."""
    parts = [
        f'<div class="out">{escape(said)}</div>' if isinstance(said, str) else _calls(said)
        for said in chat
    ]
    head = f'<meta charset="utf-8"><title>Chat</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{"".join(parts)}</main>'


def _calls(calls: Sequence[Outgoing]) -> str:
    made = []
    for call in calls:
        held = call.kwargs
        if call.method == "send_message":
            text = _marked(str(held["text"]), held.get("entities") or ())
            made.append(f'<div class="in">{text}</div>')
        elif call.method == "send_photo":
            data = base64.b64encode(held["photo"]).decode()
            words = escape(str(held["caption"]))
            image = f'<img alt="{words}" src="data:image/png;base64,{data}">'
            made.append(f'<div class="in">{image}{words}</div>')
        made.append(_keys(held.get("reply_markup")))
    return "".join(made)


def _marked(text: str, entities: Sequence[MessageEntity]) -> str:
    """The text with its entities as tags; offsets are UTF-16 units."""
    raw = text.encode("utf-16-le")
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda e: (e.offset, -e.length)):
        first, last = _TAGS.get(entity.type, (f'<a href="{escape(entity.url or "")}">', "</a>"))
        opened.setdefault(entity.offset, []).append(first)
        closed.setdefault(entity.offset + entity.length, []).insert(0, last)
    out, before = "", 0
    for at in sorted({*opened, *closed, len(raw) // 2}):
        out += escape(raw[2 * before : 2 * at].decode("utf-16-le"))
        out += "".join(closed.get(at, ())) + "".join(opened.get(at, ()))
        before = at
    return out


def _keys(markup: Any) -> str:
    if markup is None:
        return ""
    rows = "".join(
        '<div class="row">' + "".join(f"<span>{escape(b.text)}</span>" for b in row) + "</div>"
        for row in markup.inline_keyboard
    )
    return f'<div class="keys">{rows}</div>'
