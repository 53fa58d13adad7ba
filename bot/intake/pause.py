"""A sleep that a stop ends."""

from __future__ import annotations

import asyncio


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
