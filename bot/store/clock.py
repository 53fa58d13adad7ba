"""The time that a store on one machine goes by."""

from __future__ import annotations

import time


class SteadyClock:
    """Seconds since 1970, read once and then counted on: no step of the system's clock moves it.

    A step forward would make waiting updates look too old to answer; a step back would make a
    wait of a second last for hours.
    """

    def __init__(self) -> None:
        self._began = time.time() - _uptime()

    def __call__(self) -> float:
        """Now."""
        return self._began + _uptime()


def _uptime() -> float:
    """Seconds that no one sets; through a suspend too, where the system counts it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
