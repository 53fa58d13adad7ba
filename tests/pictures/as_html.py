"""A chat as a page that looks like Telegram's, from the very calls that the bot would make."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from telegram import MessageEntity

from bot.reply.outgoing import Outgoing
from bot.reply.wire import Entity, Keyboard

STYLE = """
* { box-sizing: border-box; }
body { margin: 0; width: 460px; color: #0f1a24; background: #cadfc6;
  font: 15.5px/1.38 Inter, Roboto, 'Segoe UI', 'Noto Sans', 'DejaVu Sans Condensed', sans-serif; }
header { display: flex; align-items: center; gap: 11px; padding: 9px 14px; background: #fff;
  border-bottom: 1px solid #dfe5e8; }
header i { width: 40px; height: 40px; border-radius: 50%; background: #0b6e69; color: #fff;
  font: bold 19px/40px sans-serif; text-align: center; }
header b { display: block; font-size: 16px; }
header span { color: #6b7a86; font-size: 13px; }
main { padding: 12px; display: flex; flex-direction: column; gap: 7px; }
.in, .out { border-radius: 15px; padding: 7px 12px 8px; max-width: 90%;
  white-space: pre-wrap; overflow-wrap: anywhere; box-shadow: 0 1px 1px #0002; }
.in { background: #fff; align-self: flex-start; border-bottom-left-radius: 5px; }
.out { background: #e7fdd5; align-self: flex-end; border-bottom-right-radius: 5px; }
blockquote { margin: 3px 0; padding: 5px 10px; border-left: 3px solid #2f83c0;
  background: #eaf4fb; border-radius: 5px; }
a { color: #1668a8; text-decoration: none; }
.keys { align-self: flex-start; width: 90%; display: flex; flex-direction: column; gap: 4px;
  margin-top: -3px; }
.row { display: flex; gap: 4px; }
.row span { flex: 1; background: #3f5f55cc; color: #fff; border-radius: 9px; padding: 8px 4px;
  text-align: center; font-size: 14px; }
.in img { width: calc(100% + 24px); margin: -7px -12px 7px; border-radius: 15px 15px 0 0;
  display: block; }
"""
_TAGS = {
    MessageEntity.BOLD: ("<b>", "</b>"),
    MessageEntity.BLOCKQUOTE: ("<blockquote>", "</blockquote>"),
    MessageEntity.EXPANDABLE_BLOCKQUOTE: ("<blockquote>", "</blockquote>"),
}


def page(chat: Iterable[str | Sequence[Outgoing]], name: str = "Acne questions") -> str:
    """A chat: a text is the person's, calls are the bot's."""
    parts = [
        f'<div class="out">{escape(said)}</div>' if isinstance(said, str) else _calls(said)
        for said in chat
    ]
    head = f'<meta charset="utf-8"><title>Chat</title><style>{STYLE}</style>'
    top = f"<header><i>{name[0]}</i><div><b>{escape(name)}</b><span>bot</span></div></header>"
    shown = f"<main>{''.join(parts)}</main>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{top}{shown}</body></html>'


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


def _marked(text: str, entities: Sequence[Entity]) -> str:
    """The text with its entities as tags; offsets are UTF-16 units."""
    raw = text.encode("utf-16-le")
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    for entity in sorted(entities, key=lambda e: (int(e["offset"]), -int(e["length"]))):
        link = f'<a href="{escape(str(entity.get("url", "")))}">'
        first, last = _TAGS.get(str(entity["type"]), (link, "</a>"))
        start, length = int(entity["offset"]), int(entity["length"])
        opened.setdefault(start, []).append(first)
        closed.setdefault(start + length, []).insert(0, last)
    out, before = "", 0
    for at in sorted({*opened, *closed, len(raw) // 2}):
        piece = escape(raw[2 * before : 2 * at].decode("utf-16-le"))
        if out.endswith("</blockquote>") and piece.startswith("\n"):  # the block ends its line
            piece = f"<span hidden>\n</span>{piece[1:]}"
        out += piece
        out += "".join(closed.get(at, ())) + "".join(opened.get(at, ()))
        before = at
    return out


def _keys(markup: Keyboard | None) -> str:
    if markup is None:
        return ""
    rows = "".join(
        '<div class="row">' + "".join(f"<span>{escape(b['text'])}</span>" for b in row) + "</div>"
        for row in markup["inline_keyboard"]
    )
    return f'<div class="keys">{rows}</div>'
