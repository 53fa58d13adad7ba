"""What every test of a whole process talks to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.emulator import Emulator, emulator


@pytest.fixture
async def api() -> AsyncIterator[Emulator]:
    async with emulator() as running:
        yield running
