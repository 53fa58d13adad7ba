"""The only place that builds the parts and wires them together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.warnings import PTBUserWarning

from bot.intake.health import Health
from bot.intake.limits import Limiter
from bot.intake.pause import pause
from bot.intake.poll import Poller
from bot.intake.stats import Stats
from bot.intake.worker import Crew, Parts
from bot.kb.replies import Replies
from bot.logs import describe, get_logger, set_up
from bot.reply.profile import publish
from bot.reply.respond import InlineFunction, Responder
from bot.reply.send import Pacer, Sender
from bot.reply.transport import AiohttpTransport
from bot.settings import Settings
from bot.store.engine import StoreError, migrate, open_engine
from bot.store.store import TROUBLE, Store

if TYPE_CHECKING:
    from bot.turn.turn import TurnFunction

log = get_logger(__name__)

FIRST_TRIES = 30.0  # seconds to wait for Telegram at the start
PURGE_EVERY = 300.0
STATS_EVERY = 10.0


class StartError(Exception):
    """The bot cannot start; the text says why and what to do."""


def make_bot(settings: Settings) -> Bot:
    """A bot on our transport; it does not connect yet.

    Raises:
        StartError: no token.
    """
    if settings.telegram_bot_token is None:
        raise StartError("TELEGRAM_BOT_TOKEN is not set. @BotFather gives one; see README.md.")
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    warnings.filterwarnings("ignore", "Please use 'Bot.getUpdates'", category=PTBUserWarning)
    warnings.filterwarnings("ignore", ".*get_updates.* instead", category=PTBUserWarning)
    return Bot(
        settings.telegram_bot_token.get_secret_value(),
        base_url=settings.telegram_api_url,
        request=AiohttpTransport(connections=settings.workers + 8),
        get_updates_request=AiohttpTransport(connections=2, read_timeout=30),
    )


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    """The store, its schema up to date.

    Raises:
        StartError: the database cannot be used.
    """
    address = settings.database_url
    owner = f"{socket.gethostname()[:20]}-{uuid.uuid4().hex[:8]}"
    try:
        engine = open_engine(settings.state_dir, address.get_secret_value() if address else None)
        store = Store(engine, settings.bot_id, owner, settings.sends_per_second)
        try:
            await migrate(engine)
            yield store
        finally:
            await store.close()
    except StoreError as error:
        raise StartError(str(error)) from None


@asynccontextmanager
async def connected(bot: Bot) -> AsyncIterator[Bot]:
    """The bot, known to Telegram; waits a while for a network that is not there yet.

    Raises:
        StartError: Telegram does not know the token, or cannot be reached.
    """
    until = time.monotonic() + FIRST_TRIES
    while True:
        try:
            await bot.initialize()
            break
        except InvalidToken:
            await bot.shutdown()
            raise StartError("Telegram does not know this TELEGRAM_BOT_TOKEN.") from None
        except TelegramError as error:
            log.warning("telegram_not_reached", error=describe(error))
            if time.monotonic() > until:
                await bot.shutdown()
                raise StartError("Telegram cannot be reached; is the network up?") from None
            await asyncio.sleep(1.0)
    try:
        yield bot
    finally:
        await bot.shutdown()


def serve(
    settings: Settings,
    turn: TurnFunction,
    replies: Replies,
    inline: InlineFunction | None = None,
) -> int:
    """Serve Telegram until a signal. Blocks.

    ``replies``: our own sentences; ``inline`` answers inline queries, without it they are ignored.

    Returns:
        The exit status: 0 after a graceful stop.
    """
    token, secret = settings.telegram_bot_token, settings.webhook_secret
    hidden = [s.get_secret_value() for s in (token, secret, settings.database_url) if s]
    set_up(settings.log_level, hidden)
    try:
        asyncio.run(_serve(settings, turn, replies, inline))
    except StartError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    except InvalidToken:
        print("Telegram does not know this TELEGRAM_BOT_TOKEN any more.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _serve(
    settings: Settings, turn: TurnFunction, replies: Replies, inline: InlineFunction | None
) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with opened_store(settings) as store, connected(make_bot(settings)) as bot:
        health = Health()
        parts = Parts(
            store=store,
            responder=Responder(turn, replies, bot.id, bot.username, settings.language, inline),
            sender=Sender(bot, Pacer()),
            limiter=Limiter(settings.questions_per_minute),
            health=health,
            stats=Stats(),
        )
        await _no_webhook(bot)
        crew = Crew(parts, settings.workers)
        await store.take_over(all_owners=settings.database_url is None)
        log.info("serving", bot_id=bot.id, by="polling", workers=settings.workers)
        await _together(
            stopping,
            Poller(bot, store, health).run(stopping),
            crew.run(stopping, settings.stop_seconds),
            crew.renew_leases(stopping),
            _housekeeping(parts, stopping),
            _publish(bot, replies),
        )
        log.info("stopped")


async def _together(stopping: asyncio.Event, *parts: Coroutine[None, None, None]) -> None:
    """Run all parts; when one fails, the others stop in good order and its error is raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        stopping.set()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def _no_webhook(bot: Bot) -> None:
    """Polling and a webhook exclude each other; which one goes is the operator's choice."""
    with suppress(TelegramError):
        if (await bot.get_webhook_info()).url:
            raise StartError(
                "A webhook is set for this bot, so polling gets nothing. "
                "Run `bot webhook delete` first, or set PUBLIC_URL to serve the webhook."
            )


async def _publish(bot: Bot, replies: Replies) -> None:
    """Bring the profile up to date beside the work; it can wait for the next start."""
    try:
        if written := await publish(bot, replies):
            log.info("profile_written", what=written)
    except TelegramError as error:
        log.warning("profile_not_written", error=describe(error))


async def _housekeeping(parts: Parts, stopping: asyncio.Event) -> None:
    """Delete what is over, and count what waits."""
    purged = float("-inf")
    while not stopping.is_set():
        try:
            if time.monotonic() - purged > PURGE_EVERY:
                await parts.store.purge()
                purged = time.monotonic()
            parts.stats.waiting(await parts.store.depth())
        except TROUBLE as error:
            log.warning("housekeeping_failed", error=describe(error))
        await pause(STATS_EVERY, stopping)
