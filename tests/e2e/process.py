"""The bot as a process of its own, started again as often as a test wants.

The processes are forked from one that has imported everything already: a start costs hundredths
of a second, and each is still killed, drained and restarted as any process is.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import aiohttp

from bot import cli
from tests.e2e import fake_main
from tests.emulator import TOKEN, Emulator

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.e2e.fake_main", "bot.cli", "bot.app"])
ROOT = Path(__file__).parents[2]
Main = Callable[[], int]


def free_port() -> int:
    """One below those that outgoing connections take, so that it is free after a restart too."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def whole() -> int:
    """The bot itself, as ``python -m bot run`` starts it."""
    sys.argv = ["bot", "run"]
    cli.main()
    return 0


def _watch(state: str, event: str, args: tuple[object, ...]) -> None:
    """Say what is written outside of the bot's own folder: a read-only root has no room for it."""
    if event == "open":
        path, _, flags = args
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    else:
        path, writes = (args or [""])[0], event in ("os.mkdir", "os.rename", "os.remove")
    if writes and isinstance(path, str) and not path.startswith((state, "/dev/")):
        os.write(2, f"WROTE {event} {path}\n".encode())


def _run(main: Main, env: dict[str, str], log: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(Path(log).parent)
    if "WATCH" in env:
        sys.dont_write_bytecode = True
        sys.addaudithook(partial(_watch, env["STATE_DIR"]))
    os.environ.clear()
    os.environ.update(env)
    sys.exit(main())


class Process:
    """``more``: settings; ``PUBLIC_URL="here"`` is the process's own address.

    ``main``: what it runs; ``whole`` is the bot itself, the default one with a small turn.
    """

    def __init__(
        self, api: Emulator, state: Path, main: Main = fake_main.main, **more: str
    ) -> None:
        self._main = main
        self.listen = f"127.0.0.1:{free_port()}"
        self.log = state / "log"
        self._env = {
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG")},
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": api.url,
            "STATE_DIR": str(state),
            "LISTEN": self.listen,
            "LOG_LEVEL": "DEBUG",
            **more,
        }
        if more.get("PUBLIC_URL") == "here":
            self._env["PUBLIC_URL"] = f"http://{self.listen}"
        self._running: multiprocessing.process.BaseProcess | None = None
        self._one_asks = threading.Lock()

    @property
    def pid(self) -> int:
        assert self._running is not None
        assert self._running.pid is not None
        return self._running.pid

    async def start(self, **more: str) -> None:
        self._running = FORKS.Process(
            target=_run, args=(self._main, {**self._env, **more}, str(self.log)), daemon=True
        )
        await asyncio.to_thread(self._running.start)

    async def end(self, how: signal.Signals) -> int:
        """Send a signal, unless it has ended already or never began; its exit status."""
        if self._running is None:
            return 0
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)
        return await self.ended()

    async def ended(self, seconds: float = 20) -> int:
        """Wait for its end; its exit status."""
        running = self._running
        assert running is not None

        def joined() -> int | None:
            with self._one_asks:  # the forkserver tells the status once only
                running.join(seconds)
                return running.exitcode

        status = await asyncio.to_thread(joined)
        assert status is not None, f"it did not end:\n{self.log.read_text()}"
        return status

    async def get(self, path: str) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{self.listen}{path}") as answer,
        ):
            return answer.status, await answer.text()

    async def until_ready(self, status: int = 200) -> None:
        for _ in range(800):
            try:
                if (await self.get("/ready"))[0] == status:
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)
        raise AssertionError(self.log.read_text())

    async def until_busy(self) -> None:
        """Wait until an update is at work."""
        for _ in range(800):
            with closing(sqlite3.connect(self.log.parent / "bot.sqlite")) as database:
                if database.execute("SELECT 1 FROM inbox WHERE state = 2").fetchone():
                    return
            await asyncio.sleep(0.02)
        raise AssertionError(self.log.read_text())
