"""Raw updates as Telegram sends them, read without trusting their shape."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.store.handovers import RELAY
from bot.turn.inbound import Where

KINDS = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
"""What we ask Telegram for; the choice sticks there, so it is sent each time."""

REMINDER = "reminder"
"""The kind of inbox row that we put there ourselves when a reminder is due."""

WEEKLY = "weekly"
"""The same, when a clinic's summary is due to one of its staff: ``oak 2027-03-01``, a Monday."""

GROUP_COMMANDS = ("ask", "staffgroup")
"""What is for us in a group without our name behind it; ``close`` is, under a message of ours."""

MEDIA = (
    "photo",
    "voice",
    "audio",
    "video_note",
    "video",
    "animation",
    "sticker",
    "document",
    "venue",
    "location",
    "contact",
    "poll",
    "dice",
    "story",
    "game",
    "checklist",
    "paid_media",
)
"""What a message may hold instead of words; ``animation`` before its twin ``document``."""

Raw = Mapping[str, Any]

LARGEST_ID = 2**52  # Telegram's ids have at most 52 bits

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,32}))?(?:\s+(.*))?\s*", re.DOTALL)
_GONE = ("kicked", "left")


class UnreadableError(Exception):
    """The update has not the shape that the Bot API promises."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whose update it is. ``lane`` is what stays in order; 0 where there is no chat or user.

    ``user_id``: of the group or channel in whose name a message is, for its ``from`` is the same
    in all of them.
    """

    kind: str
    lane: str
    chat_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a person did, free of Telegram's nesting.

    ``kind``: ``text``, ``media``, ``edit``, ``press``, ``inline``, ``gone``, ``moved``,
    ``reminder``, ``weekly``, ``relay``, or ``nothing`` where there is nothing to answer.
    ``command`` is without its slash, ``text`` then what follows it. ``media``: one of ``MEDIA``;
    ``photo``: the file of the largest; ``album``: that which the message is a piece of.
    ``rows``: the buttons under the pressed message.
    ``language``: of the person's Telegram, as far as it tells. ``replied``: the first line of our
    own message that this replies to. ``posted``: when that one, or the pressed one, was
    posted. ``public``: anybody can find the group. ``card``: the words are ours, not the person's
    own: a card that was picked, or a message of ours that was forwarded. ``moved_to``: the number
    that the group has from now on. ``stray``: in a group, below a message of ours, a command that
    does not name us and is none of ours: another bot's, or words that begin with a slash.
    """

    kind: str
    where: Where = Where.PRIVATE
    text: str = ""
    command: str | None = None
    media: str | None = None
    at: dt.datetime | None = None
    message_id: int | None = None
    query_id: str | None = None
    data: str = ""
    offset: str = ""
    rows: tuple[Any, ...] = ()
    language: str = ""
    photo: str | None = None
    album: str | None = None
    replied: str = ""
    posted: int = 0
    public: bool = False
    card: bool = False
    moved_to: int | None = None
    stray: bool = False

    @property
    def said(self) -> str:
        """The words as the turn reads them: with their command, but for /ask."""
        bare = self.command in (None, "ask")
        return self.text if bare else f"/{self.command} {self.text}".strip()

    @property
    def plain(self) -> bool:
        """Whether it is the person's words in a private chat, and no command."""
        words = self.kind == "text" and self.command is None and not self.card
        return words and self.where is Where.PRIVATE


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
        sender = body.get("sender_chat") or body.get("from")
        user = _id(sender) if sender is not None else 0
        holder = (body.get("message") or {}) if kind == "callback_query" else body
        chat = _id(holder["chat"]) if "chat" in holder else 0
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise UnreadableError(f"{kind}: {type(error).__name__}") from None
    if not (chat or user):
        raise UnreadableError(f"{kind}: neither chat nor sender")
    lane = f"inline {user}" if kind == "inline_query" else str(chat or user)
    return Address(kind, lane, chat, user)


