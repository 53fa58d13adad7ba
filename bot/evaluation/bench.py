"""Timing whole turns: questions a second, latency, and the process's peak memory."""

from __future__ import annotations

import itertools
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.turn import TurnFunction

WARM_UP = 20


@dataclass(frozen=True)
class Timed:
    """Seconds of each turn, and peak resident memory in MiB."""

    seconds: tuple[float, ...]
    peak_mib: float

    def lines(self) -> list[str]:
        """The figures as text."""
        p50, p99 = np.quantile(self.seconds, (0.5, 0.99)) * 1000
        rate = len(self.seconds) / sum(self.seconds)
        return [
            f"{len(self.seconds)} questions, {rate:.0f} a second in one thread",
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, peak memory {self.peak_mib:.0f} MiB",
        ]


def time_turns(turn: TurnFunction, texts: Sequence[str], count: int) -> Timed:
    """Ask ``count`` questions, going round ``texts``, after a short warm-up."""
    asked = itertools.islice(itertools.cycle(texts), count + WARM_UP)
    seconds = []
    for text in asked:
        begun = time.perf_counter()
        turn(Inbound(text=text), Memory())
        seconds.append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Timed(tuple(seconds[WARM_UP:]), peak)
