"""Serves Telegram with a small honest turn: it says what it was asked, and how often so far."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

from bot.app import Content, serve
from bot.intake import worker
from bot.intake.turns import Turns
from bot.kb.knowledge import Knowledge, packaged
from bot.kb.loading import load
from bot.kb.replies import Replies
from bot.reply.send import Sender
from bot.settings import load_settings
from bot.store import store
from bot.store.store import Store
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply, Suggestion

When = Callable[[tuple[Any, ...]], bool]

TEXTS = {"service": {"slow_down": "slow down", "apology": "sorry", "old_button": "old"}}


def _knowledge() -> Knowledge:
    """The packaged one with a few short sentences of ours."""
    kb = load(packaged())
    return replace(kb, replies=Replies(language="en", texts={**kb.replies.texts, **TEXTS}))


KB = _knowledge()


def turn(inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
    if inbound.text == "poison":
        raise ValueError("poisoned")
    if inbound.text == "deadly":
        os._exit(9)
    if inbound.text.startswith("slow"):
        time.sleep(float(inbound.text.split()[1]))
    count = memory.details.get("count", 0) + 1
    after = Memory(details={"count": count}, at=inbound.at)
    asked = inbound.text or inbound.passage or inbound.topic or "nothing"
    text = f"turn {count}\nanswer to {asked}"
    button = Suggestion(label="More", passage="side-effects", start=0, end=1)
    # an answer, for small talk is read together with what stands behind it
    return after, Reply(kind=Kind.ANSWER, text=text, suggestions=(button,))


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die_before(of: type, method: str, when: When = lambda _: True) -> None:
    """Die instead of doing it."""
    real = getattr(of, method)

    async def dying(self: Any, *args: Any) -> Any:
        return _die() if when(args) else await real(self, *args)

    setattr(of, method, dying)


def die_after(of: type, method: str, when: When = lambda _: True) -> None:
    """Do it, and die before anyone hears of it. ``when``: told what it returned."""
    real = getattr(of, method)

    async def dying(self: Any, *args: Any) -> Any:
        done = await real(self, *args)
        return _die() if when((done, *args)) else done

    setattr(of, method, dying)


STAGES: dict[str, Callable[[], None]] = {
    "before it is kept": lambda: die_before(Store, "put"),
    "after it is kept": lambda: die_after(Store, "put"),
    "after it is claimed": lambda: die_after(Store, "step", lambda seen: bool(seen[0][0])),
    "during the turn": lambda: die_before(Turns, "take"),
    "before it is sent": lambda: die_before(Sender, "send"),
    "between send and record": lambda: die_after(Sender, "send"),
    "before it is recorded": lambda: die_before(Store, "step", lambda args: bool(args[0])),
    "after it is recorded": lambda: die_after(Store, "step", lambda seen: bool(seen[1])),
}
"""Where ``DIE`` may kill the process, as ``kill -9`` does."""


def main() -> int:
    """Serve. ``DIE`` names a stage to die at; ``LEASE`` shortens the lease of a claimed row."""
    if stage := os.environ.get("DIE"):
        STAGES[stage]()
    if lease := os.environ.get("LEASE"):
        for module in (store, worker):
            setattr(module, "LEASE", float(lease))  # noqa: B010 - it is a constant to mypy
    return serve(load_settings(), Content(turn, KB))


if __name__ == "__main__":
    sys.exit(main())
