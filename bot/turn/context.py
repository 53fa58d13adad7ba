"""What a turn works with."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kb.encoder import Encoder
from bot.kb.knowledge import Knowledge
from bot.kb.matcher import Matcher
from bot.turn.beside import Beside


@dataclass(frozen=True)
class Context:
    """What a turn works with. The switches and the country are the operator's."""

    kb: Knowledge
    matcher: Matcher
    encoder: Encoder | None = None  # for the second opinion on red flags; the matcher has it too
    show_notes: bool = True
    dose_calculator: bool = True
    country: str | None = None  # two letters: whose emergency numbers are said, if not all
    beside: Beside | None = None  # a clinic's own document; ``kb`` then holds its passages too
