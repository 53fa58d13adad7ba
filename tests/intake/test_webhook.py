"""The webhook's door: who comes in, how much, and what Telegram is told of it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection

from bot.intake import webhook
from bot.intake.health import Health
from bot.intake.housekeeping import keep_house
from bot.intake.http import application
from bot.intake.stats import Stats
from bot.intake.webhook import Gatherer, webhook_route
from bot.intake.worker import Crew
from bot.store.opening import migrate, open_database
from bot.store.rows import Arrival
from bot.store.store import Store
from tests.emulator import Emulator
from tests.inside import inside

SECRET = "s3cret"
JSON = {"content-type": "application/json", webhook.SECRET_HEADER: SECRET}


def says(number: int, chat: Any = 5, **more: Any) -> dict[str, Any]:
    who = {"id": chat, "type": "private"}
    body = {"message_id": 1, "date": 1, "chat": who, "from": {"id": chat}, "text": "hi", **more}
    return {"update_id": number, "message": body}


class Door:
    """The web side over a real store, called without a network."""

    def __init__(self, store: Store) -> None:
        self.store, self.health = store, Health()
        self.stats = Stats()
        route = webhook_route("/telegram", SECRET, store, self.health, self.stats)
        app = application(self.health, self.stats, [], [route])
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://here"
        )

    async def post(self, content: Any, **headers: Any) -> int:
        said = content if isinstance(content, (bytes, str)) or hasattr(content, "__aiter__") else (
            json.dumps(content)
        )  # fmt: skip
        return (
            await self.client.post(
                "/telegram", content=said, headers=httpx.Headers({**JSON, **headers})
            )
        ).status_code

    async def waiting(self) -> int:
        return (await self.store.depth()).waiting


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    db = open_database(tmp_path, None)
    await migrate(db)
    made = Door(Store(db, 7, "web"))
    yield made
    await made.client.aclose()
    await db.close()


async def test_only_the_secret_opens_and_it_is_compared_in_constant_time(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    real = secrets.compare_digest

    def spy(given: bytes, wanted: bytes) -> bool:
        compared.append((given, wanted))
        return real(given, wanted)

    monkeypatch.setattr(secrets, "compare_digest", spy)
    for wrong in ("", "s3cre", "s3cret2", "S3CRET", b"\xe9"):
        assert await door.post(says(1), **{webhook.SECRET_HEADER: wrong}) == 403
    assert await door.post(says(1)) == 200
    assert len(compared) == 6
    assert await door.waiting() == 1
    assert (await door.client.get("/telegram", headers=JSON)).status_code == 405


async def test_content_type_and_size_are_bounded(door: Door) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    charset = {"content-type": "application/json; charset=utf-8"}
    assert await door.post(says(1), **charset) == 200
    assert await door.post(says(2), **{"content-type": "text/plain"}) == 415
    assert await door.post(" " * (webhook.LARGEST + 1)) == 413
    assert await door.post(flood()) == 413, "without a length, as it comes"
    assert await door.waiting() == 1


async def test_a_body_that_never_ends_is_given_up(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.05)

    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    assert await door.post(never()) == 408


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[1]",
        b'{"update_id": true}',
        b'{"update_id": 1e400}',
        b'{"update_id": -5}',
    ],
    ids=range(8),
)
async def test_what_can_never_be_read_is_not_asked_for_again(door: Door, body: bytes) -> None:
    assert await door.post(body) == 200
    assert await door.waiting() == 0


async def test_unknown_kinds_are_ignored_and_unreadable_ones_are_dead_letters(door: Door) -> None:
    assert await door.post({"update_id": 1, "channel_post": {"text": "x"}}) == 200
    (row,) = (await door.store.step([], [], 5))[0]
    assert row.kind == "other"
    strange: list[Any] = [2**70, -(2**70), float("inf"), float("nan"), "x", None, {}]
    for number, bad in enumerate(strange, 2):
        assert await door.post(says(number, chat=bad)) == 200
    assert await door.post(says(20, text="x" * 600_000)) == 200, "larger than any real one"
    depth = await door.store.depth()
    assert (depth.waiting, depth.dead) == (1, 8)
    assert "bot_given_up_total 8.0" in (await door.client.get("/metrics")).text


async def test_it_is_kept_before_200_and_known_when_it_comes_again(door: Door) -> None:
    assert [await door.post(says(1)), await door.post(says(1))] == [200, 200]
    assert await door.waiting() == 1


async def test_a_full_disk_is_told_to_telegram_and_shown(door: Door) -> None:
    def full(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

    await door.store.db.run(full)
    statuses = [await door.post(says(n, text="x" * 3000)) for n in range(1, 8)]
    assert statuses[0] == 200
    assert set(statuses) == {200, 503}
    ready = await door.client.get("/ready")
    assert (ready.status_code, ready.json()["faults"]) == (
        503,
        ["the store does not take updates"],
    )
    assert (await door.client.get("/live")).status_code == 200
    space = "PRAGMA max_page_count = 1000000"
    await door.store.db.run(lambda connection: connection.exec_driver_sql(space))
    again = [await door.post(says(n, text="x" * 3000)) for n in range(1, 8)]
    assert set(again) == {200}
    assert await door.waiting() == 7
    assert (await door.client.get("/ready")).status_code == 200


async def test_a_full_disk_shows_though_idle_workers_read_on(
    door: Door, api: Emulator, tmp_path: Path
) -> None:
    """A claim of nothing and a count of what waits write nothing, and say nothing of the disk."""
    stopping = asyncio.Event()
    async with inside(api, tmp_path / "other") as other:
        parts = replace(other.parts, store=door.store, health=door.health)
        work = (Crew(parts, 4).run(stopping, 1), keep_house([parts], stopping))
        tasks = [asyncio.create_task(one) for one in work]
        await asyncio.sleep(0.2)
        tiny = "PRAGMA max_page_count = 1"  # SQLite makes it as many as there are
        await door.store.db.run(lambda connection: connection.exec_driver_sql(tiny))
        assert await door.post(says(1, text="x" * 50_000)) == 503
        for _ in range(5):
            door.store.arrived.set()
            await asyncio.sleep(0.05)
            assert door.health.faults() == ["the store does not take updates"]
        stopping.set()
        await asyncio.gather(*tasks)


async def test_the_queue_before_the_disk_is_bounded(door: Door) -> None:
    gatherer = Gatherer(door.store)
    found = [Arrival(n, str(n), "message", "{}", n, n) for n in range(1, webhook.WAITING + 50)]
    results = await asyncio.gather(*(gatherer.put(one) for one in found), return_exceptions=True)
    refused = [one for one in results if isinstance(one, OSError)]
    assert len(refused) == 49
    assert await door.waiting() == webhook.WAITING


async def test_an_error_nobody_thought_of_reaches_every_door_that_waits(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(door.store, "put", broken)
    async with asyncio.timeout(5):
        assert await asyncio.gather(*(door.post(says(n)) for n in range(3))) == [500] * 3
