"""A clinic's own document over the emulated Bot API: one chat came by the link, one did not."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from functools import partial
from pathlib import Path

from bot.clinic import commands
from bot.settings import Settings
from tests.e2e.process import ROOT, free_port
from tests.emulator import TOKEN, Emulator, emulator

SECOND = ROOT / "tests" / "second_kb"
BOUND, UNBOUND = 7, 8


def _said(api: Emulator, most: int) -> bool:
    return len(api.texts()) >= most


async def test_a_bound_chat_sees_its_clinics_document_first_and_others_do_not(
    warm_state: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").symlink_to(warm_state / "cache")
    async with emulator() as api:
        settings = Settings(
            telegram_bot_token=TOKEN,
            telegram_api_url=api.url,
            state_dir=tmp_path,
            _env_file=None,
        )
        await asyncio.to_thread(commands.add, settings, "Oak", "555-0100", knowledge=str(SECOND))
        link = await asyncio.to_thread(commands.link, settings, "oak")
        env = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG")},
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.url,
            "STATE_DIR": str(tmp_path),
            "LISTEN": f"127.0.0.1:{free_port()}",
        }
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=env,
            cwd=tmp_path,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said = [
                (BOUND, f"/start {link.rpartition('=')[2]}"),
                (BOUND, "where can I park?"),
                (UNBOUND, "where can I park?"),
                (BOUND, "what are the side effects of accutane?"),
                (UNBOUND, "what are the side effects of accutane?"),
            ]
            for number, (chat, text) in enumerate(said, start=1):
                api.say(chat, text)
                await api.until(partial(_said, api, number))
            assert "Oak" in api.texts(BOUND)[0]
            assert "twelve parking spaces" in api.texts(BOUND)[1]
            assert "parking spaces" not in api.texts(UNBOUND)[0]
            assert api.texts(BOUND)[2] == api.texts(UNBOUND)[1]
            parked = next(
                params["entities"]
                for _, params in api.calls
                if "twelve parking" in str(params.get("text"))
            )
            receipt = str(parked).partition("?start=")[2].partition('"')[0]
            api.say(UNBOUND, f"/start {receipt}")  # forwarded to somebody else
            await api.until(lambda: len(api.texts(UNBOUND)) >= 3)
            shown = api.texts(UNBOUND)[2]
            assert "has not changed since it was quoted" in shown
            assert "Visiting Oak Skin Clinic" in shown
        finally:
            running.send_signal(signal.SIGTERM)
            _, log = await running.communicate()
        assert b"own_document_read" in log
        assert b"park" not in log
