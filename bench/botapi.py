"""An emulated Bot API in a process of its own: ``python bench/botapi.py PORT``.

Updates are fed by ``POST /_/feed``; what came back is told by ``/_/report`` and ``/_/texts``. An
update counts as answered by the first message to its chat (or, in ``/_/texts``, by its words).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

LANES = 40  # connections that a webhook gets, as setWebhook's default
LONGEST_RETRY = 1.0


class Telegram:
    """Updates that wait, messages that came, and when."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.confirmed = 0  # how many of them
        self.first = int(time.time() * 10_000)  # update_id; never the same twice, as at Telegram
        self.fed: dict[int, float] = {}  # chat: when its (first) update could be had
        self.answered: dict[int, float] = {}
        self.texts: dict[int, list[str]] = defaultdict(list)
        self.calls: dict[str, int] = defaultdict(int)
        self.answers = 0
        self.latency = 0.0
        self.flooded = 0  # this chat always gets 429
        self.webhook: dict[str, str] = {}
        self.lanes: list[asyncio.Queue[dict[str, Any]]] = []
        self.news = asyncio.Event()
        self.work: set[asyncio.Task[None]] = set()

    # what bots call

    async def api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        params: dict[str, Any] = dict(await request.post())
        if not params and request.can_read_body:
            params = await request.json()
        if method == "getUpdates":
            return _ok(await self.get_updates(params))
        self.calls[method] += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        if method != "sendMessage":
            return _ok(self.other(method, params))
        chat = int(params["chat_id"])
        if chat == self.flooded:
            refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry",
                       "parameters": {"retry_after": 1}}  # fmt: skip
            return web.json_response(refusal, status=429)
        self.answered.setdefault(chat, time.monotonic())
        self.answers += 1
        self.texts[chat].append(params["text"])
        where = {"id": chat, "type": "private", "first_name": "P"}
        return _ok({"message_id": self.answers, "date": 1_790_000_000, "chat": where,
                    "text": params["text"]})  # fmt: skip

    async def get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        self.confirmed = max(self.confirmed, int(params.get("offset", 0)) - self.first)
        if self.confirmed >= len(self.updates) and int(params.get("timeout", 0)):
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), int(params["timeout"]))
            except TimeoutError:
                return []
        return self.updates[self.confirmed : self.confirmed + int(params.get("limit", 100))]

    def other(self, method: str, params: dict[str, Any]) -> Any:
        if method == "getMe":
            return {"id": 123456, "is_bot": True, "first_name": "T", "username": "t_bot"}
        if method == "setWebhook":
            self.webhook = {"url": str(params["url"]), "secret": str(params["secret_token"])}
        if method == "getWebhookInfo":
            return {"url": self.webhook.get("url", ""), "has_custom_certificate": False,
                    "pending_update_count": 0}  # fmt: skip
        known: dict[str, Any] = {"getMyCommands": [], "getMyDescription": {"description": ""},
                                 "getMyShortDescription": {"short_description": ""}}  # fmt: skip
        return known.get(method, True)

    # what the bench calls

    async def feed(self, request: web.Request) -> web.Response:
        """``{"messages": [[chat, text], ...], "rate": a second, or 0 for all at once}``."""
        given = await request.json()
        task = asyncio.create_task(self._feed(given["messages"], given.get("rate", 0)))
        self.work.add(task)
        task.add_done_callback(self.work.discard)
        return web.json_response({})

    async def _feed(self, messages: list[tuple[int, str]], rate: float) -> None:
        began = time.monotonic()
        for number, (chat, text) in enumerate(messages):
            if rate and (wait := began + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            who = {"id": chat, "is_bot": False, "first_name": "P"}
            update = {
                "update_id": self.first + len(self.updates),
                "message": {"message_id": number + 1, "date": int(time.time()), "text": text,
                            "from": who, "chat": {"id": chat, "type": "private"}},
            }  # fmt: skip
            self.updates.append(update)
            self.fed.setdefault(chat, time.monotonic())
            if self.webhook:
                self._deliver(chat, update)
            self.news.set()

    def _deliver(self, chat: int, update: dict[str, Any]) -> None:
        if not self.lanes:
            for _ in range(LANES):
                lane: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
                self.lanes.append(lane)
                self.work.add(asyncio.create_task(self._post(lane)))
        self.lanes[chat % LANES].put_nowait(update)

    async def _post(self, lane: asyncio.Queue[dict[str, Any]]) -> None:
        """Deliver in order; anything but 2xx comes again."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook["secret"]}
        async with ClientSession(timeout=ClientTimeout(5), headers=headers) as session:
            while True:
                update, wait = await lane.get(), 0.05
                while not await self._posted(session, update):
                    await asyncio.sleep(wait)
                    wait = min(2 * wait, LONGEST_RETRY)

    async def _posted(self, session: ClientSession, update: dict[str, Any]) -> bool:
        try:
            async with session.post(self.webhook["url"], json=update) as answer:
                return answer.status < 300
        except (ClientError, OSError, TimeoutError):
            return False

    async def configure(self, request: web.Request) -> web.Response:
        """``latency`` (seconds that each call takes), ``flooded`` (chat)."""
        for name, value in (await request.json()).items():
            setattr(self, name, value)
        return web.json_response({})

    async def reset(self, _: web.Request) -> web.Response:
        """Forget what was measured; updates keep their numbers."""
        for held in (self.fed, self.answered, self.texts, self.calls):
            held.clear()  # type: ignore[attr-defined]
        self.answers = 0
        return web.json_response({})

    async def forget(self, _: web.Request) -> web.Response:
        """Forget confirmed updates too, so that a long run fits into memory."""
        self.first += self.confirmed
        del self.updates[: self.confirmed]
        self.confirmed = 0
        return await self.reset(_)

    async def report(self, _: web.Request) -> web.Response:
        took = sorted(
            self.answered[chat] - fed for chat, fed in self.fed.items() if chat in self.answered
        )
        first, last = min(self.fed.values(), default=0), max(self.answered.values(), default=0)
        return web.json_response({
            "fed": len(self.fed), "answered": len(took), "answers": self.answers,
            "seconds": max(last - first, 0.0), "waiting": len(self.updates) - self.confirmed,
            "p50": took[len(took) // 2] if took else None,
            "p99": took[int(len(took) * 0.99)] if took else None,
            "calls": self.calls,
        })  # fmt: skip

    async def told(self, _: web.Request) -> web.Response:
        return web.json_response(self.texts)


def _ok(result: Any) -> web.Response:
    body = json.dumps({"ok": True, "result": result}).encode()
    return web.Response(body=body, content_type="application/json")


def main() -> None:
    telegram = Telegram()
    app = web.Application(client_max_size=1 << 30)
    app.router.add_post("/bot{token}/{method}", telegram.api)
    app.router.add_post("/_/feed", telegram.feed)
    app.router.add_post("/_/config", telegram.configure)
    app.router.add_post("/_/reset", telegram.reset)
    app.router.add_post("/_/forget", telegram.forget)
    app.router.add_post("/_/report", telegram.report)
    app.router.add_post("/_/texts", telegram.told)
    port = int(sys.argv[1])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
