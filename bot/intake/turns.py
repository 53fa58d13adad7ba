"""Turns beside the event loop, one after another; a slow one holds up the others no longer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    Job = tuple[Future[object], Callable[[], object]]

Taken = TypeVar("Taken")

SLOW = 0.5  # seconds after which a turn keeps its thread to itself, and the others get a new one
LONGEST = 30.0  # seconds after which a turn is given up; a turn takes milliseconds


class HungError(Exception):
    """A turn that does not end."""


class Turns:
    """One thread at work; one more for each turn that is slow.

    The threads are daemons: a turn that never ends does not keep the process from ending.
    ``hung`` counts the turns that were given up; their threads cannot be stopped.
    """

    def __init__(self) -> None:
        self._lane = _Lane()
        self.hung = 0

    async def take(self, work: Callable[[], Taken]) -> Taken:
        """Run ``work`` in its turn.

        Raises:
            HungError: it runs far too long.
        """
        future: Future[Taken] = Future()
        self._lane.put(future, work)
        result = asyncio.wrap_future(future)
        ran = 0.0
        while True:
            await asyncio.wait([result], timeout=SLOW)
            if result.done():
                return result.result()
            if not future.running():
                continue
            if self._lane.busy_with is future:
                self._lane = self._lane.succeed()
            ran += SLOW
            if ran >= LONGEST:
                self.hung += 1
                raise HungError

    def close(self) -> None:
        """Take no more turns."""
        self._lane.end()


class _Lane:
    """A thread and what waits for it."""

    def __init__(self) -> None:
        self.busy_with: Future[object] | None = None
        self._waiting: SimpleQueue[Job | None] = SimpleQueue()
        threading.Thread(target=self._run, name="turn", daemon=True).start()

    def put(self, future: Future[Taken], work: Callable[[], Taken]) -> None:
        """Run the work after all that waits."""
        self._waiting.put((future, work))  # type: ignore[arg-type] # a queue of any results

    def succeed(self) -> _Lane:
        """A new lane that takes over what waits; this one ends with the turn it is busy with."""
        new = _Lane()
        with suppress(Empty):
            while True:
                new._waiting.put(self._waiting.get_nowait())
        self.end()
        return new

    def end(self) -> None:
        """End when nothing waits any more."""
        self._waiting.put(None)

    def _run(self) -> None:
        while (job := self._waiting.get()) is not None:
            future, work = job
            if not future.set_running_or_notify_cancel():
                continue
            self.busy_with = future
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                future.set_exception(error)
            else:
                future.set_result(result)
            self.busy_with = None
