"""What an operator asks from the terminal: the webhook at Telegram, the state of the bot."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable, Coroutine
from typing import Literal

from telegram.error import TelegramError

from bot.hook import set_webhook, webhook_secret
from bot.logs import describe
from bot.opened import connected, make_bot, opened_store
from bot.settings import Settings, StartError


def webhook(settings: Settings, verb: Literal["set", "info", "delete"]) -> dict[str, object]:
    """``bot webhook set|info|delete``. Blocks.

    Returns:
        What Telegram knows of the webhook afterwards: address, waiting updates, last error.

    Raises:
        StartError: no token, no PUBLIC_URL, or Telegram refuses.
    """

    async def go(one: Settings) -> dict[str, object]:
        async with connected(make_bot(one)) as bot:
            if verb == "set":
                if not one.public_url:
                    raise StartError("PUBLIC_URL is not set, e.g. https://bot.example.org")
                async with opened_store(one) as store:
                    await set_webhook(one, bot, await webhook_secret(one, store))
            try:
                if verb == "delete":
                    await bot.delete_webhook()
                info = await bot.get_webhook_info()
            except TelegramError as error:
                raise StartError(f"Telegram does not do it now: {describe(error)}") from None
            return {
                "url": info.url,
                "waiting": info.pending_update_count,
                "last_error": info.last_error_message,
            }

    return _of_each(settings, go)


def status(settings: Settings) -> dict[str, object]:
    """``bot status``: whether the bot runs here and is ready, and what waits. Blocks.

    Raises:
        StartError: no token, or the database cannot be used.
    """
    if settings.telegram_bot_token is None:
        raise StartError("TELEGRAM_BOT_TOKEN is not set: the status is that of one bot.")

    async def go(one: Settings) -> dict[str, object]:
        async with opened_store(one) as store:
            depth = await store.depth()
            return {
                "ready": await asyncio.to_thread(_readiness, one),
                "waiting": depth.waiting,
                "oldest_seconds": round(depth.oldest, 1),
                "dead_letters": depth.dead,
            }

    return _of_each(settings, go)


def _of_each(
    settings: Settings, ask: Callable[[Settings], Coroutine[None, None, dict[str, object]]]
) -> dict[str, object]:
    """The facts of the bot; of several, each with its bot's number."""
    bots = settings.per_bot()
    told = {one.bot_id: asyncio.run(ask(one)) for one in bots}
    if len(bots) == 1:
        return told[settings.bot_id]
    return {f"{n} {name}": fact for n, facts in told.items() for name, fact in facts.items()}


def _readiness(settings: Settings) -> str:
    """What ``/ready`` of the process on this machine says of this bot."""
    host, port = settings.listen_at
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    calling = http.client.HTTPConnection(host, port, timeout=3)
    try:
        calling.request("GET", "/ready")
        said = json.loads(calling.getresponse().read(10_000))
        if settings.bot_id not in said["bots"]:
            return f"no: another bot answers at {host}:{port}"
        return "yes" if said["ready"] else f"no: {', '.join(said['faults'])}"
    except OSError:
        return f"no: no bot answers at {host}:{port}"
    except (http.client.HTTPException, ValueError, LookupError, TypeError):
        return f"no: what answers at {host}:{port} is no bot"
    finally:
        calling.close()
