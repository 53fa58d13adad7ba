"""Waits: a sleep that a stop ends, and how long to wait after failures."""

from __future__ import annotations

import asyncio

DOUBLINGS = 20  # a longer wait than the longest, whatever the first; 2.0**1024 would overflow


async def pause(seconds: float, stopping: asyncio.Event) -> bool:
    """Wait so long, or until told to stop.

    Returns:
        Whether told to stop.
    """
    if stopping.is_set():
        return True
    try:
        await asyncio.wait_for(stopping.wait(), timeout=seconds)
    except TimeoutError:
        return False
    return True


def backoff(failures: int, first: float, longest: float) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time, to a limit."""
    return float(min(first * 2 ** min(failures, DOUBLINGS), longest))
