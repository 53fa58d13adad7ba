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
from contextvars import ContextVar
from typing import TypeVar

Result = TypeVar("Result")

UNLIMITED = 100.0  # messages a second to make room for where there is no limit
SLOW = 0.5  # seconds under way after which a call leaves its place
FIRST = 0.001  # seconds that a call is taken to last before any was made
GROWS = 1.01  # by how much that may grow with a call, so that one slow moment is no reason
HANDED_ON = 2  # turns of the loop until who got the place took it, and aiohttp wrote for them


class _Taken:
    """The place of one call, from its ``enter`` to its ``leave``, or until it takes too long."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._held = False
        self._slow: asyncio.TimerHandle | None = None
        self.since: float | None = None

    async def enter(self) -> None:
        if self.since is None:
            await self._window.enter()
            self._held, self.since = True, time.monotonic()
            self._slow = asyncio.get_running_loop().call_later(SLOW, self.leave)

    def leave(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
        if self._held:
            self._held = False
            self._window.leave()


_PLACE: ContextVar[_Taken | None] = ContextVar("place", default=None)


async def place() -> None:
    """Wait for the place of this task's call, where it has to have one."""
    taken = _PLACE.get()
    if taken is not None:
        await taken.enter()


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
        self, call: Callable[[], Awaitable[Result]], note: Callable[[Result], Awaitable[None]]
    ) -> Result:
        """Make the call, note what came of it in the place that its ``place()`` took, leave it.

        A call waits for its place where it goes to the network: what comes before that is done
        while others are under way.
        """
        taken = _Taken(self)
        before = _PLACE.set(taken)
        try:
            result = await call()
            if taken.since is not None:
                took = time.monotonic() - taken.since
                self._lasts = min(took, self._lasts * GROWS)
            await note(result)
        finally:
            _PLACE.reset(before)
            taken.leave()
        for _ in range(HANDED_ON):  # the next call is on its way before the rest of this one
            await asyncio.sleep(0)
        return result

    async def enter(self) -> None:
        """Wait for a place."""
        if self._under_way < self.size and not self._waiting:
            self._under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn  # whoever leaves hands the place on
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Hand a place on."""
        self._under_way -= 1
        while self._waiting and self._under_way < self.size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
