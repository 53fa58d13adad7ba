"""The bot inside the test's own process: poller, workers and a real store, against an emulator."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from telegram import Bot
from telegram.warnings import PTBUserWarning

from bot.intake.answering import Parts
from bot.intake.health import Health
from bot.intake.limits import Limiter
from bot.intake.poll import Poller
from bot.intake.stats import Stats
from bot.intake.worker import Crew
from bot.reply.desk import Desk
from bot.reply.respond import Responder
from bot.reply.send import Pacer, Sender
from bot.reply.transport import AiohttpTransport
from bot.reply.update import Me
from bot.reply.window import Window
from bot.store.opening import migrate, open_database
from bot.store.store import Store
from tests.e2e.fake_main import KB, turn
from tests.emulator import TOKEN, Emulator

os.environ.setdefault("PTB_TIMEDELTA", "true")  # as bot.opened.make_bot does
DESK = Desk(turn, KB, Me(123456, "t_bot"))


@dataclass
class Inside:
    """A running bot. ``stop`` ends it in good order."""

    parts: Parts
    stopping: asyncio.Event
    tasks: list[asyncio.Task[None]]

    @property
    def store(self) -> Store:
        return self.parts.store

    @property
    def health(self) -> Health:
        return self.parts.health

    async def stop(self) -> None:
        self.stopping.set()
        await asyncio.gather(*self.tasks)

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Wait for something that only this process tells; fails with the bot's own failure."""
        async with asyncio.timeout(seconds):
            while not true():
                for task in self.tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Wait until nothing waits."""
        async with asyncio.timeout(30):
            while (await self.store.depth()).waiting:  # noqa: ASYNC110 - the store has no event
                await asyncio.sleep(0.02)


@asynccontextmanager
async def inside(
    api: Emulator,
    folder: Path,
    url: str | None = None,
    *,
    patience: float = 0.5,
    per_minute: int = 0,
    stop_seconds: float = 5,
    bot_id: int = 123456,
    owner: str = "inside",
    responder: Responder | None = None,
) -> AsyncIterator[Inside]:
    """``patience``: seconds that a send waits for an answer."""
    db = open_database(folder, url)
    await migrate(db)
    bot = Bot(
        TOKEN,
        base_url=api.url,
        request=AiohttpTransport(read_timeout=patience),
        get_updates_request=AiohttpTransport(connections=2),
    )
    await bot.initialize()
    stats = Stats()
    parts = Parts(
        store=Store(db, bot_id, owner),
        responder=responder or Responder(DESK),
        sender=Sender(bot, Pacer(0), Window(), stats.failed),
        limiter=Limiter(per_minute),
        health=Health(),
        stats=stats,
    )
    stopping = asyncio.Event()
    crew = Crew(parts, 16)
    if url is None:
        await parts.store.take_over(all_owners=True)
    work = (
        Poller(bot, parts.store, parts.health, stats).run(stopping),
        crew.run(stopping, stop_seconds),
        crew.renew_leases(),
    )
    warnings.filterwarnings("ignore", category=PTBUserWarning)  # as bot.opened.make_bot does
    running = Inside(parts, stopping, [asyncio.create_task(part) for part in work])
    try:
        yield running
    finally:
        try:
            await running.stop()
        finally:
            await bot.shutdown()
            await db.close()
