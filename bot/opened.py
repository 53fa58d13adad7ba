"""The bot, its database and its store: opened, and closed again whatever happens."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import sqlite3
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import TypeVar

from sqlalchemy.exc import InternalError, OperationalError
from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from bot.intake.pause import pause
from bot.logs import describe, get_logger
from bot.reply.send import seconds
from bot.reply.transport import AiohttpTransport
from bot.settings import Settings, StartError
from bot.store import StoreError
from bot.store.database import Database
from bot.store.opening import migrate, open_database, why
from bot.store.store import Store

log = get_logger(__name__)

Result = TypeVar("Result")

FIRST_TRIES = 30.0  # seconds to wait for Telegram at the start


class UnknownTokenError(StartError):
    """Telegram does not know the token."""


def make_bot(settings: Settings) -> Bot:
    """A bot on our transport; it does not connect yet.

    Raises:
        StartError: no token.
    """
    if settings.telegram_bot_token is None:
        raise StartError("TELEGRAM_BOT_TOKEN is not set. @BotFather gives one; see README.md.")
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    warnings.filterwarnings("ignore", "Please use 'Bot", category=PTBUserWarning)
    warnings.filterwarnings("ignore", ".*get_updates.* instead", category=PTBUserWarning)
    return Bot(
        settings.telegram_bot_token.get_secret_value(),
        base_url=settings.telegram_api_url,
        request=AiohttpTransport(connections=settings.workers + 8),
        get_updates_request=AiohttpTransport(connections=2, read_timeout=30),
    )


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, its schema up to date.

    Raises:
        StartError: the database cannot be used.
    """
    address = settings.database_url
    try:
        db = open_database(settings.state_dir, address.get_secret_value() if address else None)
        try:
            await migrate(db)
            yield db
        finally:
            await db.close()
    except StoreError as error:
        raise StartError(str(error)) from None
    # the disk is full, the server went away, or only reads
    except (OperationalError, InternalError, sqlite3.OperationalError) as error:
        raise StartError(f"the database cannot be used: {why(error)}") from error


@asynccontextmanager
async def opened_store(settings: Settings, shared: Database | None = None) -> AsyncIterator[Store]:
    """One bot's store, in a database of its own or a shared one.

    Raises:
        StartError: the database cannot be used.
    """
    owner = f"{socket.gethostname()[:20]}-{uuid.uuid4().hex[:8]}"
    pepper = of_token(settings, "counts").hex()
    async with nullcontext(shared) if shared else opened_database(settings) as db:
        store = Store(db, settings.bot_id, owner, settings.sends_per_second, pepper)
        try:
            yield store
        finally:
            await store.close()


async def patiently(
    call: Callable[[], Awaitable[Result]], stopping: asyncio.Event | None = None
) -> Result:
    """Make a call of the start; waits a while for a network that is not there yet.

    Raises:
        TelegramError: the last refusal; InvalidToken at once.
    """
    stopping = stopping or asyncio.Event()
    until = time.monotonic() + FIRST_TRIES
    while True:
        try:
            return await call()
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("telegram_not_reached", error=describe(error))
            wait = seconds(error) if isinstance(error, RetryAfter) else 1.0
            if time.monotonic() + wait > until or await pause(wait, stopping):
                raise


@asynccontextmanager
async def connected(bot: Bot, stopping: asyncio.Event | None = None) -> AsyncIterator[Bot]:
    """The bot, known to Telegram; waits a while for a network that is not there yet.

    Raises:
        StartError: Telegram does not know the token, or cannot be reached.
    """
    try:
        await patiently(bot.initialize, stopping)
    except InvalidToken:
        await bot.shutdown()
        number = bot.token.partition(":")[0]
        raise UnknownTokenError(
            f"Telegram does not know the TELEGRAM_BOT_TOKEN of bot {number}."
        ) from None
    except TelegramError:
        await bot.shutdown()
        raise StartError("Telegram cannot be reached; is the network up?") from None
    try:
        yield bot
    finally:
        await bot.shutdown()


def of_token(settings: Settings, use: str) -> bytes:
    """A secret for one use that needs no place to be kept: it comes from the token."""
    token = settings.telegram_bot_token
    said = f"{use} {token.get_secret_value() if token else ''}"
    return hashlib.sha256(said.encode()).digest()
