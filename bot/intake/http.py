"""The HTTP side: ``/live``, ``/ready``, ``/metrics``, and the webhook where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Collection, Iterator, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.intake.health import Health, Several
from bot.intake.stats import Stats

CONNECTIONS = 1000  # open at a time, beyond which 503 is answered; Telegram opens up to 100


def application(
    health: Health | Several,
    stats: Stats,
    bots: Collection[int],
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """The routes. ``bots``: the numbers of those that this process serves."""

    async def live(_: Request) -> Response:
        return JSONResponse({"live": True})

    async def ready(_: Request) -> Response:
        faults = health.faults()
        status = 503 if faults else 200
        said = {"ready": not faults, "faults": faults, "bots": list(bots)}
        return JSONResponse(said, status_code=status)

    async def metrics(_: Request) -> Response:
        stats.ready.set(0 if health.faults() else 1)
        return Response(generate_latest(stats.registry), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/live", live),
            Route("/ready", ready),
            Route("/metrics", metrics),
            *more,
        ]
    )


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: it would raise the signal again before we drained."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the process."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(512)
    except OSError:
        bound.close()
        raise
    return bound


async def serve_http(app: Starlette, bound: socket.socket, stopping: asyncio.Event) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=3,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=64 * 1024,
    )
    server = Server(config)

    async def end() -> None:
        await stopping.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        await server.serve(sockets=[bound])
    finally:
        ending.cancel()
        bound.close()