def _id(of: Raw) -> int:
    """The id of a chat or a person; no database takes more than 64 bits.

    Raises:
        ValueError: it is none.
    """
    number = int(of["id"])
    if abs(number) > LARGEST_ID:
        raise ValueError("not an id")
    return number


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are in Telegram."""

    bot_id: int
    username: str


def read(update: Raw, me: Me) -> Done:
    """What a person did.

    Raises:
        UnreadableError: a field has not the type that the Bot API promises.
    """
    for own in (REMINDER, RELAY):
        if own in update:
            return Done(own)
    if WEEKLY in update:
        return Done(WEEKLY, text=str(update[WEEKLY]))
    kind = address(update).kind
    readers = {
        "message": _message,
        "edited_message": _edited,
        "callback_query": _press,
        "inline_query": _inline,
        "my_chat_member": _member,
    }
    if kind not in readers:
        return Done("nothing")
    try:
        done = readers[kind](update[kind], me)
        who = update[kind].get("from") or {}
        return replace(
            done,
            language=str(who.get("language_code") or ""),
            public=_public(update[kind]),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise UnreadableError(f"{kind}: {type(error).__name__}") from None


def _public(body: Raw) -> bool:
    """Whether anybody can find the group where it was done; for a press the message tells."""
    chat = body.get("chat") or (body.get("message") or {}).get("chat") or {}
    return _where(chat) is Where.GROUP and bool(chat.get("username"))


def _message(body: Raw, me: Me) -> Done:
    where = _where(body["chat"])
    if where is Where.GROUP and "migrate_to_chat_id" in body:
        return Done("moved", where, moved_to=int(body["migrate_to_chat_id"]))
    picked = (body.get("via_bot") or {}).get("id") == me.bot_id
    forwarded = _first_sender(body).get("id") == me.bot_id
    if picked and where is Where.PRIVATE and "forward_origin" not in body:
        return Done("nothing")
    text = str(body.get("text") or body.get("caption") or "")
    media = next((kind for kind in MEDIA if kind in body), None)
    command, stray = None, False
    if found := _COMMAND.fullmatch(text):
        name, addressee, rest = found.groups()
        if addressee and addressee.lower() != me.username.lower():
            return Done("nothing")
        stray = where is Where.GROUP and not (addressee or _is_ours(name.lower(), body, me))
        if stray and _ours(body, me) is None:
            return Done("nothing")
        command, text = name.lower(), rest or ""
    elif where is Where.GROUP and not _is_for_us(body, text, me):
        return Done("nothing")
    if not text and media is None and command is None and where is Where.GROUP:
        return Done("nothing")
    if media is None and "text" not in body and "caption" not in body:
        return Done("nothing")  # somebody joined, something was pinned
    text = _mention(me).sub(" ", text).strip()
    at = dt.datetime.fromtimestamp(int(body.get("date", 0)), dt.UTC)
    return Done(
        "media" if media else "text",
        where,
        text,
        command,
        media,
        at,
        int(body["message_id"]),
        photo=_file(body) if media == "photo" else None,
        album=str(body["media_group_id"]) if "media_group_id" in body else None,
        replied=_replied(body, me),
        posted=int((body.get("reply_to_message") or {}).get("date", 0)),
        card=picked or forwarded,
        stray=stray,
    )


def _first_sender(body: Raw) -> Raw:
    """Who wrote what is forwarded here, where that is told; older servers tell it elsewhere."""
    origin: Raw = body.get("forward_origin") or {}
    found: Raw = origin.get("sender_user") or body.get("forward_from") or {}
    return found


def _file(body: Raw) -> str | None:
    """The largest of a picture's sizes."""
    sizes = [size["file_id"] for size in body["photo"] or () if "file_id" in size]
    return str(sizes[-1]) if sizes else None


def _is_ours(name: str, body: Raw, me: Me) -> bool:
    return name in GROUP_COMMANDS or (name == "close" and _ours(body, me) is not None)


def _ours(body: Raw, me: Me) -> Raw | None:
    """Our own message that this one replies to."""
    replied: Raw = body.get("reply_to_message") or {}
    return replied if (replied.get("from") or {}).get("id") == me.bot_id else None


def _replied(body: Raw, me: Me) -> str:
    """Its first line."""
    ours = _ours(body, me) or {}
    return str(ours.get("text") or ours.get("caption") or "").partition("\n")[0]


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"@{re.escape(me.username)}\b", re.IGNORECASE)


def _edited(body: Raw, me: Me) -> Done:
    done = _message(body, me)
    if done.kind not in ("text", "media") or not (done.text or done.command or done.photo):
        return Done("nothing")  # a live location moved
    at = dt.datetime.fromtimestamp(int(body.get("edit_date") or body.get("date", 0)), dt.UTC)
    return replace(done, kind="edit", at=at)


def _is_for_us(body: Raw, text: str, me: Me) -> bool:
    """In a group we answer replies to us and mentions of us, nothing else."""
    return _ours(body, me) is not None or _mention(me).search(text) is not None


def _press(body: Raw, _: Me) -> Done:
    message = body.get("message") or {}
    markup = message.get("reply_markup") or {}
    number = message.get("message_id")
    return Done(
        "press",
        _where(message.get("chat") or {}),
        message_id=None if number is None else int(number),
        query_id=str(body["id"]),
        data=str(body.get("data", "")),
        rows=tuple(markup.get("inline_keyboard") or ()),
        posted=int(message.get("date", 0)),
    )


def _inline(body: Raw, _: Me) -> Done:
    return Done(
        "inline",
        Where.INLINE,
        str(body.get("query", "")),
        query_id=str(body["id"]),
        offset=str(body.get("offset") or ""),
    )


def _member(body: Raw, _: Me) -> Done:
    gone = str(body["new_chat_member"]["status"]) in _GONE
    return Done("gone" if gone else "nothing", _where(body.get("chat") or {}))


def _where(chat: Raw) -> Where:
    return Where.PRIVATE if chat.get("type", "private") == "private" else Where.GROUP
