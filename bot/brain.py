"""Building a turn: knowledge loaded and checked, the matcher trained or taken from its cache."""

from __future__ import annotations

from pathlib import Path

from bot.kb.cache import matcher_for
from bot.kb.encoder import packaged_encoder
from bot.kb.knowledge import load, packaged
from bot.kb.ngrams import Progress
from bot.settings import Settings
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Reply
from bot.turn.turn import Context, TurnFunction, take_turn


def build_context(settings: Settings, progress: Progress = lambda _: None) -> Context:
    """What a turn works with. ``progress`` is told the share of a training that is done, 0 to 1.

    Raises:
        KnowledgeError: the knowledge base does not check.
        EncoderError: the encoder's files are damaged.
    """
    kb = load(knowledge_dir(settings), settings.language)
    cache = settings.state_dir / "cache"
    return Context(
        kb=kb,
        matcher=matcher_for(kb, cache, packaged_encoder("questions"), progress),
        alarms=packaged_encoder("alarms"),
        show_notes=settings.show_notes,
        dose_calculator=settings.dose_calculator,
    )


def knowledge_dir(settings: Settings) -> Path:
    """The knowledge base that the settings name, or the packaged one."""
    return settings.knowledge_dir or packaged()


def bind(context: Context) -> TurnFunction:
    """A turn that a front end can call."""

    def turn(inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
        return take_turn(inbound, memory, context)

    return turn
