"""The bot's profile in Telegram: commands and descriptions, written only where they differ."""

from __future__ import annotations

from telegram import Bot, BotCommand

from bot.kb.replies import Replies

COMMANDS = ("start", "help", "dose", "sources", "redflags", "privacy")


def commands(replies: Replies) -> list[BotCommand]:
    """The commands that the knowledge base describes, in their order."""
    texts = replies.texts.get("profile", {})
    return [BotCommand(name, texts[name].strip()) for name in COMMANDS if name in texts]


async def publish(bot: Bot, replies: Replies) -> list[str]:
    """Bring the profile up to date.

    Returns:
        What was written.

    Raises:
        TelegramError: Telegram cannot be reached.
    """
    written = []
    wanted = commands(replies)
    if list(await bot.get_my_commands()) != wanted:
        await bot.set_my_commands(wanted)
        written.append("commands")
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
