"""The whole bot on a read-only root: it writes nowhere but in its STATE_DIR."""

from __future__ import annotations

import shutil
import signal
import stat
from pathlib import Path

from tests.e2e.process import Process, whole
from tests.emulator import emulator


async def test_the_bot_writes_nowhere_but_in_its_own_folder(
    warm_state: Path, tmp_path: Path
) -> None:
    state = tmp_path / "made" / "here"
    async with emulator() as api:
        bot = Process(api, tmp_path, whole)
        state.parent.mkdir()
        shutil.copytree(warm_state / "cache", state / "cache")
        await bot.start(STATE_DIR=str(state), WATCH="1", HOME="/nonexistent")
        await bot.until_ready()
        for text in ("what dose of accutane for 70 kg?", "/visit", "/mydata", "/privacy"):
            api.say(1, text)
        await api.until(lambda: bool(api.calls_of("sendDocument")))
        assert await bot.end(signal.SIGTERM) == 0
    assert "WROTE" not in bot.log.read_text()
    assert stat.S_IMODE((state / "bot.sqlite").stat().st_mode) & 0o077 == 0


async def test_the_watch_sees_what_is_written(tmp_path: Path) -> None:
    async with emulator() as api:
        bot = Process(api, tmp_path, writes_beside)
        await bot.start(STATE_DIR=str(tmp_path / "state"), WATCH="1")
        assert await bot.ended() == 0
    assert "WROTE open" in bot.log.read_text()


def writes_beside() -> int:
    Path("beside").write_text("x")
    return 0
