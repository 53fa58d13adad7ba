"""The bot's profile in Telegram: menus and descriptions, written only where they differ."""

from __future__ import annotations

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)

from bot.kb.replies import Replies

PRIVATE = (
    "help",
    "dose",
    "course",
    "visit",
    "remind",
    "sources",
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


async def publish(bot: Bot, replies: Replies) -> list[str]:
    """Bring the profile up to date.

    Returns:
        What was written.

    Raises:
        TelegramError: Telegram cannot be reached.
    """
    written = []
    scopes: tuple[tuple[BotCommandScope, tuple[str, ...]], ...] = (
        (BotCommandScopeDefault(), DEFAULT),
        (BotCommandScopeAllPrivateChats(), PRIVATE),
        (BotCommandScopeAllGroupChats(), GROUP),
    )
    for scope, names in scopes:
        wanted = commands(replies, names)
        if wanted and list(await bot.get_my_commands(scope=scope)) != wanted:
            await bot.set_my_commands(wanted, scope=scope)
            written.append(f"commands ({scope.type})")
    texts = replies.texts.get("profile", {})
    if (text := texts.get("description", "").strip()) and (
        (await bot.get_my_description()).description != text
    ):
        await bot.set_my_description(text)
        written.append("description")
    if (text := texts.get("short", "").strip()) and (
        (await bot.get_my_short_description()).short_description != text
    ):
        await bot.set_my_short_description(text)
        written.append("short description")
    return written
