"""The only place that wires the parts together (``bot.opened`` opens some of them)."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from starlette.routing import BaseRoute
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.brain import knowledge_dir
from bot.dashboard.app import dashboard
from bot.dashboard.site import Curating, Site
from bot.evaluation.kept import told
from bot.hook import no_webhook, set_webhook, webhook_path, webhook_secret
from bot.intake.answering import Parts
from bot.intake.health import Health, Several
from bot.intake.housekeeping import keep_house, read_own
from bot.intake.http import application, bind, serve_http
from bot.intake.limits import Limiter
from bot.intake.poll import Poller
from bot.intake.stats import Stats
from bot.intake.webhook import webhook_route
from bot.intake.worker import Crew
from bot.kb.knowledge import Knowledge
from bot.kb.replies import Replies
from bot.logs import describe, get_logger, set_up
from bot.opened import (
    UnknownTokenError,
    connected,
    make_bot,
    of_token,
    opened_database,
    opened_store,
)
from bot.reply.desk import Desk
from bot.reply.profile import publish
from bot.reply.respond import Responder
from bot.reply.send import Pacer, Sender
from bot.reply.update import Me
from bot.reply.window import Window
from bot.settings import Settings, StartError
from bot.store import StoreError
from bot.store.alone import alone
from bot.store.clinics import Clinics
from bot.store.listen import listen
from bot.store.staff import Staff
from bot.store.store import TROUBLE, Store

if TYPE_CHECKING:
    from bot.shelf import Shelf
    from bot.turn.turn import TurnFunction

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Content:
    """What is served. ``shelf``: clinics' own documents."""

    turn: TurnFunction
    kb: Knowledge
    shelf: Shelf | None = None


