"""``/ready`` is true only while updates can be taken, handled and sent."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import health as module
from bot.intake import poll
from bot.intake.health import Health
from bot.intake.housekeeping import keep_house
from bot.intake.pause import backoff
from bot.store.opening import migrate, open_database
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.intake.answering import Parts


def ago(seconds: float) -> float:
    return time.monotonic() - seconds


def test_a_process_that_does_its_work_is_ready() -> None:
    assert Health(polled_at=ago(30), worked_at=ago(1)).faults() == []


def test_a_web_process_neither_polls_nor_works_and_is_ready_all_day() -> None:
    assert Health().faults() == []


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ({"polled_at": 46, "poll_trouble": "(Conflict)"}, "polling is silent (Conflict)"),
        ({"worked_at": 21}, "workers are silent"),
        ({"store_failed": {"door": 0}}, "the store does not take updates"),
        ({"sends_down_since": 40, "sends_failed_at": 1}, "Telegram cannot be reached"),
        ({"stopping": True}, "stopping"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_trouble_is_named(since: dict[str, Any], said: str) -> None:
    def moment(value: Any) -> Any:  # numbers are seconds ago
        if isinstance(value, dict):
            return {name: moment(one) for name, one in value.items()}
        return ago(value) if type(value) is int else value

    assert Health(**{name: moment(value) for name, value in since.items()}).faults() == [said]


def test_one_failed_send_is_no_outage_and_an_old_one_is_forgiven() -> None:
    once = Health(sends_down_since=ago(60), sends_failed_at=ago(60))
    long_ago = Health(sends_down_since=ago(600), sends_failed_at=ago(300))
    assert once.faults() == long_ago.faults() == []


def test_trouble_ends_with_the_first_success() -> None:
    health = Health(sends_down_since=ago(40), sends_failed_at=ago(1))
    health.store_works("crew", works=False)
    health.sends_work(works=True)
    health.store_works("crew", works=True)
    assert health.faults() == []


def test_what_one_of_us_could_read_says_nothing_of_what_another_could_not_write() -> None:
    health = Health()
    health.store_works("door", works=False)
    for other in ("crew", "house"):
        health.store_works(other, works=True)
    assert health.faults() == ["the store does not take updates"]
    health.store_works("door", works=True)
    assert health.faults() == []


def test_a_door_that_nobody_came_to_since_is_forgiven() -> None:
    """Telegram may have gone to another process, and nobody is sent to one that is not ready."""
    assert Health(store_failed={"door": ago(100)}).faults() != []
    assert Health(store_failed={"door": ago(121)}).faults() == []


async def test_housekeeping_notices_a_database_that_is_gone_before_anybody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(open_database(tmp_path, None), 7, "web")
    await migrate(store.db)

    async def gone(_: object) -> None:
        raise OSError("the server is gone")

    monkeypatch.setattr(store.db, "run", gone)
    health, stopping = Health(), asyncio.Event()
    parts = SimpleNamespace(store=store, health=health, clinics=None)
    house = asyncio.create_task(keep_house([cast("Parts", parts)], stopping))
    await asyncio.sleep(0.05)
    assert health.faults() == ["the store does not take updates"]
    stopping.set()
    await house
    await store.close()


def test_silent_polling_shows_within_a_minute_and_a_quiet_bot_does_not() -> None:
    longest_poll = poll.POLL_SECONDS + poll.GRACE + poll.LONGEST_PAUSE
    assert longest_poll <= module.SILENCE < 60


@given(st.integers(0, 10**9))
def test_waits_grow_to_their_limit_and_never_overflow(failures: int) -> None:
    assert 0 < backoff(failures, 0.2, 5.0) <= 5.0
    assert backoff(failures + 1, 0.2, 5.0) >= backoff(failures, 0.2, 5.0)
