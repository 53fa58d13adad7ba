"""Two clinics with patients who asked, over a real bot process and the emulated Bot API."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clinic import commands
from bot.settings import Settings
from tests.e2e.process import Process, whole
from tests.emulator import TOKEN, Emulator, emulator

OAK, ELM = (1, 2, 3, 4, 5), (6, 7, 8, 9)  # patients
OAK_STAFF, ELM_STAFF, STRANGER = 801, 802, 700
ADMIN = 900_417_263  # so long that it stands in no mark in the log by chance
ALCOHOL = "can I drink alcohol on accutane?"
EFFECTS = "what are the side effects?"
PREGNANT = "I am on accutane and I think I am pregnant"
BIKE = "how do I fix a flat bicycle tyre?"
LINK = re.compile(r"http://\S+/dashboard/enter/\S+")


@dataclass
class World:
    """``state``: the bot's folder; ``url``: where its pages are."""

    api: Emulator
    state: Path
    url: str
    links: dict[str, str]
    answered: int = 0

    async def says(self, who: int, text: str, language: str = "en") -> str:
        """A private message; returns what the bot says to it."""
        sender = {"id": who, "is_bot": False, "first_name": "P", "language_code": language}
        chat = {"id": who, "type": "private"}
        body = {"message_id": who * 1000 + self.answered, "date": 1_790_000_000 + self.answered}
        return await self._fed(
            who, {"message": {**body, "from": sender, "chat": chat, "text": text}}
        )

    async def presses(self, who: int, data: str) -> None:
        """A button under the last message that had it."""
        number, params = next(
            (n, held)
            for n, held in reversed(list(enumerate(self._calls(who))))
            if data in str(held.get("reply_markup"))
        )
        message = {
            "message_id": number + 1,
            "date": 1,
            "chat": {"id": who, "type": "private"},
            "reply_markup": json.loads(params["reply_markup"]),
        }
        sender = {"id": who, "is_bot": False, "first_name": "P"}
        query = {"id": f"{who}{number}", "from": sender, "message": message, "chat_instance": "1"}
        self.api.feed({"callback_query": {**query, "data": data}})
        await self.api.until(
            lambda: any(
                held["callback_query_id"] == query["id"]
                for held in self.api.calls_of("answerCallbackQuery")
            )
        )

    def _calls(self, who: int) -> list[dict[str, Any]]:
        return [held for held in self.api.calls_of("sendMessage") if int(held["chat_id"]) == who]

    async def _fed(self, who: int, update: dict[str, Any]) -> str:
        self.answered += 1
        before = len(self._calls(who))
        self.api.feed(update)
        await self.api.until(lambda: len(self._calls(who)) > before)
        return str(self._calls(who)[-1]["text"])

    async def link(self, who: int) -> str:
        """A new sign-in link."""
        found = LINK.search(await self.says(who, "/dashboard"))
        assert found is not None
        return found[0]

    def sql(self, statement: str) -> list[Any]:
        """What is in the bot's own database."""
        with closing(sqlite3.connect(self.state / "bot.sqlite", timeout=10)) as held:
            rows = held.execute(statement).fetchall()
            held.commit()
        return rows


def clinics(state: Path) -> dict[str, str]:
    """Two clinics, set up as an operator does it; the links of each."""
    settings = Settings(telegram_bot_token=TOKEN, state_dir=state, _env_file=None)
    made = {}
    for name, staff in (("Oak Clinic", OAK_STAFF), ("Elm Practice", ELM_STAFF)):
        card, _ = commands.add(settings, name, "555-0100", "9 to 5")
        commands.add_staff(settings, card.id, staff)
        with closing(sqlite3.connect(state / "bot.sqlite")) as held:
            held.execute("INSERT OR IGNORE INTO setting VALUES ('username_123456', 't_bot')")
            held.commit()
        made[card.id] = commands.link(settings, card.id, "poster")
        made[f"{card.id} desk"] = commands.link(settings, card.id, "desk")
    return made


async def filled(world: World) -> None:
    """Real turns. Oak: five ask about alcohol, four about side effects, one of them thrice."""

    async def patient(who: int) -> None:
        clinic = "oak-clinic" if who in OAK else "elm-practice"
        source = clinic if who != OAK[-1] else f"{clinic} desk"
        await world.says(who, f"/start {world.links[source].partition('start=')[2]}")
        await world.says(who, ALCOHOL, "de" if who in ELM else "en-GB")
        if who in OAK:
            await world.presses(who, "v1|u|alcohol")
            await world.says(who, BIKE)  # right after an alert it would be said again
            await world.says(who, PREGNANT)
        if who in OAK[:4]:
            await world.says(who, EFFECTS)
        if who == OAK[0]:
            await world.says(who, EFFECTS)
            await world.says(who, EFFECTS)

    await asyncio.gather(*(patient(who) for who in (*OAK, *ELM)))


@asynccontextmanager
async def running(state: Path, warm: Path) -> AsyncIterator[World]:
    """The bot at work, its database filled."""
    shutil.copytree(warm, state, dirs_exist_ok=True)
    links = await asyncio.to_thread(clinics, state)
    async with emulator() as api:
        bot = Process(api, state, whole, ADMIN_IDS=str(ADMIN), QUESTIONS_PER_MINUTE="0")
        await bot.start()
        try:
            await bot.until_ready()
            world = World(api, state, f"http://{bot.listen}/dashboard", links)
            await filled(world)
            yield world
        finally:
            await bot.end(signal.SIGTERM)


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser_path() -> str | None:
    """A browser of the system."""
    return next((found for one in BROWSERS if (found := shutil.which(one))), None)


PICTURES = os.environ.get("PICTURES_INTO")
