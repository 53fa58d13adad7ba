"""Raw updates as Telegram sends them, read without trusting their shape."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.turn.inbound import Inbound, Where

KINDS = ("message", "callback_query", "inline_query", "my_chat_member")
"""What we ask Telegram for; the choice sticks there, so it is sent each time."""

Raw = Mapping[str, Any]

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?\s*", re.DOTALL)
_LINK = re.compile(r"([pt])_([a-z0-9][a-z0-9-]{0,39})")
_BUTTON = re.compile(r"v1\|([ptc])\|(.{1,59})", re.DOTALL)
_GONE = ("kicked", "left")


class UnreadableError(Exception):
    """The update has not the shape that the Bot API promises."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whose update it is. ``lane`` is what stays in order; 0 where there is no chat or user."""

    kind: str
    lane: str
    chat_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person did, with what is needed to answer it.

    ``inbound`` is None where there is nothing to answer; ``gone``: the bot was put out.
    """

    kind: str
    inbound: Inbound | None = None
    message_id: int | None = None
    query_id: str | None = None
    old_button: bool = False
    gone: bool = False


def address(update: Raw) -> Address:
    """Where an update belongs.

    Raises:
        UnreadableError: there is no such update in the Bot API.
    """
    kind = next((kind for kind in KINDS if kind in update), None)
    if kind is None:
        names = [name for name in update if name != "update_id"]
        if names and isinstance(update[names[0]], Mapping):
            return Address("other", "other", 0, 0)
        raise UnreadableError("no content")
    try:
        body = update[kind]
        user = int(body["from"]["id"]) if "from" in body else 0
        holder = body.get("message", {}) if kind == "callback_query" else body
        chat = int(holder["chat"]["id"]) if "chat" in holder else 0
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"{kind}: {type(error).__name__}") from None
    if not (chat or user):
        raise UnreadableError(f"{kind}: neither chat nor sender")
    lane = f"inline {user}" if kind == "inline_query" else str(chat or user)
    return Address(kind, lane, chat, user)


def read(update: Raw, bot_id: int, username: str, language: str) -> Asked:
    """What a person did.

    Raises:
        UnreadableError: a field has not the type that the Bot API promises.
    """
    kind = address(update).kind
    readers = {
        "message": _message,
        "callback_query": _button,
        "inline_query": _inline,
        "my_chat_member": _member,
    }
    if kind not in readers:
        return Asked(kind)
    try:
        return readers[kind](update[kind], _Me(bot_id, username, language))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise UnreadableError(f"{kind}: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class _Me:
    bot_id: int
    username: str
    language: str


def _at(body: Raw) -> dt.datetime:
    return dt.datetime.fromtimestamp(int(body.get("date", 0)), dt.UTC)


def _where(chat: Raw) -> Where:
    return Where.PRIVATE if chat.get("type", "private") == "private" else Where.GROUP


def _message(body: Raw, me: _Me) -> Asked:
    where = _where(body["chat"])
    text = str(body.get("text") or body.get("caption") or "")
    message_id = int(body["message_id"])
    if command := _COMMAND.fullmatch(text):
        name, addressee, rest = command.groups()
        if addressee and addressee.lower() != me.username.lower():
            return Asked("message")
        text = f"/{name.lower()}" + (f" {rest}" if rest else "")
    elif where is Where.GROUP and not _is_for(body, text, me):
        return Asked("message")
    text = re.sub(rf"@{re.escape(me.username)}\b", " ", text, flags=re.IGNORECASE).strip()
    inbound = Inbound(text=text, at=_at(body), where=where, language=me.language)
    if (
        link := _LINK.fullmatch(text.removeprefix("/start "))
        if text.startswith("/start ")
        else None
    ):
        target = {"p": "passage", "t": "topic"}[link[1]]
        inbound = inbound.model_copy(update={"text": "", target: link[2]})
    elif text.startswith("/start "):
        inbound = inbound.model_copy(update={"text": "/start"})
    return Asked("message", inbound, message_id)


def _is_for(body: Raw, text: str, me: _Me) -> bool:
    """In a group we answer replies to us and mentions of us, nothing else."""
    replied = body.get("reply_to_message") or {}
    if (replied.get("from") or {}).get("id") == me.bot_id:
        return True
    return f"@{me.username}".lower() in text.lower()


def _button(body: Raw, me: _Me) -> Asked:
    query_id = str(body["id"])
    message = body.get("message") or {}
    found = _BUTTON.fullmatch(str(body.get("data", "")))
    if found is None:
        return Asked("callback_query", query_id=query_id, old_button=True)
    where = _where(message.get("chat") or {})
    inbound = Inbound(where=where, language=me.language)
    name = {"p": "passage", "t": "topic", "c": "text"}[found[1]]
    inbound = inbound.model_copy(update={name: found[2]})
    return Asked("callback_query", inbound, query_id=query_id)


def _inline(body: Raw, me: _Me) -> Asked:
    inbound = Inbound(text=str(body.get("query", "")), where=Where.INLINE, language=me.language)
    return Asked("inline_query", inbound, query_id=str(body["id"]))


def _member(body: Raw, _: _Me) -> Asked:
    return Asked("my_chat_member", gone=str(body["new_chat_member"]["status"]) in _GONE)
