"""aiohttp behind python-telegram-bot's public ``BaseRequest``.

PTB's own httpx transport is the bottleneck under load, and gets slower the more calls run at a
time; ``docs/decisions.md`` has the figures. HTTP/1.1 on purpose: over HTTP/2 calls were seen to
fail although they were delivered.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.reply.window import place

CONNECT_SECONDS = 5.0
TRICKLE_SECONDS = 20.0  # that an answer may take beyond the wait for its first byte
LARGEST = 4 * 1024 * 1024  # bytes of an answer; a hundred updates are a tenth of it
REFUSED = 400  # and above: an HTTP status that is no success


class NotSentError(NetworkError):
    """The call never left: no connection could be made. It may be made again."""


class BrokenError(NetworkError):
    """The connection broke before the answer came. The call may have been carried out or not."""


class GarbledError(BrokenError):
    """A call that was accepted, by an answer that is no JSON."""


class TooLargeError(NetworkError):
    """The answer is too large to take into memory."""


class AiohttpTransport(BaseRequest):
    """One pool of connections. ``read_timeout``: seconds to wait for an answer."""

    def __init__(self, connections: int = 64, read_timeout: float = 10.0) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where a call does not say otherwise."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=50),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=True,
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer's JSON; unlike PTB's own, it never logs an answer that cannot be read.

        Raises:
            GarbledError: it is no JSON object.
        """
        try:
            parsed = json.loads(payload)
        except (ValueError, RecursionError):
            raise GarbledError("the answer is no JSON") from None
        if not isinstance(parsed, dict) or "ok" not in parsed:
            raise GarbledError("the answer is not the Bot API's")
        return parsed

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - of PTB's interface
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Make one HTTP call.

        Raises:
            TimedOut: sent, but not answered in time.
            NotSentError: no connection.
            BrokenError: the connection broke.
            NetworkError: a server before Telegram's refused the call. No text of these errors
                holds the URL.
        """
        if self._session is None:
            raise NotSentError("the transport is closed")
        body = _body(request_data)
        await place()  # all that needs no network is done by now
        unset = BaseRequest.DEFAULT_NONE
        wait = self._read_timeout if read_timeout is unset else read_timeout
        connect = CONNECT_SECONDS if connect_timeout is unset else connect_timeout
        timeout = aiohttp.ClientTimeout(
            total=connect + wait + TRICKLE_SECONDS,  # also where it comes a byte at a time
            sock_connect=connect,
            sock_read=wait,
            connect=connect,
        )
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=_headers(request_data),
                timeout=timeout,
                allow_redirects=False,
                proxy=_proxy(*urlsplit(url)[:2]),
            ) as response:
                return response.status, await _read(response)
        except (
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientConnectorError,
            aiohttp.ClientHttpProxyError,  # it refused the tunnel: nothing went through
        ) as error:
            raise NotSentError(type(error).__name__) from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenError(type(error).__name__) from None


@lru_cache(maxsize=8)
def _proxy(scheme: str, host: str) -> str | None:
    """What HTTPS_PROXY and NO_PROXY say of a host, as httpx reads them.

    Read once: aiohttp's own ``trust_env`` does it at each call, with a thread for ``~/.netrc``.
    """
    if proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(scheme) or proxies.get("all")


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The answer, as far as memory is to hold it."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise TooLargeError("the answer is too large")
    if response.status >= REFUSED and not body.lstrip().startswith(b"{"):
        raise NetworkError(f"HTTP {response.status}")  # a proxy's page, not the Bot API's answer
    return bytes(body)


def _headers(request_data: RequestData | None) -> dict[str, str] | None:
    if request_data is None or request_data.contains_files:
        return None  # aiohttp's own
    return {"Content-Type": "application/json"}


def _body(request_data: RequestData | None) -> aiohttp.FormData | bytes | None:
    """Parameters as JSON, which costs a third of a form; multipart where there are files."""
    if request_data is None:
        return None
    if not request_data.contains_files:
        return json.dumps(request_data.parameters).encode()
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, content_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=content_type)
    return form
