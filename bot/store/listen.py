"""Hear of new rows from other processes (PostgreSQL's LISTEN)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.logs import describe, get_logger
from bot.store.database import POSTGRES_LIMITS
from bot.store.store import CHANNEL, Store

log = get_logger(__name__)


async def listen(stores: Sequence[Store], stopping: asyncio.Event) -> None:
    """Set a store's ``arrived`` at each notice, until told to stop; reconnects by itself.

    The stores are of one database, each of another bot.

    Without a connection the workers still look once a second, so nothing waits for long.
    """
    import psycopg  # noqa: PLC0415 - only an installation with PostgreSQL has it

    url = stores[0].db.url.set(drivername="postgresql").render_as_string(hide_password=False)
    stop = asyncio.create_task(stopping.wait())
    while not stopping.is_set():
        hearing = asyncio.create_task(_hear(url, stores))
        await asyncio.wait({hearing, stop}, return_when=asyncio.FIRST_COMPLETED)
        hearing.cancel()
        for result in await asyncio.gather(hearing, return_exceptions=True):
            if isinstance(result, (psycopg.Error, OSError)):
                log.warning("not_listening", error=describe(result))
                await asyncio.wait({stop}, timeout=1.0)
    stop.cancel()


async def _hear(url: str, stores: Sequence[Store]) -> None:
    import psycopg  # noqa: PLC0415

    limits: dict[str, Any] = dict(POSTGRES_LIMITS)
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, **limits)
    async with connection:
        await connection.execute(f"LISTEN {CHANNEL}")  # type: ignore[arg-type, unused-ignore]
        for store in stores:
            store.arrived.set()
        async for notice in connection.notifies():
            for store in stores:
                if notice.payload == str(store.bot_id):
                    store.arrived.set()
