"""A hand-over by a real process that is killed between each two steps; no log keeps a word."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bot.clinic import commands
from bot.settings import Settings
from bot.store.store import Store
from tests.e2e.fake_main import die_before
from tests.e2e.process import Process, whole
from tests.emulator import ME, TOKEN, Emulator, emulator

ANNA, STAFF = 5, -1001
ASKED, REPLIED = "canary-asked about balm", "canary-replied, yes"


def dies_with_a_question_sent() -> int:
    """The bot itself, killed when a question is with the staff and before that is recorded."""
    die_before(Store, "step", lambda args: any(one.shown for one in args[0]))
    return whole()


class Mortal:
    """The bot itself; ``dies_at``: it is killed in the middle of a call with these words."""

    def __init__(self, api: Emulator, folder: Path) -> None:
        self.api, self.process = api, Process(api, folder, whole)
        self.dies_at = ""
        api.fault = self._struck

    def _struck(self, _: str, params: dict[str, Any]) -> None:
        if self.dies_at and self.dies_at in str(params.get("text")):
            os.kill(self.process.pid, signal.SIGKILL)
            self.dies_at = ""

    async def dying(self, words: str, act: Callable[[], object]) -> None:
        """Do something, have the process die while it says ``words``, start it again."""
        self.dies_at = words
        act()
        assert await self.process.ended() == -signal.SIGKILL
        await self.process.start()
        await self.api.until(partial(self._said_twice, words))

    def _said_twice(self, words: str) -> bool:
        return sum(words in text for text in self.api.texts()) > 1


def body(api: Emulator, chat: int, text: str, **more: Any) -> dict[str, Any]:
    kind = "private" if chat > 0 else "supergroup"
    return {
        "message_id": 5000 + len(api.calls),
        "date": int(time.time()),
        "from": {"id": abs(chat), "is_bot": False, "first_name": "Zebedee"},
        "chat": {"id": chat, "type": kind},
        "text": text,
        **more,
    }


def press(api: Emulator, label: str) -> None:
    """Anna presses the newest such button."""
    number, data = api.button(ANNA, label)
    held = {**body(api, ANNA, "", **{"from": ME}), "message_id": number}
    who = {"id": ANNA, "is_bot": False, "first_name": "Zebedee"}
    query = {"id": "1", "from": who, "message": held, "chat_instance": "1", "data": data}
    api.feed({"callback_query": query})


def reply(api: Emulator, text: str) -> None:
    """The staff reply to the question."""
    number = next(n for n, (_, p) in enumerate(api.calls, 1) if ASKED in str(p.get("text"))
                  and p["chat_id"] == str(STAFF))  # fmt: skip
    replied = {"message_id": number, "from": ME, "text": api.calls[number - 1][1]["text"],
               "chat": {"id": STAFF, "type": "supergroup"}, "date": int(time.time())}  # fmt: skip
    api.feed({"message": body(api, STAFF, text, reply_to_message=replied)})


def heard(api: Emulator, chat: int, words: str) -> bool:
    return any(words in text for text in api.texts(chat))


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("*.sqlite*"))


async def prepared(api: Emulator, folder: Path) -> tuple[str, str]:
    """A clinic that takes messages: the start of its link, and the line for its group."""
    settings = Settings(telegram_bot_token=TOKEN, telegram_api_url=api.url, state_dir=folder,
                        _env_file=None)  # fmt: skip

    def prepare() -> tuple[str, str]:
        commands.add(settings, "Oak", "555-0100")
        commands.handover(settings, "oak", {"on": True, "hours": "Mon-Sun 0-24"})
        return commands.link(settings, "oak"), commands.staff_command(settings, "oak")

    link, code = await asyncio.to_thread(prepare)
    return f"/start {link.partition('start=')[2]}", code


async def about_to_write(api: Emulator, start: str, code: str) -> None:
    """The staff bind their group; Anna comes by the link and wants to write to them."""
    api.feed({"message": body(api, STAFF, code)})
    await api.until(partial(heard, api, STAFF, "now answers for Oak"))
    api.feed({"message": body(api, ANNA, start)})
    api.feed({"message": body(api, ANNA, "can I drink alcohol on accutane?")})
    await api.until(partial(heard, api, ANNA, "Alcohol"))
    press(api, "Ask my clinic")
    await api.until(partial(heard, api, ANNA, "before I send it"))


async def test_no_question_and_no_reply_is_lost_by_a_kill_and_no_log_keeps_a_word(
    warm_state: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").symlink_to(warm_state / "cache")
    async with emulator() as api:
        start, code = await prepared(api, tmp_path)
        bot = Mortal(api, tmp_path)
        await bot.process.start()
        try:
            await about_to_write(api, start, code)
            await bot.dying("Shall I send it?", lambda: api.feed(
                {"message": body(api, ANNA, ASKED)}))  # fmt: skip
            await bot.dying("Patient ", lambda: press(api, "Send it"))
            await api.until(partial(heard, api, STAFF, ASKED))
            await bot.dying("Oak writes", lambda: reply(api, REPLIED))
            assert heard(api, ANNA, REPLIED)
            assert heard(api, STAFF, "on its way")
        finally:
            await bot.process.end(signal.SIGTERM)
        log = bot.process.log.read_text()
        state = on_disk(tmp_path)
        for words in (ASKED, REPLIED, "Zebedee"):
            assert words not in log
            assert words.encode() not in state


async def test_a_question_that_a_kill_kept_from_being_recorded_is_deleted_with_the_rest(
    warm_state: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").symlink_to(warm_state / "cache")
    async with emulator() as api:
        start, code = await prepared(api, tmp_path)
        bot = Process(api, tmp_path, dies_with_a_question_sent)
        await bot.start()
        try:
            await about_to_write(api, start, code)
            api.feed({"message": body(api, ANNA, ASKED)})
            await api.until(partial(heard, api, ANNA, "Shall I send it?"))
            press(api, "Send it")
            assert await bot.ended() == -signal.SIGKILL
            bot = Process(api, tmp_path, whole)
            await bot.start()
            api.feed({"message": body(api, ANNA, "/deletedata")})
            await api.until(partial(heard, api, ANNA, "delete"))
            press(api, "Yes, delete it all")
            await api.until(lambda: bool(api.calls_of("deleteMessages")))
        finally:
            await bot.end(signal.SIGTERM)
        sent = [
            number
            for number, (_, params) in enumerate(api.calls, start=1)
            if params.get("chat_id") == str(STAFF) and ASKED in str(params.get("text"))
        ]
        (deleted,) = api.calls_of("deleteMessages")
        assert (deleted["chat_id"], json.loads(deleted["message_ids"])) == (str(STAFF), sent)
