"""What was said to words that were asked before: looked up instead of found again."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.reply.update import Done

if TYPE_CHECKING:
    from bot.reply.desk import Response


class Remembered:
    """Responses (before they are counted) to plain words by people of whom nothing was kept.

    An answer is pure, so the same words with nothing remembered have the same one all day. People
    ask the same things: a look-up takes microseconds, a search milliseconds. What was typed is
    kept as a digest only, under a key that dies with the process. ``size``: how many are held.
    """

    def __init__(self, size: int = 4000) -> None:
        self._size = size
        self._key = secrets.token_bytes(16)
        self._known: OrderedDict[bytes, Response] = OrderedDict()

    def put(self, done: Done, at: dt.datetime, response: Response) -> None:
        """Remember what was said; the oldest is forgotten first."""
        self._known[self._digest(done, at)] = response
        while len(self._known) > self._size:
            self._known.popitem(last=False)

    def get(self, done: Done, at: dt.datetime, chat_id: int) -> Response | None:
        """The same for this chat and its message; None where these words are not known."""
        found = self._known.get(self._digest(done, at))
        if found is None:
            return None
        talk = found.talk
        if talk is not None:
            talk = talk.model_copy(update={"memory": talk.memory.model_copy(update={"at": at})})
        return replace(
            found,
            calls=tuple(call.to(chat_id) for call in found.calls),
            talk=talk,
            answers=None if found.answers is None else done.message_id,
        )

    def _digest(self, done: Done, at: dt.datetime) -> bytes:
        """Of all that a response depends on."""
        said = f"{at.date()} {done.text}"
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), key=self._key).digest()
