"""How much one person may ask."""

from __future__ import annotations

import time
from collections import OrderedDict
from enum import Enum

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
        self._empty_at: OrderedDict[int, float] = OrderedDict()
        self._told_at: dict[int, float] = {}

    def admit(self, user_id: int) -> Admission:
        """Count one question."""
        if not self._size or not user_id:
            return Admission.ANSWER
        now = time.monotonic()
        gap = 60 / self._size
        level = max(self._empty_at.get(user_id, 0.0), now)
        if level + gap - now > 60:  # noqa: PLR2004 - seconds
            if now - self._told_at.get(user_id, float("-inf")) < 60:  # noqa: PLR2004
                return Admission.DROP
            self._told_at[user_id] = now
            return Admission.SLOW_DOWN
        self._empty_at[user_id] = level + gap
        self._empty_at.move_to_end(user_id)
        if len(self._empty_at) > KNOWN:
            gone, _ = self._empty_at.popitem(last=False)
            self._told_at.pop(gone, None)
        return Admission.ANSWER
