"""The only place that builds the parts and wires them together."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import os
import secrets
import signal
import socket
import sys
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.routing import BaseRoute
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.warnings import PTBUserWarning

from bot.brain import knowledge_dir
from bot.dashboard.app import dashboard
from bot.dashboard.site import Site
from bot.evaluation.kept import told
from bot.intake.health import Health
from bot.intake.http import application, bind, serve_http
from bot.intake.limits import Limiter
from bot.intake.pause import pause
from bot.intake.poll import Poller
from bot.intake.reminders import put_due, put_weekly
from bot.intake.stats import Stats
from bot.intake.webhook import webhook_route
from bot.intake.worker import Crew, Parts
from bot.kb.knowledge import Knowledge
from bot.kb.replies import Replies
from bot.logs import describe, get_logger, set_up
from bot.reply.desk import Desk
from bot.reply.profile import publish
from bot.reply.respond import Responder
from bot.reply.send import Pacer, Sender
from bot.reply.transport import AiohttpTransport
from bot.reply.update import KINDS, Me
from bot.reply.window import Window
from bot.settings import Settings, StartError
from bot.store import StoreError
from bot.store.clinics import Clinics
from bot.store.engine import migrate, open_engine
from bot.store.listen import listen
from bot.store.staff import Staff
from bot.store.store import TROUBLE, Store

if TYPE_CHECKING:
    from bot.shelf import Shelf
    from bot.turn.turn import TurnFunction

log = get_logger(__name__)

FIRST_TRIES = 30.0  # seconds to wait for Telegram at the start
PURGE_EVERY = 300.0
STATS_EVERY = 10.0


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
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    """The store, its schema up to date.

    Raises:
        StartError: the database cannot be used.
    """
    address = settings.database_url
    owner = f"{socket.gethostname()[:20]}-{uuid.uuid4().hex[:8]}"
    try:
        engine = open_engine(settings.state_dir, address.get_secret_value() if address else None)
        pepper = _of_token(settings, "counts").hex()
        store = Store(engine, settings.bot_id, owner, settings.sends_per_second, pepper)
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
    kb: Knowledge | None = None,
    shelf: Shelf | None = None,
) -> int:
    """Serve Telegram until a signal. Blocks.

    ``replies``: our own sentences; ``kb``: what the Telegram side shows beside the turn's replies
    (buttons, links, inline cards); without it only the replies are sent. ``shelf``: clinics'
    own documents.

    Returns:
        The exit status: 0 after a graceful stop.
    """
    token, secret = settings.telegram_bot_token, settings.webhook_secret
    hidden = [s.get_secret_value() for s in (token, secret, settings.database_url) if s]
    set_up(settings.log_level, hidden)
    try:
        asyncio.run(_serve(settings, turn, replies, kb, shelf))
    except StartError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    except InvalidToken:
        print("Telegram does not know this TELEGRAM_BOT_TOKEN any more.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


async def _serve(
    settings: Settings,
    turn: TurnFunction,
    replies: Replies,
    kb: Knowledge | None,
    shelf: Shelf | None,
) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with opened_store(settings) as store, connected(make_bot(settings)) as bot:
        health, stats = Health(), Stats()
        clinics = Clinics(store.engine, bot.id)
        await store.set_setting(f"username_{bot.id}", bot.username)
        staff = Staff(store.engine, bot.id, settings.admin_ids)
        await _read_own(clinics, shelf)
        me = Me(bot.id, bot.username)
        desk = make_desk(settings, turn, kb, me, clinics, staff, shelf) if kb else None
        responder = Responder(turn, replies, bot.id, bot.username, settings.language, desk)
        parts = Parts(
            store=store,
            responder=responder,
            sender=Sender(bot, Pacer(), Window(settings.sends_per_second), stats.failed),
            limiter=Limiter(settings.questions_per_minute),
            health=health,
            stats=stats,
            clinics=clinics,
        )
        await store.take_over(all_owners=settings.database_url is None)
        work = [
            *await _doors(settings, bot, parts, stopping, pages(settings, parts, shelf)),
            _housekeeping(parts, stopping, clinics, shelf),
            _publish(bot, replies, store),
        ]
        if settings.role != "web":
            crew = Crew(parts, settings.workers)
            work += [crew.run(stopping, settings.stop_seconds), crew.renew_leases(stopping)]
        if settings.database_url is not None:
            work.append(listen(store, stopping))
        by = "webhook" if settings.public_url else "polling"
        log.info("serving", bot_id=bot.id, by=by, role=settings.role, workers=settings.workers)
        await _together(stopping, health, *work)
        log.info("stopped")


def make_desk(
    settings: Settings,
    turn: TurnFunction,
    kb: Knowledge,
    me: Me,
    clinics: Clinics,
    staff: Staff | None = None,
    shelf: Shelf | None = None,
) -> Desk:
    """What the Telegram side works with. The key of group links comes from the token."""
    return Desk(
        turn,
        kb,
        me,
        clinics,
        _of_token(settings, "links"),
        settings.show_notes,
        settings.dose_calculator,
        settings.language,
        figures=told(knowledge_dir(settings), kb.replies),
        staff=staff,
        dashboard=settings.dashboard_at,
        own=shelf,
    )


def _of_token(settings: Settings, use: str) -> bytes:
    """A secret for one use that needs no place to be kept: it comes from the token."""
    token = settings.telegram_bot_token
    said = f"{use} {token.get_secret_value() if token else ''}"
    return hashlib.sha256(said.encode()).digest()


async def _read_own(clinics: Clinics, shelf: Shelf | None) -> None:
    """Bring clinics' own documents up to date, beside the event loop."""
    if shelf is not None:
        folders = [card.knowledge for card in await clinics.refresh()]
        await asyncio.to_thread(shelf.refresh, folders)


