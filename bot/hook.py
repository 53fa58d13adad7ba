"""The webhook at Telegram: where it points, its secret, and that there is none while polling."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.logs import describe, get_logger
from bot.opened import patiently
from bot.reply.update import KINDS
from bot.settings import Settings, StartError
from bot.store.store import Store

log = get_logger(__name__)


async def webhook_secret(settings: Settings, store: Store) -> str:
    """``WEBHOOK_SECRET``, or one made at the first start and shared by all processes."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    kept = await store.setting(f"webhook_secret_{settings.bot_id}", secrets.token_urlsafe(32))
    assert kept is not None
    return kept


def webhook_path(settings: Settings) -> str:
    """The path of ``PUBLIC_URL``, or ``/telegram`` where it has none."""
    return urlsplit(settings.public_url or "").path.rstrip("/") or "/telegram"


async def set_webhook(
    settings: Settings, bot: Bot, secret: str, stopping: asyncio.Event | None = None
) -> None:
    """Point Telegram at us; where it does not take that now, what was set before may go on.

    Raises:
        StartError: Telegram does not take the address, or has another.
    """
    parts = urlsplit(settings.public_url or "")
    url = f"{parts.scheme}://{parts.netloc}{webhook_path(settings)}"

    async def once() -> None:
        try:
            await bot.set_webhook(
                url, secret_token=secret, allowed_updates=list(KINDS), max_connections=40
            )
        except BadRequest as error:
            raise StartError(f"Telegram does not take PUBLIC_URL: {error.message}") from None

    try:
        await patiently(once, stopping)
    except TelegramError as error:
        if await _address(bot) != url:
            raise StartError(f"The webhook could not be set: {describe(error)}") from None
        log.warning("webhook_left_as_it_was", error=describe(error))


async def _address(bot: Bot) -> str:
    """Where Telegram's webhook points now; "" for nowhere, and where Telegram does not say."""
    with suppress(TelegramError):
        return (await bot.get_webhook_info()).url
    return ""


async def no_webhook(bot: Bot) -> None:
    """Polling and a webhook exclude each other; which one goes is the operator's choice."""
    if await _address(bot):
        raise StartError(
            "A webhook is set for this bot, so polling gets nothing. "
            "Run `bot webhook delete` first, or set PUBLIC_URL to serve the webhook."
        )
