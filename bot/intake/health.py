"""What the process knows of its own state; ``/ready`` and ``bot status`` show it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

SILENCE = 45.0  # seconds without a finished poll; a poll itself lasts up to 25
TROUBLE = 20.0  # seconds of trouble before the process calls itself not ready


@dataclass(slots=True)
class Health:
    """Moments on the monotonic clock. A None in ``..._since`` means no trouble."""

    polled_at: float | None = None  # None: this process does not poll
    worked_at: float = field(default_factory=time.monotonic)
    store_down_since: float | None = None
    sends_down_since: float | None = None
    stopping: bool = False

    def store_works(self, *, works: bool) -> None:
        """Note whether the store took the last transaction."""
        if works:
            self.store_down_since = None
        elif self.store_down_since is None:
            self.store_down_since = time.monotonic()

    def sends_work(self, *, works: bool) -> None:
        """Note whether Telegram could be reached with the last answer."""
        if works:
            self.sends_down_since = None
        elif self.sends_down_since is None:
            self.sends_down_since = time.monotonic()

    def faults(self) -> list[str]:
        """Why updates cannot be taken, handled and sent; empty when they can."""
        now = time.monotonic()
        found = []
        if self.stopping:
            found.append("stopping")
        if self.polled_at is not None and now - self.polled_at > SILENCE:
            found.append("polling is silent")
        if now - self.worked_at > TROUBLE:
            found.append("workers are silent")
        if self.store_down_since is not None:
            found.append("the store does not take updates")
        if self.sends_down_since is not None and now - self.sends_down_since > TROUBLE:
            found.append("Telegram cannot be reached")
        return found
