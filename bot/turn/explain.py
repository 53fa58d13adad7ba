"""Why a message is matched or refused: for a curator who wants to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.kb.matcher import Neighbour
from bot.turn.context import Context
from bot.turn.decide import Found
from bot.turn.found import searched
from bot.turn.inbound import Inbound, clean
from bot.turn.memory import Memory
from bot.turn.reply import Kind, Reply
from bot.turn.turn import take_turn

LABELS = 6  # shown, most probable first


@dataclass(frozen=True, slots=True)
class Explained:
    """The reply that a person would get, and what the search for it came to."""

    reply: Reply
    found: Found
    neighbours: tuple[Neighbour, ...]

    @property
    def first(self) -> str:
        """What goes before the search, in words; "" where the search decided."""
        if self.reply.alert is not None:
            return f"red flag {self.reply.alert.id} ({self.reply.alert.urgency}) goes first"
        if self.reply.kind is Kind.DOSE:
            return "the calculator answers"
        return ""

    @property
    def labels(self) -> Sequence[tuple[str, float]]:
        """The labels that it is most like, with their probabilities."""
        return self.found.match.pairs()[:LABELS]


def explain(text: str, context: Context) -> Explained | None:
    """Take a turn with a message that nothing was said before, and keep what led to its reply.

    None where no word is left of it that could be looked up.
    """
    asked = clean(text)
    if not asked:
        return None
    _, reply = take_turn(Inbound(text=text), Memory(), context)
    near = context.matcher.neighbours(asked)
    if context.beside is not None:
        near = [*context.beside.matcher.neighbours(asked), *near]
    near = sorted(near, key=lambda one: -one.score)[:LABELS]
    return Explained(reply, searched(asked, Memory(), context), tuple(near))