def serve(settings: Settings, content: Content) -> int:
    """Serve Telegram until a signal. Blocks.

    Returns:
        The exit status: 0 after a graceful stop.
    """
    given = [one.telegram_bot_token for one in settings.per_bot()]
    given += [settings.webhook_secret, settings.database_url]
    hidden = [secret.get_secret_value() for secret in given if secret]
    set_up(settings.log_level, hidden)
    _leave_out_what_stays()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings, content))
    except (StartError, StoreError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    except InvalidToken:
        print("Telegram does not know this TELEGRAM_BOT_TOKEN any more.", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _leave_out_what_stays() -> None:
    """Keep garbage collections off what was loaded: a look at all of it holds up every answer."""
    gc.collect()
    gc.freeze()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Uvloop's event loop where there is one: it is not made for Windows."""
    try:
        import uvloop  # noqa: PLC0415
    except ImportError:
        return None
    return uvloop.new_event_loop


@dataclass(frozen=True, slots=True)
class Served:
    """One bot of the process, with its own store, workers and door."""

    settings: Settings
    bot: Bot
    parts: Parts


async def _serve(settings: Settings, content: Content) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    stats, bots = Stats(), settings.per_bot()
    window = Window(settings.sends_per_second * len(bots))
    async with AsyncExitStack() as stack:
        if settings.database_url is None:  # before what another has at work is taken over
            stack.enter_context(alone(settings.state_dir))
        db = await stack.enter_async_context(opened_database(settings))
        served: list[Served] = []
        healths: dict[int, Health] = {}
        for one in bots:
            try:
                bot = await stack.enter_async_context(connected(make_bot(one), stopping))
            except UnknownTokenError:
                if one is bots[-1] and not served:
                    raise
                log.error("token_not_known", bot_id=one.bot_id)  # noqa: TRY400
                healths[one.bot_id] = Health(token_known=False)
                continue
            store = await stack.enter_async_context(opened_store(one, db))
            sender = Sender(bot, Pacer(), window, stats.failed)
            pages_of = served[0].bot.username if served else ""
            parts = await _parts(one, store, bot, sender, stats, content, pages_of)
            served.append(Served(one, bot, parts))
            healths[bot.id] = parts.health
        every = [one.parts for one in served]
        refresh = content.shelf.refresh if content.shelf else None
        await read_own(every, refresh)
        doors = await _doors(served, healths, content, stopping)
        work = [*doors, keep_house(every, stopping, refresh)]
        for one_bot in served:
            work += _work(one_bot, stopping)
        if settings.database_url is not None:
            work.append(listen([parts.store for parts in every], stopping))
        await _together(stopping, list(healths.values()), *work)
        log.info("stopped")


async def _parts(
    settings: Settings,
    store: Store,
    bot: Bot,
    sender: Sender,
    stats: Stats,
    content: Content,
    pages_of: str,
) -> Parts:
    """What one bot's workers work with. ``pages_of``: the bot with the pages, if another."""
    clinics = Clinics(store.db, bot.id)
    await store.set_setting(f"username_{bot.id}", bot.username)
    staff = Staff(store.db, bot.id, settings.admin_ids)
    me = Me(bot.id, bot.username)
    desk = replace(make_desk(settings, content, me, clinics, staff), pages_of=pages_of)
    if settings.database_url is None:
        await store.take_over(all_owners=True)
    return Parts(
        store=store,
        responder=Responder(desk),
        sender=sender,
        limiter=Limiter(settings.questions_per_minute),
        health=Health(),
        stats=stats,
        clinics=clinics,
    )


def _work(served: Served, stopping: asyncio.Event) -> list[Coroutine[None, None, None]]:
    """What goes on for one bot beside its door."""
    settings, parts = served.settings, served.parts
    by, role = _door(settings), settings.role
    log.info("serving", bot_id=served.bot.id, by=by, role=role, workers=settings.workers)
    work = [_publish(served.bot, parts.responder.desk.replies, parts.store)]
    if settings.role != "web":
        crew = Crew(parts, settings.workers)
        work += [crew.run(stopping, settings.stop_seconds), crew.renew_leases()]
    return work


def make_desk(
    settings: Settings, content: Content, me: Me, clinics: Clinics, staff: Staff | None = None
) -> Desk:
    """What the Telegram side works with. The key of group links comes from the token."""
    return Desk(
        content.turn,
        content.kb,
        me,
        clinics,
        of_token(settings, "links"),
        settings.show_notes,
        settings.dose_calculator,
        settings.language,
        figures=told(knowledge_dir(settings), content.kb.replies),
        staff=staff,
        dashboard=settings.dashboard_at,
        own=content.shelf,
    )


def _door(settings: Settings) -> Literal["webhook", "polling", "none"]:
    """How updates come into this process."""
    if settings.role == "worker":
        return "none"
    return "webhook" if settings.public_url else "polling"


async def _doors(
    served: Sequence[Served],
    healths: Mapping[int, Health],
    content: Content,
    stopping: asyncio.Event,
) -> list[Coroutine[None, None, None]]:
    """How updates come in, and the HTTP side. The clinics' pages are those of the first bot."""
    first = served[0]
    routes: list[BaseRoute] = []
    doors: list[Coroutine[None, None, None]] = []
    for one in served:
        settings, parts = one.settings, one.parts
        by = _door(settings)
        if by == "webhook":
            secret = await webhook_secret(settings, parts.store)
            await set_webhook(settings, one.bot, secret, stopping)
            path = webhook_path(settings)
            routes.append(webhook_route(path, secret, parts.store, parts.health, parts.stats))
        elif by == "polling":
            await no_webhook(one.bot)
            doors.append(_poll(one, stopping, alone=len(served) == 1))
    listen_at = first.settings.listen_at
    try:
        bound = bind(*listen_at)
    except OSError as error:
        if routes:
            for door in doors:
                door.close()
            raise StartError(f"LISTEN={first.settings.listen}: {error.strerror}") from None
        log.warning("no_health_port", listen=first.settings.listen, why=error.strerror)
    else:
        whole = first.parts.health if len(healths) == 1 else Several(healths)
        routes += _pages(first.settings, first.parts, content.shelf)
        app = application(whole, first.parts.stats, healths, routes)
        doors.append(serve_http(app, bound, stopping))
    return doors


async def _poll(served: Served, stopping: asyncio.Event, *, alone: bool) -> None:
    """Poll; a token that is taken back ends its own bot and not the others.

    Raises:
        InvalidToken: it was the only one.
    """
    parts = served.parts
    try:
        await Poller(served.bot, parts.store, parts.health, parts.stats).run(stopping)
    except InvalidToken:
        if alone:
            raise
        parts.health.token_known = False
        log.error("token_not_known_any_more", bot_id=served.bot.id)  # noqa: TRY400


def _pages(settings: Settings, parts: Parts, shelf: Shelf | None) -> list[BaseRoute]:
    """The clinics' web pages, where this process has a door."""
    desk = parts.responder.desk
    if desk.staff is None or desk.clinics is None or settings.role == "worker":
        return []
    tally, secure = parts.store.tally, settings.dashboard_at.startswith("https:")
    curating = None
    if shelf is not None:
        curating = Curating(shelf.context, knowledge_dir(settings), settings.language)
    site = Site(desk.staff, desk.clinics, tally, desk.kb, secure, desk.own, curating)
    return [dashboard(site)]


async def _together(
    stopping: asyncio.Event, healths: Sequence[Health], *parts: Coroutine[None, None, None]
) -> None:
    """Run all parts; when one fails, the others stop in good order and its error is raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    tasks.append(asyncio.create_task(_note_stop(stopping, healths)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        stopping.set()
    await asyncio.wait(tasks)
    for task in tasks:
        task.result()


async def _note_stop(stopping: asyncio.Event, healths: Sequence[Health]) -> None:
    await stopping.wait()
    for health in healths:
        health.stopping = True


async def _publish(bot: Bot, replies: Replies, store: Store) -> None:
    """Bring the profile up to date beside the work; it can wait for the next start."""
    try:
        if written := await publish(bot, replies, store):
            log.info("profile_written", what=written)
    except (TelegramError, *TROUBLE) as error:
        log.warning("profile_not_written", error=describe(error))
