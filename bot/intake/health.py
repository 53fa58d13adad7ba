"""What the process knows of its own state; ``/ready`` and ``bot status`` show it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SILENCE = 45.0  # seconds without a finished poll; a poll itself lasts up to 25
NOT_READY_AFTER = 20.0  # seconds of trouble before the process calls itself not ready
FORGIVEN = 120.0  # seconds without another failure: nothing was tried since, so nobody knows

User = Literal["door", "crew", "house"]
"""Who asks something of the store: what takes updates in, what answers them, the housekeeping."""


@dataclass(slots=True)
class Health:
    """Moments on the monotonic clock. A None in ``..._since`` means no trouble.

    ``store_failed``: when the store last failed whoever had no success with it since.
    ``poll_trouble``: why the last poll failed, "" where it did not.
    """

    polled_at: float | None = None  # None: this process does not poll
    worked_at: float | None = None  # None: this process does not answer
    store_failed: dict[User, float] = field(default_factory=dict)
    sends_down_since: float | None = None
    sends_failed_at: float = 0.0
    poll_trouble: str = ""
    token_known: bool = True
    stopping: bool = False

    def store_works(self, user: User, *, works: bool) -> None:
        """Note whether the store did the last that was asked of it.

        One's success says nothing of another's: a disk that is full can be read.
        """
        if works:
            self.store_failed.pop(user, None)
        else:
            self.store_failed[user] = time.monotonic()

    def sends_work(self, *, works: bool) -> None:
        """Note whether Telegram could be reached with the last answer."""
        if works:
            self.sends_down_since = None
            return
        self.sends_failed_at = time.monotonic()
        if self.sends_down_since is None:
            self.sends_down_since = self.sends_failed_at

    def faults(self) -> list[str]:
        """Why updates cannot be taken, handled and sent; empty when they can."""
        now = time.monotonic()
        found = []
        if self.stopping:
            found.append("stopping")
        if not self.token_known:
            found.append("Telegram does not know the token")
        elif self.polled_at is not None and now - self.polled_at > SILENCE:
            found.append(f"polling is silent {self.poll_trouble}".strip())
        if self.worked_at is not None and now - self.worked_at > NOT_READY_AFTER:
            found.append("workers are silent")
        if any(now - failed < FORGIVEN for failed in self.store_failed.values()):
            found.append("the store does not take updates")
        if self._sends_are_down(now):
            found.append("Telegram cannot be reached")
        return found

    def _sends_are_down(self, now: float) -> bool:
        """Failures over a while, the last of them not long ago."""
        since, last = self.sends_down_since, self.sends_failed_at
        return since is not None and last - since > NOT_READY_AFTER and now - last < FORGIVEN


@dataclass(frozen=True, slots=True)
class Several:
    """The state of a process that serves several bots, by their numbers."""

    bots: Mapping[int, Health]

    def faults(self) -> list[str]:
        """What is the matter with any of them."""
        return [f"bot {n}: {fault}" for n, one in self.bots.items() for fault in one.faults()]
