"""The bot's profile in Telegram: menus and descriptions, written only where they differ.

Telegram need not keep a text letter for letter, so what it says after a write is remembered: as
long as it says the same and we want the same, nothing is written again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)

from bot.kb.replies import Replies
from bot.store.store import Store

PRIVATE = (
    "help",
    "dose",
    "course",
    "visit",
    "remind",
    "sources",
    "gethelp",
    "redflags",
    "clinic",
    "privacy",
    "mydata",
    "deletedata",
    "trust",
    "cancel",
)
GROUP = ("ask",)
DEFAULT = ("ask", "help")


def commands(replies: Replies, names: tuple[str, ...]) -> list[BotCommand]:
    """The commands of a menu that the knowledge base describes, in their order."""
    texts = replies.texts.get("telegram", {})
    return [
        BotCommand(name, texts[f"menu_{name}"].strip())
        for name in names
        if f"menu_{name}" in texts
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a profile holds: what we want there, and how to read and write it."""

    name: str
    wanted: str
    read: Callable[[], Awaitable[str]]
    write: Callable[[], Awaitable[object]]


async def publish(bot: Bot, replies: Replies, store: Store) -> list[str]:
    """Bring the profile up to date.

    Returns:
        What was written.

    Raises:
        TelegramError: Telegram cannot be reached.
        OSError, SQLAlchemyError: the store cannot (``bot.store.store.TROUBLE``).
    """
    setting = f"profile_{bot.id}"
    seen: dict[str, str] = json.loads(await store.setting(setting) or "{}")
    written = []
    for part in _parts(bot, replies):
        there = await part.read()
        if there == part.wanted or seen.get(part.name) == _digest(part.wanted, there):
            continue
        await part.write()
        written.append(part.name)
        seen[part.name] = _digest(part.wanted, await part.read())
    if written:
        await store.set_setting(setting, json.dumps(seen))
    return written


def _digest(wanted: str, there: str) -> str:
    return hashlib.sha256(f"{wanted}\0{there}".encode()).hexdigest()


def _parts(bot: Bot, replies: Replies) -> Iterator[Part]:
    """What the knowledge base has a text for."""
    scopes: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
        (BotCommandScopeDefault(), DEFAULT),
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
    )
    for scope, names in scopes:
        if wanted := commands(replies, names):
            yield _menu(bot, scope, wanted)
    texts = replies.texts.get("profile", {})
    if text := texts.get("description", "").strip():
        yield _description(bot, text)
    if text := texts.get("short", "").strip():
        yield _short_description(bot, text)


def _menu(bot: Bot, scope: BotCommandScope, wanted: list[BotCommand]) -> Part:
    async def read() -> str:
        return _listed(await bot.get_my_commands(scope=scope))

    async def write() -> None:
        await bot.set_my_commands(wanted, scope=scope)

    return Part(f"commands ({scope.type})", _listed(wanted), read, write)


def _listed(menu: Sequence[BotCommand]) -> str:
    return "\n".join(f"{one.command} {one.description}" for one in menu)


def _description(bot: Bot, text: str) -> Part:
    async def read() -> str:
        return (await bot.get_my_description()).description

    async def write() -> None:
        await bot.set_my_description(text)

    return Part("description", text, read, write)


def _short_description(bot: Bot, text: str) -> Part:
    async def read() -> str:
        return (await bot.get_my_short_description()).short_description

    async def write() -> None:
        await bot.set_my_short_description(text)

    return Part("short description", text, read, write)
