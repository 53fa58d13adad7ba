"""How many messages are under way at a time: as many as the rate needs, and no more.

What Telegram has taken and we have not yet noted is sent again after a ``kill -9``. So few are to
be at that stage: by Little's law a rate needs rate x duration of them, which is one where calls
take milliseconds. A call that takes long leaves its place, so that nobody waits for it.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")

UNLIMITED = 100.0  # messages a second to make room for where there is no limit
SLOW = 0.5  # seconds under way after which a call leaves its place
FIRST = 0.001  # seconds that a call is taken to last before any was made
GROWS = 1.01  # by how much that may grow with a call, so that one slow moment is no reason


class Window:
    """A window for all messages of a process, ``per_second`` together (0: no limit)."""

    def __init__(self, per_second: float = 0.0) -> None:
        self._rate = per_second or UNLIMITED
        self._lasts = FIRST  # the shortest of late: the network's part, without our own waits
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def size(self) -> int:
        """How many may be under way now."""
        return max(1, math.ceil(self._rate * self._lasts))

    async def during(
        self, call: Callable[[], Awaitable[Result]], note: Callable[[], Awaitable[None]]
    ) -> Result:
        """Wait for a place, make the call in it, and leave the place once that is noted."""
        await self._enter()
        began = time.monotonic()
        places = [None]

        def leave() -> None:
            if places:
                places.pop()
                self._leave()

        slow = asyncio.get_running_loop().call_later(SLOW, leave)
        try:
            result = await call()
            took = time.monotonic() - began
            self._lasts = min(took, self._lasts * GROWS)
            await note()
        finally:
            slow.cancel()
            leave()
        return result

    async def _enter(self) -> None:
        if self._under_way < self.size and not self._waiting:
            self._under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn  # whoever leaves hands the place on
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self._under_way -= 1
        while self._waiting and self._under_way < self.size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
