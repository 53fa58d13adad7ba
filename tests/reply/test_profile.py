"""The profile is written where Telegram's differs from ours, and only then."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot

from bot.kb.replies import Replies
from bot.reply.profile import publish
from bot.reply.transport import AiohttpTransport
from bot.store.opening import migrate, open_database
from bot.store.store import Store
from tests.emulator import TOKEN, Emulator, emulator

TEXTS = {
    "telegram": {"menu_ask": "Ask", "menu_help": "Help"},
    "profile": {"description": "Answers.  Twice spaced", "short": "Short"},
}
ALL = ["commands (default)", "commands (all_private_chats)", "commands (all_group_chats)",
       "description", "short description"]  # fmt: skip
REPLIES = Replies(language="en", texts=TEXTS)


class Profile:
    """A Telegram that keeps what is set, with the spaces as it likes them."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def __call__(self, method: str, params: dict[str, Any]) -> tuple[int, Any] | None:
        what, scope = method[3:], params.get("scope", "")
        field = {"MyDescription": "description", "MyShortDescription": "short_description"}
        if method.startswith("setMy"):
            menu = params.get("commands")
            value = json.loads(menu) if menu else " ".join(params[field[what]].split())
            self.kept[what + scope] = value
            return 200, True
        if what == "MyCommands":
            return 200, self.kept.get(what + scope, [])
        return (200, {field[what]: self.kept.get(what, "")}) if what in field else None


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with emulator() as running:
        running.fault = Profile()
        yield running


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(open_database(tmp_path, None), 123456, "me")
    await migrate(store.db)
    yield store
    await store.close()


async def start(api: Emulator, store: Store, replies: Replies = REPLIES) -> list[str]:
    transport = AiohttpTransport()
    async with Bot(
        TOKEN, base_url=api.url, request=transport, get_updates_request=transport
    ) as bot:
        return await publish(bot, replies, store)


async def test_a_second_start_writes_nothing(api: Emulator, store: Store) -> None:
    assert await start(api, store) == ALL
    assert await start(api, store) == []


async def test_a_changed_sentence_is_written_alone(api: Emulator, store: Store) -> None:
    await start(api, store)
    profile = {**TEXTS["profile"], "short": "Shorter"}
    changed = Replies(language="en", texts={**TEXTS, "profile": profile})
    assert await start(api, store, changed) == ["short description"]


async def test_what_somebody_else_changed_is_put_right(api: Emulator, store: Store) -> None:
    await start(api, store)
    assert isinstance(api.fault, Profile)
    api.fault.kept["MyDescription"] = "Buy our cream"
    assert await start(api, store) == ["description"]
