"""The process dies at every stage of an update, and comes back: nothing is lost."""

from __future__ import annotations

import asyncio
import resource
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.fake_main import STAGES
from tests.e2e.process import Process
from tests.emulator import Emulator

REPEATED = {"between send and record", "before it is recorded"}


@pytest.fixture
async def bot(api: Emulator, tmp_path: Path) -> AsyncIterator[Process]:
    """Not started yet."""
    process = Process(api, tmp_path)
    yield process
    await process.end(signal.SIGKILL)


async def bring(api: Emulator, bot: Process) -> None:
    """Deliver to the webhook, where there is one, until all is taken, as Telegram does."""
    for _ in range(100 if api.webhook else 0):
        try:
            await bot.until_ready()
            if set(await api.deliver()) == {200}:
                return
        except aiohttp.ClientError:
            await asyncio.sleep(0.05)
    assert not api.webhook


async def killed_and_restarted(api: Emulator, bot: Process, stage: str, **more: str) -> None:
    for number in range(3):
        for chat in (1, 2, 3):
            api.say(chat, f"question {number}")
    await bot.start(DIE=stage, **more)
    if more.get("PUBLIC_URL"):
        await bot.until_ready()
        with suppress(aiohttp.ClientError):  # it may die before it says that it has them
            await api.deliver()
    assert await bot.ended() == -signal.SIGKILL
    await bot.start(**more)
    await bring(api, bot)
    await api.until(lambda: len(set(zip_chats(api))) == 9)
    assert await bot.end(signal.SIGTERM) == 0
    for chat in (1, 2, 3):
        said = list(dict.fromkeys(text.splitlines()[1] for text in api.texts(chat)))
        assert said == [f"answer to question {number}" for number in range(3)], "in order"
    again = sum(Counter(zip_chats(api)).values()) - 9
    assert again <= (1 if stage in REPEATED else 0)


def zip_chats(api: Emulator) -> list[tuple[str, str]]:
    """Each answer with its chat."""
    return [
        (params["chat_id"], params["text"].splitlines()[1])
        for params in api.calls_of("sendMessage")
    ]


@pytest.mark.parametrize("stage", STAGES)
async def test_a_kill_while_polling_loses_nothing(api: Emulator, bot: Process, stage: str) -> None:
    await killed_and_restarted(api, bot, stage)


@pytest.mark.parametrize("stage", STAGES)
async def test_a_kill_behind_the_webhook_loses_nothing(
    api: Emulator, bot: Process, stage: str
) -> None:
    await killed_and_restarted(api, bot, stage, PUBLIC_URL=f"http://{bot.listen}")


@pytest.mark.parametrize(
    "stage", ["after it is kept", "during the turn", "between send and record"]
)
async def test_a_kill_on_postgresql_loses_nothing(
    api: Emulator, bot: Process, postgres: str, stage: str
) -> None:
    token = f"{uuid.uuid4().int % 10**9}:a-token-of-this-test-alone-and-no-other"
    more = {"DATABASE_URL": postgres, "TELEGRAM_BOT_TOKEN": token, "LEASE": "0.5"}
    await killed_and_restarted(api, bot, stage, **more)  # the bot's number is its part of it


async def test_an_update_that_kills_the_process_is_given_up_and_its_neighbours_are_not(
    api: Emulator, bot: Process
) -> None:
    for chat in range(1, 9):
        api.say(chat, "deadly" if chat == 4 else "hello")
    deaths = 0
    for _ in range(20):
        await bot.start()
        dying = asyncio.create_task(bot.ended())
        saying = asyncio.create_task(api.until(lambda: "sorry" in api.texts(4)))
        await asyncio.wait({dying, saying}, return_when=asyncio.FIRST_COMPLETED)
        saying.cancel()
        if "sorry" in api.texts(4):
            break
        assert await dying == 9
        deaths += 1
    assert 0 < deaths < 20
    await api.until(lambda: all(api.texts(chat) for chat in range(1, 9)))
    assert await bot.end(signal.SIGTERM) == 0
    await dying
    assert api.texts(4) == ["sorry"]
    assert all("hello" in api.texts(chat)[0] for chat in (1, 2, 3, 5, 6, 7, 8))


async def test_a_stop_behind_the_webhook_drains_what_is_in_hand(
    api: Emulator, bot: Process
) -> None:
    """uvicorn raises its signal again after its own stop; the bot must have ended before."""
    here = {"PUBLIC_URL": f"http://{bot.listen}"}
    await bot.start(**here)
    await bot.until_ready()
    for number in range(100):
        api.say(number % 10 + 1, f"slow 0.01 {number}")
    assert set(await api.deliver()) == {200}
    await api.until(lambda: len(api.texts()) >= 10)
    assert await bot.end(signal.SIGTERM) == 0
    before = zip_chats(api)
    assert len(before) == len(set(before))
    await bot.start(**here)
    await api.until(lambda: len(set(zip_chats(api))) == 100)
    assert await bot.end(signal.SIGINT) == 0
    assert len(zip_chats(api)) == 100, "each once"


async def test_a_turn_that_never_ends_does_not_keep_the_process(
    api: Emulator, bot: Process
) -> None:
    await bot.start(STOP_SECONDS="0.1")
    api.say(1, "slow 3600")
    for chat in range(2, 6):
        api.say(chat, "hello")
    await api.until(lambda: all(api.texts(chat) for chat in range(2, 6)))
    assert await bot.end(signal.SIGTERM) == 0
    assert not api.texts(1)


async def test_a_disk_that_is_full_holds_updates_at_telegram(api: Emulator, bot: Process) -> None:
    """The file size limit of a running process stands for the disk: the system will not write."""
    await bot.start()
    await bot.until_ready()
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    for chat in range(1, 6):
        api.say(chat, "hello")
    await bot.until_ready(503)
    assert "the store does not take updates" in (await bot.get("/ready"))[1]
    assert api.confirmed == 0
    assert (await bot.get("/live"))[0] == 200
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, unlimited)
    await api.until(lambda: len(api.texts()) == 5)
    await bot.until_ready()
    assert await bot.end(signal.SIGTERM) == 0


async def test_a_hundred_megabytes_of_updates_pass_through_bounded_memory(
    api: Emulator, bot: Process
) -> None:
    def peak() -> int:
        """The most memory it ever held, in MB."""
        status = Path(f"/proc/{bot.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) // 1024

    await bot.start()
    await bot.until_ready()
    api.say(1, "first")
    await api.until(lambda: bool(api.texts(1)))
    before = peak()
    group = {"id": -9, "type": "supergroup", "title": "g"}
    for number in range(400):
        padding = "x" * (1_000_000 if number % 20 == 0 else 200_000)
        who = {"id": 9, "is_bot": False, "first_name": "P"}
        body = {"message_id": number, "date": 1_790_000_000, "text": "hi", "padding": padding}
        api.feed({"message": {**body, "from": who, "chat": group}})
    api.say(1, "last")
    await api.until(lambda: len(api.texts(1)) == 2, seconds=60)
    assert peak() - before < 120
    assert await bot.end(signal.SIGTERM) == 0
