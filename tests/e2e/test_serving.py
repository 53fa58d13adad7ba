"""A real bot process against an emulated Bot API over HTTP, and what happens when it dies."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.process import Process
from tests.emulator import TOKEN, Emulator

CHATS, EACH = 20, 10


@pytest.fixture
async def bot(api: Emulator, tmp_path: Path) -> AsyncIterator[Process]:
    process = Process(api, tmp_path)
    await process.start()
    yield process
    await process.end(signal.SIGKILL)


def ask(api: Emulator) -> None:
    for number in range(EACH):
        for chat in range(1, CHATS + 1):
            api.say(chat, f"question {number}")


def first_answers(api: Emulator, chat: int) -> list[str]:
    """The answers of a chat, a repeated one once."""
    return list(dict.fromkeys(text.splitlines()[1] for text in api.texts(chat)))


def all_answered(api: Emulator) -> bool:
    return len(api.texts()) >= CHATS * EACH and all(
        len(first_answers(api, chat)) == EACH for chat in range(1, CHATS + 1)
    )


def in_order(api: Emulator) -> bool:
    wanted = [f"answer to question {number}" for number in range(EACH)]
    return all(first_answers(api, chat) == wanted for chat in range(1, CHATS + 1))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
async def test_a_process_that_ends_in_the_middle_loses_nothing(
    api: Emulator, bot: Process, how: signal.Signals
) -> None:
    ask(api)
    await api.until(lambda: len(api.texts()) >= 60)
    assert await bot.end(how) == (0 if how is signal.SIGTERM else -9)
    if how is signal.SIGTERM:
        assert len(api.texts()) == len(set(map(str, api.calls_of("sendMessage"))))
    await bot.start()
    await api.until(lambda: all_answered(api))
    assert in_order(api)


async def test_the_webhook_keeps_before_it_answers(api: Emulator, tmp_path: Path) -> None:
    bot = Process(api, tmp_path, PUBLIC_URL="here")
    await bot.start()
    await bot.until_ready()
    ask(api)
    assert set(await api.deliver(secret="wrong")) == {403}
    assert set(await api.deliver()) == {200}
    await bot.end(signal.SIGKILL)
    await bot.start()
    await bot.until_ready()
    assert set(await api.deliver()) == {200}  # sent again: known by their numbers
    await api.until(lambda: all_answered(api))
    assert await bot.end(signal.SIGTERM) == 0
    assert api.webhook["url"]  # never removed at shutdown


async def test_an_unreadable_and_a_poisoned_update_stop_nobody(
    api: Emulator, bot: Process
) -> None:
    api.feed({"message": {"chat": "what?"}})
    api.feed({"message": None})
    api.say(1, "poison")
    api.say(1, "after")
    api.say(2, "beside")
    await api.until(lambda: any("after" in text for text in api.texts(1)))
    assert api.texts(1)[0] == "sorry"
    assert "beside" in api.texts(2)[0]


@pytest.mark.usefixtures("bot")
async def test_one_chats_flood_limit_holds_up_no_other(api: Emulator) -> None:
    refused = 0

    def flood(method: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        nonlocal refused
        if method == "sendMessage" and params["chat_id"] == "1" and refused < 2:
            refused += 1
            return 429, {"description": "Too Many Requests", "parameters": {"retry_after": 1}}
        return None

    api.fault = flood
    api.say(1, "mine")
    for number in range(5):
        api.say(2, f"theirs {number}")
    await api.until(lambda: len(api.texts(2)) == 5)
    await api.until(lambda: len(api.texts(1)) == 3)


async def test_neither_token_nor_text_reaches_a_log(api: Emulator, bot: Process) -> None:
    api.say(1, "canary-4711 and 83 kg")
    api.say(2, "poison")
    await api.until(lambda: bool(api.texts(1)) and bool(api.texts(2)))
    await bot.end(signal.SIGTERM)
    log = bot.log.read_text()
    assert "serving" in log
    for secret in (TOKEN, TOKEN.split(":")[1], "canary-4711", "83 kg", "poison"):
        assert secret not in log
    state = b"".join(file.read_bytes() for file in bot.log.parent.glob("bot.sqlite*"))
    assert b"canary-4711" not in state


async def test_health_and_metrics_say_what_happened(api: Emulator, bot: Process) -> None:
    await bot.until_ready()
    api.say(1, "hello")
    await api.until(lambda: bool(api.texts(1)))
    for _ in range(100):
        text = (await bot.get("/metrics"))[1]
        if 'bot_updates_total{kind="message",outcome="answered"} 1.0' in text:
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError(text)
    assert (await bot.get("/live"))[0] == 200
