"""Leases run out with the database too: their workers live, and nobody takes over at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from bot.intake import worker
from bot.intake.worker import Crew

FAILS = None


async def took_over(
    monkeypatch: pytest.MonkeyPatch, renewals: Sequence[float | None]
) -> list[int]:
    """The numbers of the renewals after which a crew took over what nobody has.

    ``renewals``: how many seconds each takes.
    """
    now, done = 0.0, 0
    found: list[int] = []

    async def renew(_: Sequence[int]) -> None:
        nonlocal now, done
        takes, done = renewals[done], done + 1
        if takes is FAILS:
            raise OSError("the database is away")
        now += takes

    async def take_over(*, all_owners: bool) -> int:
        assert not all_owners
        found.append(done - 1)
        return 0

    async def pause(seconds: float, ended: asyncio.Event) -> None:
        nonlocal now
        now += seconds
        if done == len(renewals):
            ended.set()

    monkeypatch.setattr(worker, "LEASE", 12.0)
    monkeypatch.setattr(worker, "pause", pause)
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: now))
    parts: Any = SimpleNamespace(store=SimpleNamespace(renew=renew, take_over=take_over))
    await Crew(parts, 4).renew_leases()
    return found


@pytest.mark.parametrize(
    ("outage", "first"), [(FAILS, 10), (13.0, 9)], ids=["renewing fails", "renewing hangs"]
)
async def test_after_a_start_and_an_outage_others_have_a_leases_time_to_renew_theirs(
    monkeypatch: pytest.MonkeyPatch, outage: float | None, first: int
) -> None:
    works = [0.1] * 6
    taken = await took_over(monkeypatch, [*works, outage, *works])
    assert taken == [3, 4, 5, *range(first, 13)]
