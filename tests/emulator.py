"""A Bot API on loopback, as small as the tests need: updates in, calls recorded, faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web

TOKEN = "123456:test-token-that-no-one-else-has"
ME = {"id": 123456, "is_bot": True, "first_name": "T", "username": "t_bot"}
Fault = tuple[int, Any]
Trouble = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Emulator:
    """``calls``: (method, parameters) in order. ``fault`` may answer a call in our place.

    ``trouble`` may spoil the connection of a call, also of ``getUpdates``: see tests/troubles.py.
    """

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    fault: Callable[[str, dict[str, Any]], Fault | None] = lambda _method, _params: None
    trouble: Callable[[str, dict[str, Any]], Trouble | None] = lambda _method, _params: None
    confirmed: int = 0
    polls: int = 0
    webhook: dict[str, Any] = field(default_factory=dict)
    me: dict[str, Any] = field(default_factory=lambda: ME)
    _updates: list[dict[str, Any]] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def say(self, chat: int, text: str) -> int:
        """A private message; returns its update_id."""
        who = {"id": chat, "is_bot": False, "first_name": "P"}
        body = {"message_id": len(self._updates) + 1, "date": 1_790_000_000, "text": text}
        return self.feed(
            {"message": {**body, "from": who, "chat": {"id": chat, "type": "private"}}}
        )

    def feed(self, content: dict[str, Any]) -> int:
        update_id = len(self._updates) + 1
        self._updates.append({"update_id": update_id, **content})
        return update_id

    def texts(self, chat: int | None = None) -> list[str]:
        """What was sent, to one chat or to all."""
        return [
            params["text"]
            for method, params in self.calls
            if method == "sendMessage" and chat in (None, int(params["chat_id"]))
        ]

    def calls_of(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.calls if name == method]

    def button(self, chat: int, label: str, *, back: int = 0) -> tuple[int, str]:
        """The newest message with such a button (or one ``back`` before it), and its code."""
        found = [
            (number, str(one.get("callback_data", "")))
            for number, (_, params) in enumerate(self.calls, start=1)
            if params.get("chat_id") == str(chat) and "reply_markup" in params
            for row in json.loads(params["reply_markup"]).get("inline_keyboard", [])
            for one in row
            if one["text"] == label
        ]
        assert found, f"no button {label!r} for {chat}"
        return found[-1 - back]

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Wait for something to become true after a call."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(true)

    async def deliver(self, *, secret: str | None = None) -> list[int]:
        """Post every update to the webhook, all at once; returns the statuses."""
        given = self.webhook["secret_token"] if secret is None else secret
        headers = {"X-Telegram-Bot-Api-Secret-Token": given}

        async def post(session: ClientSession, update: dict[str, Any]) -> int:
            async with session.post(self.webhook["url"], json=update, headers=headers) as answer:
                return answer.status

        async with ClientSession() as session:
            return await asyncio.gather(*(post(session, update) for update in self._updates))

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = await _params(request)
        if trouble := self.trouble(method, params):
            return await trouble(request)
        if method == "getUpdates":
            self.polls += 1
            return _ok(await self._get_updates(params))
        status, result = self.fault(method, params) or (200, self._result(method, params))
        self.calls.append((method, params))
        async with self._changed:
            self._changed.notify_all()
        if status == 200:
            return _ok(result)
        return web.json_response({"ok": False, "error_code": status, **result}, status=status)

    async def _get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        self.confirmed = max(self.confirmed, int(params.get("offset", 0)) - 1)
        if self.confirmed >= len(self._updates) and int(params.get("timeout", 0)):
            await asyncio.sleep(0.02)
        return self._updates[self.confirmed : self.confirmed + int(params.get("limit", 100))]

    def _result(self, method: str, params: dict[str, Any]) -> Any:
        if method == "setWebhook":
            self.webhook = params
        if method == "deleteWebhook":
            self.webhook = {}
        if method == "getWebhookInfo":
            return {"url": self.webhook.get("url", ""), "has_custom_certificate": False,
                    "pending_update_count": 0}  # fmt: skip
        if method in ("sendMessage", "sendPhoto"):
            chat = {"id": int(params["chat_id"]), "type": "private"}
            return {"message_id": len(self.calls) + 1, "date": 0, "chat": chat}
        known = {"getMe": self.me, "getMyCommands": [], "getMyDescription": {"description": ""},
                 "getMyShortDescription": {"short_description": ""}}  # fmt: skip
        return known.get(method, True)


async def _params(request: web.Request) -> dict[str, Any]:
    """The parameters of a call as strings, however they were sent."""
    if request.content_type != "application/json":
        return dict(await request.post())
    given = await request.json()
    return {name: v if isinstance(v, str) else json.dumps(v) for name, v in given.items()}


def _ok(result: Any) -> web.Response:
    return web.Response(
        text=json.dumps({"ok": True, "result": result}), content_type="application/json"
    )


@asynccontextmanager
async def emulator() -> AsyncIterator[Emulator]:
    """A running one, which takes any token."""
    emulated = Emulator()
    async with _served(lambda _token: emulated, emulated):
        yield emulated


@asynccontextmanager
async def emulators(*tokens: str) -> AsyncIterator[list[Emulator]]:
    """Several bots at one address, each with its own updates and calls."""
    bots = {}
    for token in tokens:
        number = token.partition(":")[0]
        me = {**ME, "id": int(number), "username": f"t{number}_bot"}
        bots[token] = Emulator(me=me)
    async with _served(bots.__getitem__, *bots.values()):
        yield list(bots.values())


@asynccontextmanager
async def _served(whose: Callable[[str], Emulator], *bots: Emulator) -> AsyncIterator[None]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await whose(request.match_info["token"])._handle(request)

    app = web.Application()
    app.router.add_post("/bot{token}/{method}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    for bot in bots:
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    try:
        yield
    finally:
        await runner.cleanup()
