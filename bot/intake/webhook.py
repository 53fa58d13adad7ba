"""The webhook's door: an update is acknowledged only when it is on disk.

The status tells Telegram what to do: 200 it is kept (or can never be read), 503 send it again.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.intake.arrivals import arrival
from bot.intake.health import Health
from bot.intake.stats import Stats
from bot.logs import describe, get_logger
from bot.store.rows import Arrival
from bot.store.store import TROUBLE, Store

log = get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST = 1_000_000  # bytes; an update is far smaller
BODY_SECONDS = 10.0  # that a body may take to arrive
WAITING = 1000  # updates between door and disk; beyond it Telegram is asked to wait


class Gatherer:
    """Puts what arrives at the same time on disk with one commit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def put(self, update: Arrival) -> None:
        """Return when the update is durable.

        Raises:
            OSError, SQLAlchemyError: what kept it from being so (``bot.store.store.TROUBLE``).
        """
        if len(self._waiting) >= WAITING:
            raise OSError("too many updates wait for the store")
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((update, kept))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        await kept

    async def _flush(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            try:
                await self._store.put([update for update, _ in taken])
            except Exception as error:  # noqa: BLE001 - it is raised at each door that waits
                for _, kept in taken:
                    if not kept.done():
                        kept.set_exception(error)
            else:
                for _, kept in taken:
                    if not kept.done():
                        kept.set_result(None)


def webhook_route(path: str, secret: str, store: Store, health: Health, stats: Stats) -> Route:
    """The route that Telegram posts to."""
    gatherer = Gatherer(store)

    async def take(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not secrets.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return Response(status_code=415)
        try:
            body = await asyncio.wait_for(_read(request), BODY_SECONDS)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        if body is None:
            return Response(status_code=413)
        found = _arrival(body)
        if found is None:
            return Response()  # it will never be readable: once is enough
        try:
            await gatherer.put(found)
        except TROUBLE as error:
            health.store_works("door", works=False)
            log.error("update_not_kept", error=describe(error))  # noqa: TRY400
            return Response(status_code=503)
        health.store_works("door", works=True)
        stats.unreadable(found.raw is None)
        return Response()

    return Route(path, take, methods=["POST"])


async def _read(request: Request) -> bytes | None:
    """The body, or None where it is too large."""
    if int(request.headers.get("content-length") or 0) > LARGEST:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _arrival(body: bytes) -> Arrival | None:
    try:
        update: Any = json.loads(body)
    except (ValueError, RecursionError):
        log.warning("unreadable_body", size=len(body))
        return None
    return arrival(update)
