"""What every test shares: no socket but loopback, and one trained matcher for the session."""

from __future__ import annotations

import ipaddress
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from bot.brain import build_context, stand_beside
from bot.kb.knowledge import packaged
from bot.settings import Settings
from bot.turn.context import Context
from tests.emulator import Emulator, emulator
from tests.postgres import Postgres

hypothesis_settings.register_profile("bot", deadline=None)  # no test asserts on time
hypothesis_settings.load_profile("bot")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the network fails, with the address it reached for."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise AssertionError(f"a test reached for {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    """A Bot API on loopback."""
    async with emulator() as running:
        yield running


@pytest.fixture(scope="session")
def warm_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A STATE_DIR whose matcher cache is filled."""
    state = tmp_path_factory.mktemp("state")
    build_context(Settings(state_dir=state, _env_file=None))
    return state


@pytest.fixture(scope="session")
def context(warm_state: Path) -> Context:
    """What a turn works with, over the packaged knowledge base."""
    return build_context(Settings(state_dir=warm_state, _env_file=None))


@pytest.fixture(scope="session")
def beside(context: Context, warm_state: Path) -> Context:
    """The same with the second, short document beside it."""
    settings = Settings(state_dir=warm_state, _env_file=None)
    return stand_beside(context, Path(__file__).parent / "second_kb", settings)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A copy of the packaged knowledge base, which a test may damage."""
    return Path(shutil.copytree(packaged(), tmp_path / "knowledge"))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """A real PostgreSQL; ``stop`` and ``start`` it as you like, but leave it running."""
    return Postgres(tmp_path_factory.mktemp("pg"))


@pytest.fixture(scope="session")
def postgres(postgres_server: Postgres) -> str:
    """Its address."""
    return postgres_server.url
