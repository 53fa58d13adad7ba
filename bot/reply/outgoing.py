"""One call of the Bot API, not yet made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Outgoing:
    """``method`` is one of ``telegram.Bot``'s, ``kwargs`` its arguments.

    ``chat_id`` is None for calls that are no message (answers to queries): those are not paced.
    ``essential``: without it the update is not answered; the others may fail without a word.
    """

    method: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    chat_id: int | None = None
    essential: bool = True

    @property
    def repeatable(self) -> bool:
        """Whether made twice it does what it does once."""
        return self.method in ("edit_message_text", "delete_messages")

    def plain(self) -> Outgoing:
        """The same message with nothing in it that Telegram could object to."""
        dropped = (
            "entities",
            "caption_entities",
            "reply_markup",
            "reply_parameters",
            "parse_mode",
        )
        kept = {name: value for name, value in self.kwargs.items() if name not in dropped}
        return Outgoing(self.method, kept, self.chat_id, self.essential)

    def anew(self) -> Outgoing:
        """The edit of a text as a new message."""
        kept = {name: value for name, value in self.kwargs.items() if name != "message_id"}
        return replace(self, method="send_message", kwargs=kept)

    def to(self, chat_id: int) -> Outgoing:
        """The same message to another chat."""
        return self if self.chat_id is None else replace(self.moved(chat_id), chat_id=chat_id)

    def moved(self, chat_id: int) -> Outgoing:
        """The same message to the chat that took its chat's place."""
        kwargs = {**self.kwargs, "chat_id": chat_id}
        return Outgoing(self.method, kwargs, chat_id, self.essential)
