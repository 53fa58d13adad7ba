"""``/ready`` is true only while updates can be taken, handled and sent."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import health as module
from bot.intake import poll
from bot.intake.health import Health
from bot.intake.pause import backoff


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
        ({"store_down_since": 0}, "the store does not take updates"),
        ({"sends_down_since": 40, "sends_failed_at": 1}, "Telegram cannot be reached"),
        ({"stopping": True}, "stopping"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_trouble_is_named(since: dict[str, Any], said: str) -> None:
    moments: dict[str, Any] = {
        name: ago(value) if type(value) is int else value for name, value in since.items()
    }  # numbers are seconds ago
    assert Health(**moments).faults() == [said]


def test_one_failed_send_is_no_outage_and_an_old_one_is_forgiven() -> None:
    once = Health(sends_down_since=ago(60), sends_failed_at=ago(60))
    long_ago = Health(sends_down_since=ago(600), sends_failed_at=ago(300))
    assert once.faults() == long_ago.faults() == []


def test_trouble_ends_with_the_first_success() -> None:
    health = Health(sends_down_since=ago(40), sends_failed_at=ago(1), store_down_since=ago(1))
    health.sends_work(works=True)
    health.store_works(works=True)
    assert health.faults() == []


def test_silent_polling_shows_within_a_minute_and_a_quiet_bot_does_not() -> None:
    longest_poll = poll.POLL_SECONDS + poll.GRACE + poll.LONGEST_PAUSE
    assert longest_poll <= module.SILENCE < 60


@given(st.integers(0, 10**9))
def test_waits_grow_to_their_limit_and_never_overflow(failures: int) -> None:
    assert 0 < backoff(failures, 0.2, 5.0) <= 5.0
    assert backoff(failures + 1, 0.2, 5.0) >= backoff(failures, 0.2, 5.0)
