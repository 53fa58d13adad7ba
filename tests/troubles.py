"""Ways in which a server, or the network before it, spoils one call; the method is not done."""

from __future__ import annotations

import asyncio

from aiohttp import web

from tests.emulator import Trouble


def page(status: int, text: str = "<html>no JSON at all</html>") -> Trouble:
    """A page instead of the Bot API's answer, as a proxy gives it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type="text/html")

    return answer


def refusal(status: int, said: str = "no", **parameters: object) -> Trouble:
    """The Bot API's own refusal."""
    body = {"ok": False, "error_code": status, "description": said, "parameters": parameters}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status)

    return answer


async def reset(request: web.Request) -> web.StreamResponse:
    """The connection breaks before a byte of the answer."""
    assert isinstance(request.transport, asyncio.Transport)
    request.transport.abort()
    return web.Response()


async def cut_short(request: web.Request) -> web.StreamResponse:
    """The connection breaks in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"ok": true, "res')
    return await reset(request)


async def hang(_: web.Request) -> web.StreamResponse:
    """The connection stays open and silent for ever."""
    await asyncio.Event().wait()
    raise AssertionError


async def trickle(request: web.Request) -> web.StreamResponse:
    """The answer comes a byte at a time and never ends."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)
