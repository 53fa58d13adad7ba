"""What becomes of a row of the inbox, by the fate of its answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from bot.reply.respond import Response
from bot.reply.send import Fate, Sent
from bot.store.rows import Back, Claimed, Closed
from bot.store.store import TROUBLE


class StoreTroubleError(Exception):
    """The store failed in the middle of an answer: no fault of the update's."""


@contextmanager
def of_the_store() -> Iterator[None]:
    """Tell the store's failures from the update's own.

    Raises:
        StoreTroubleError: the store failed.
    """
    try:
        yield
    except TROUBLE as error:
        raise StoreTroubleError from error


def bare(row: Closed | Back) -> Closed | Back:
    """The row without what it would change beside itself."""
    if not isinstance(row, Closed):
        return row
    return replace(row, memory=None, kept=None, counted=(), thread=None, relays=(), shown=None)


def over(
    row: Claimed,
    response: Response,
    sent: Sent,
    outcome: str,
    joined: tuple[int, ...],
    *,
    dead: bool = False,
) -> Closed:
    """The row, over, with all that its answer changes."""
    taken = sent.fate not in (Fate.REFUSED, Fate.BLOCKED)
    chat_id = sent.moved_to or sent.chat_id
    shown = None
    if response.shows is not None and sent.message_id is not None and chat_id is not None:
        shown = (response.shows, chat_id, sent.message_id)
    return Closed(
        row,
        outcome,
        memory=response.remembering(sent.message_id),
        dead=dead,
        kept=response.kept,
        due=response.due,
        counted=response.counted,
        scrub=response.scrub,
        joined=joined,
        thread=response.thread if taken else None,
        relays=response.relays if taken else response.undelivered,
        shown=shown,
    )
