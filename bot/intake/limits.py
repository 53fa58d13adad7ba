"""How much one person may ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from enum import Enum

MINUTE = 60.0  # seconds
ROUNDING = 1e-6
KNOWN = 10_000  # people remembered at a time: a flood of people cannot fill the memory


class Admission(Enum):
    """What to do with one more question of a person."""

    ANSWER = "answer"
    SLOW_DOWN = "slow_down"  # say once a minute that it was too much
    DROP = "drop"


class Limiter:
    """A bucket a person: ``per_minute`` questions at once, refilled over a minute; 0: no limit."""

    def __init__(self, per_minute: int) -> None:
        self._size = per_minute
        self._empty_at: OrderedDict[tuple[int, str], float] = OrderedDict()
        self._told_at: OrderedDict[tuple[int, str], float] = OrderedDict()

    def admit(self, user_id: int, use: str = "") -> Admission:
        """Count one question. ``use``: what has a bucket of its own."""
        if not self._size or not user_id:
            return Admission.ANSWER
        now, who = time.monotonic(), (user_id, use)
        gap = MINUTE / self._size
        level = max(self._empty_at.get(who, 0.0), now)
        if level + gap - now > MINUTE + ROUNDING:
            if now - self._told_at.get(who, float("-inf")) < MINUTE:
                return Admission.DROP
            self._told_at[who] = now
            self._told_at.move_to_end(who)
            if len(self._told_at) > KNOWN:
                self._told_at.popitem(last=False)
            return Admission.SLOW_DOWN
        self._empty_at[who] = level + gap
        self._empty_at.move_to_end(who)
        if len(self._empty_at) > KNOWN:
            self._empty_at.popitem(last=False)
        return Admission.ANSWER
