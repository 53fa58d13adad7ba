"""What is said to a person in a talk of several turns."""

from __future__ import annotations

from bot.brain import bind
from bot.converse import converse
from bot.turn.context import Context
from bot.turn.reply import Reply


def last(context: Context, *said: str) -> Reply:
    """The reply to the last of several turns."""
    return converse(said, bind(context))[-1]