async def _doors(
    settings: Settings,
    bot: Bot,
    parts: Parts,
    stopping: asyncio.Event,
    more: Sequence[BaseRoute] = (),
) -> list[Coroutine[None, None, None]]:
    """How updates come in, and the HTTP side with ``more`` routes."""
    routes, doors = [], []
    if settings.public_url and settings.role != "worker":
        secret = await webhook_secret(settings, parts.store)
        await set_webhook(settings, bot, secret)
        routes = [webhook_route(webhook_path(settings), secret, parts.store, parts.health)]
    elif settings.role == "all":
        await _no_webhook(bot)
        doors = [Poller(bot, parts.store, parts.health, parts.stats).run(stopping)]
    try:
        bound = bind(*settings.listen_at)
    except OSError as error:
        if routes:
            for door in doors:
                door.close()
            raise StartError(f"LISTEN={settings.listen}: {error.strerror}") from None
        log.warning("no_health_port", listen=settings.listen, why=error.strerror)
    else:
        app = application(parts.health, parts.stats, [*routes, *more])
        doors.append(serve_http(app, bound, stopping))
    return doors


def pages(settings: Settings, parts: Parts, shelf: Shelf | None = None) -> list[BaseRoute]:
    """The clinics' web pages, where there is a knowledge base to name things by."""
    desk = parts.responder.desk
    if desk is None or desk.staff is None or desk.clinics is None or settings.role == "worker":
        return []
    tally, secure = parts.store.tally, settings.dashboard_at.startswith("https:")
    curating = shelf.curating if shelf else None
    site = Site(desk.staff, desk.clinics, tally, desk.kb, secure, desk.own, curating)
    return [dashboard(site)]


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


async def _together(
    stopping: asyncio.Event, health: Health, *parts: Coroutine[None, None, None]
) -> None:
    """Run all parts; when one fails, the others stop in good order and its error is raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    tasks.append(asyncio.create_task(_note_stop(stopping, health)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        stopping.set()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def _note_stop(stopping: asyncio.Event, health: Health) -> None:
    await stopping.wait()
    health.stopping = True


async def _no_webhook(bot: Bot) -> None:
    """Polling and a webhook exclude each other; which one goes is the operator's choice."""
    with suppress(TelegramError):
        if (await bot.get_webhook_info()).url:
            raise StartError(
                "A webhook is set for this bot, so polling gets nothing. "
                "Run `bot webhook delete` first, or set PUBLIC_URL to serve the webhook."
            )


async def _publish(bot: Bot, replies: Replies, store: Store) -> None:
    """Bring the profile up to date beside the work; it can wait for the next start."""
    try:
        if written := await publish(bot, replies, store):
            log.info("profile_written", what=written)
    except (TelegramError, *TROUBLE) as error:
        log.warning("profile_not_written", error=describe(error))


async def _housekeeping(
    parts: Parts, stopping: asyncio.Event, clinics: Clinics, shelf: Shelf | None
) -> None:
    """Delete what is over, and count what waits."""
    purged = float("-inf")
    while not stopping.is_set():
        try:
            if parts.store.scrubbed or time.monotonic() - purged > PURGE_EVERY:
                await parts.store.purge()
                staff = Staff(parts.store.engine, parts.store.bot_id)
                await put_weekly(parts.store, staff, dt.datetime.now(dt.UTC))
                purged = time.monotonic()
            await put_due(parts.store)
            await _read_own(clinics, shelf)
            parts.stats.waiting(await parts.store.depth())
            parts.health.store_works(works=True)
        except TROUBLE as error:
            log.warning("housekeeping_failed", error=describe(error))
        await pause(STATS_EVERY, stopping)
