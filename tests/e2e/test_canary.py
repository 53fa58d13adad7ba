"""Canary words go through every door of the whole bot at DEBUG; then every sink is searched."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.e2e.process import Process, whole
from tests.emulator import ME, TOKEN, Trouble, emulator
from tests.troubles import page, refusal

WORD = "Zebedee"
WEIGHT = "83.47"
SAID = f"{WORD} weighs {WEIGHT} kg"
USER = {
    "id": 5, "is_bot": False, "first_name": WORD, "last_name": WORD, "username": f"{WORD}_5",
}  # fmt: skip
PRIVATE = {"id": 5, "type": "private", "first_name": WORD}
GROUP = {"id": -50, "type": "supergroup", "title": WORD}
AT = {"date": 1_790_000_000}


def doors() -> list[dict[str, Any]]:
    """Every kind of update that there is to read, and some that cannot be read."""
    mine = {**AT, "from": USER, "chat": PRIVATE}
    shown = {"message_id": 900, **AT, "chat": PRIVATE, "text": SAID}
    press = {"id": "1", "from": USER, "chat_instance": "1", "message": shown}
    texts = [
        f"what dose of accutane for {WEIGHT} kg? {WORD}",
        f"{WORD} can I drink alcohol on accutane?",
        f"/start {WORD}",
        f"/start c_{WORD.lower()}_{'A' * 22}",
        f"/{WORD} {SAID}",
        f"/dose {WEIGHT} kg",
        f"I want to die {WORD}",
        SAID * 300,
        f"\ud800{SAID}\u202e\x00",
        "/mydata",
    ]
    updates: list[dict[str, Any]] = [
        {"message": {**mine, "message_id": number, "text": text}}
        for number, text in enumerate(texts, 1)
    ]
    photo = [{"file_id": WORD, "file_unique_id": WORD, "width": 1, "height": 1}]
    contact = {"phone_number": WEIGHT, "first_name": WORD}
    in_group = {**AT, "message_id": 40, "from": USER, "chat": GROUP}
    updates += [
        {"message": {**mine, "message_id": 20, "photo": photo, "caption": SAID}},
        {"message": {**mine, "message_id": 21, "contact": contact}},
        {"message": {**mine, "message_id": 22, "text": "?", "reply_to_message": shown}},
        {"edited_message": {**mine, "message_id": 2, "edit_date": 1_790_000_001, "text": SAID}},
        {"callback_query": {**press, "data": f"v1|c|{SAID}"}},
        {"callback_query": {**press, "data": f"v1|l|{WORD}"}},
        {"callback_query": {**press, "data": SAID}},
        {"inline_query": {"id": "2", "from": USER, "query": SAID, "offset": WORD}},
        {"message": {**in_group, "text": f"@{ME['username']} {SAID}"}},
        {"message": {**in_group, "text": f"/ask@{ME['username']} {SAID}"}},
        {"channel_post": {**AT, "message_id": 1, "chat": GROUP, "text": SAID}},
        {"message": {"from": {"id": WORD}, "chat": SAID}},
        {"message": SAID},
        {SAID: SAID},
    ]
    return updates


def troubles() -> list[Trouble]:
    """Telegram itself quotes what was said."""
    return [
        refusal(400, f"Bad Request: can't parse entities: {SAID}"),
        page(502, SAID),
        page(200, SAID),
        refusal(500, SAID),
        refusal(400, f"Bad Request: {SAID}"),
    ]


async def until_quiet(bot: Process) -> None:
    for _ in range(600):
        text = (await bot.get("/metrics"))[1]
        settled = sum(
            float(line.rsplit(" ", 1)[1])
            for line in text.splitlines()
            if line.startswith("bot_updates_total") and 'outcome="held"' not in line
        )
        if settled >= len(doors()) - 3:  # three can never be read
            return
        await asyncio.sleep(0.05)
    raise AssertionError(text)


async def test_no_sink_holds_a_word_a_weight_or_the_token(
    warm_state: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").symlink_to(warm_state / "cache")
    async with emulator() as api:
        spoilt = {"getUpdates": troubles()[2:4], "sendMessage": troubles()}
        api.trouble = lambda method, _: spoilt[method].pop() if spoilt.get(method) else None
        for update in doors():
            api.feed(update)
        bot = Process(api, tmp_path, whole, QUESTIONS_PER_MINUTE="0")
        await bot.start()
        await bot.until_ready()
        await until_quiet(bot)
        assert any(WEIGHT in text for text in api.texts(5)), "it was understood and answered"
        with closing(sqlite3.connect(tmp_path / "bot.sqlite")) as database:
            database.execute("ALTER TABLE inbox RENAME TO away")
            api.feed(doors()[0])
            await bot.until_ready(503)  # the store's error quotes the statement and its values
            database.execute("ALTER TABLE away RENAME TO inbox")
        await bot.until_ready()
        delete = {"id": "9", "from": USER, "chat_instance": "1", "data": "v1|x|data.delete"}
        message = {"message_id": 901, **AT, "chat": PRIVATE}
        api.feed({"callback_query": {**delete, "message": message}})
        await api.until(lambda: any("nothing about you is left" in t for t in api.texts(5)))
        shown = "".join([(await bot.get(path))[1] for path in ("/metrics", "/ready", "/live")])
        assert await bot.end(signal.SIGTERM) == 0
    log = bot.log.read_text()
    assert '"serving"' in log
    assert '"updates_not_kept"' in log
    stored = (tmp_path / "bot.sqlite").read_bytes()
    for secret in (WORD, WORD.lower(), WEIGHT, TOKEN, TOKEN.split(":")[1]):
        assert secret not in log
        assert secret not in shown
        assert secret.encode() not in stored
