"""One process serves several tokens: same chats, same numbers, and nothing of one in another."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.settings import Settings, SettingsError, load_settings
from tests.e2e.process import Process
from tests.emulator import Emulator, emulators

TOKENS = ("1111:the-first-bots-token-of-this-test", "2222:the-other-bots-token-of-this-test")


DOORS: dict[str, dict[str, Any]] = {"polling": {}, "webhook": {"PUBLIC_URL": "here"}}


@pytest.fixture
async def bots() -> AsyncIterator[list[Emulator]]:
    async with emulators(*TOKENS) as running:
        yield running


def given(token: str, **more: str) -> Settings:
    return load_settings(telegram_bot_token=token, _env_file=None, **more)


@pytest.mark.parametrize("door", ["polling", "webhook"])
async def test_each_bot_answers_its_own_chats(
    bots: list[Emulator], tmp_path: Path, door: str
) -> None:
    process = Process(bots[0], tmp_path, TELEGRAM_BOT_TOKEN=", ".join(TOKENS), **DOORS[door])
    await process.start()
    await process.until_ready()
    for bot in bots:
        for number in range(3):
            bot.say(7, f"{bot.me['id']} asks {number}")
        if door == "webhook":
            assert bot.webhook["url"].endswith(f"/{bot.me['id']}")
            assert set(await bot.deliver()) == {200}
    for bot in bots:
        await bot.until(lambda bot=bot: len(bot.texts(7)) == 3)  # type: ignore[misc]
        heard = [text.splitlines() for text in bot.texts(7)]
        assert [turn for turn, _ in heard] == ["turn 1", "turn 2", "turn 3"]
        wanted = {f"answer to {bot.me['id']} asks {number}" for number in range(3)}
        assert {answer for _, answer in heard} == wanted
    assert await process.end(signal.SIGTERM) == 0
    assert not [secret for secret in TOKENS if secret in process.log.read_text()]


async def test_a_token_that_is_taken_back_ends_its_own_bot_only(
    bots: list[Emulator], tmp_path: Path
) -> None:
    process = Process(bots[0], tmp_path, TELEGRAM_BOT_TOKEN=",".join(TOKENS))
    await process.start()
    await process.until_ready()

    async def unknown(_: web.Request) -> web.StreamResponse:
        refusal = {"ok": False, "error_code": 401, "description": "Unauthorized"}
        return web.json_response(refusal, status=401)

    bots[0].trouble = lambda _method, _params: unknown
    bots[1].say(7, "are you there?")
    await bots[1].until(lambda: len(bots[1].texts()) == 1)
    await process.until_ready(503)
    assert "bot 1111: Telegram does not know the token" in (await process.get("/ready"))[1]
    assert await process.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("door", ["polling", "webhook"])
async def test_a_token_that_was_taken_back_before_the_start_ends_its_own_bot_only(
    bots: list[Emulator], tmp_path: Path, door: str
) -> None:
    """A deploy after a token was revoked must not take the good bots with it."""
    refused = (401, {"description": "Unauthorized"})
    bots[0].fault = lambda _method, _params: refused
    process = Process(bots[0], tmp_path, TELEGRAM_BOT_TOKEN=",".join(TOKENS), **DOORS[door])
    await process.start()
    await process.until_ready(503)
    bots[1].say(7, "are you there?")
    if door == "webhook":
        await bots[1].until(lambda: bool(bots[1].webhook))
        assert set(await bots[1].deliver()) == {200}
    await bots[1].until(lambda: len(bots[1].texts()) == 1)
    ready = json.loads((await process.get("/ready"))[1])
    assert ready["faults"] == ["bot 1111: Telegram does not know the token"]
    assert await process.end(signal.SIGTERM) == 0
    bots[1].fault = bots[0].fault
    await process.start()
    assert await process.ended() == 1
    assert "Telegram does not know the TELEGRAM_BOT_TOKEN of bot" in process.log.read_text()


def test_several_tokens_make_several_bots_with_an_address_each() -> None:
    one, other = given("1:a,2:b", public_url="https://example.org/tg").per_bot()
    assert (one.bot_id, other.bot_id) == (1, 2)
    assert other.public_url == "https://example.org/tg/2"
    (alone,) = given("1:a", public_url="https://example.org/tg").per_bot()
    assert alone.public_url == "https://example.org/tg"


@pytest.mark.parametrize("wrong", ["1:a,", "1:a,b", "1:a,1:b", "x:1"])
def test_a_list_with_a_fault_is_refused_without_showing_it(wrong: str) -> None:
    with pytest.raises(SettingsError) as told:
        given(wrong)
    assert wrong not in str(told.value)
