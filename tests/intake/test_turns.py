"""A slow turn holds up nobody; one that never ends is given up, and does not keep the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from bot.intake import turns
from bot.intake.turns import HungError, Turns


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a turn may wait for; opened at the end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLOW", 0.02)


async def test_turns_run_one_after_another_in_their_order() -> None:
    lane, seen = Turns(), []
    await asyncio.gather(*(lane.take(lambda n=n: seen.append(n)) for n in range(50)))  # type: ignore[misc]
    assert seen == list(range(50))
    lane.close()


async def test_others_go_on_beside_a_slow_turn_and_it_is_answered_too(
    gate: threading.Event,
) -> None:
    lane = Turns()
    slow = asyncio.create_task(lane.take(gate.wait))
    await asyncio.sleep(0)
    assert await asyncio.gather(*(lane.take(lambda n=n: n) for n in range(5))) == list(range(5))  # type: ignore[misc]
    assert not slow.done()
    gate.set()
    assert await slow
    lane.close()


async def test_a_turn_that_never_ends_is_given_up_and_counted(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LONGEST", 0.05)
    lane = Turns()
    with pytest.raises(HungError):
        await lane.take(gate.wait)
    assert lane.hung == 1
    assert await lane.take(lambda: "next") == "next"
    assert all(one.daemon for one in threading.enumerate() if one.name == "turn")
    lane.close()


async def test_a_turns_own_error_is_its_own() -> None:
    lane = Turns()

    def broken() -> None:
        raise ValueError("poison")

    with pytest.raises(ValueError, match="poison"):
        await lane.take(broken)
    assert await lane.take(lambda: 1) == 1
    lane.close()
