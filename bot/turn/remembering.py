"""A turn that looks up what was asked before instead of finding it again."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING

from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Reply

if TYPE_CHECKING:
    from bot.turn.turn import TurnFunction


class Remembering:
    """The same turn. ``size``: how many answers are remembered, the oldest forgotten first.

    A turn is pure, so the same words with nothing remembered of the talk have the same answer all
    day. People ask the same things: a look-up takes microseconds, a search milliseconds. What was
    typed is kept as a digest only, under a key that lives as long as the process.
    """

    def __init__(self, turn: TurnFunction, size: int = 2000) -> None:
        self._turn = turn
        self._size = size
        self._key = secrets.token_bytes(16)
        self._known: OrderedDict[bytes, tuple[Memory, Reply]] = OrderedDict()

    def __call__(self, inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
        """Take the turn, or recall it."""
        if memory.fresh(inbound.at).model_copy(update={"at": None}) != Memory():
            return self._turn(inbound, memory)
        digest = self._digest(inbound)
        found = self._known.get(digest)
        if found is None:
            found = self._turn(inbound, memory)
            self._known[digest] = found
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        after, reply = found
        return after.model_copy(update={"at": inbound.at}), reply

    def knows(self, inbound: Inbound) -> bool:
        """Whether these words, with nothing remembered of the talk, need no search."""
        return self._digest(inbound) in self._known

    def _digest(self, inbound: Inbound) -> bytes:
        day = inbound.at.replace(hour=0, minute=0, second=0, microsecond=0)
        same = inbound.model_copy(update={"at": day})
        return hashlib.blake2b(same.model_dump_json().encode(), key=self._key).digest()
