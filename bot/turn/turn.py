"""The whole way of a message, top to bottom. Start reading here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.turn.inbound import Inbound
    from bot.turn.memory import Memory
    from bot.turn.reply import Reply

TurnFunction = Callable[["Inbound", "Memory"], tuple["Memory", "Reply"]]
"""A turn with its knowledge bound: what the terminal and the Telegram workers call."""
