"""A Monday in a town with a clinic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import time_machine

from bot.turn.context import Context
from tests.emulator import emulator
from tests.journeys.town import MONDAY, Town


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Ten in Berlin; the clock goes on from there."""
    with time_machine.travel(MONDAY, tick=True) as traveller:
        yield traveller


@pytest.fixture
async def town(
    tmp_path: Path, context: Context, clock: time_machine.Traveller
) -> AsyncIterator[Town]:
    async with emulator() as api:
        yield Town(api, tmp_path, context)
