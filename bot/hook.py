"""The webhook at Telegram: where it points, its secret, and that there is none while polling."""

from __future__ import annotations

import secrets
from contextlib import suppress
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.logs import describe
from bot.reply.update import KINDS
from bot.settings import Settings, StartError
from bot.store.store import Store


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


async def set_webhook(settings: Settings, bot: Bot, secret: str) -> None:
    """Point Telegram at us.

    Raises:
        StartError: Telegram does not take the address.
    """
    parts = urlsplit(settings.public_url or "")
    url = f"{parts.scheme}://{parts.netloc}{webhook_path(settings)}"
    try:
        await bot.set_webhook(
            url, secret_token=secret, allowed_updates=list(KINDS), max_connections=40
        )
    except BadRequest as error:
        raise StartError(f"Telegram does not take PUBLIC_URL: {error.message}") from None
    except TelegramError as error:
        raise StartError(f"The webhook could not be set: {describe(error)}") from None


async def no_webhook(bot: Bot) -> None:
    """Polling and a webhook exclude each other; which one goes is the operator's choice."""
    with suppress(TelegramError):
        if (await bot.get_webhook_info()).url:
            raise StartError(
                "A webhook is set for this bot, so polling gets nothing. "
                "Run `bot webhook delete` first, or set PUBLIC_URL to serve the webhook."
            )
