"""Building a turn: knowledge loaded and checked, the matcher trained or taken from its cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.kb.beside import background, joined, to_train
from bot.kb.cache import matcher_for
from bot.kb.encoder import packaged_encoder
from bot.kb.knowledge import Knowledge, packaged
from bot.kb.loading import load
from bot.kb.models import Example
from bot.kb.ngrams import Progress
from bot.settings import Settings, SettingsError
from bot.turn.beside import Beside
from bot.turn.context import Context
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Reply
from bot.turn.turn import TurnFunction, take_turn

MOST = 100  # documents of clinics that one process holds


def build_context(settings: Settings, progress: Progress = lambda _: None) -> Context:
    """What a turn works with. ``progress`` is told the share of a training that is done, 0 to 1.

    Raises:
        KnowledgeError: the knowledge base does not check.
        EncoderError: the encoder's files are damaged.
        SettingsError: the knowledge base has no numbers for ``COUNTRY``.
    """
    kb = load(knowledge_dir(settings), settings.language)
    check_country(kb, settings)
    cache = settings.state_dir / "cache"
    encoder = packaged_encoder()
    return Context(
        kb=kb,
        matcher=matcher_for(kb, cache, encoder, progress),
        encoder=encoder,
        show_notes=settings.show_notes,
        dose_calculator=settings.dose_calculator,
        country=settings.country,
    )


def stand_beside(
    context: Context,
    directory: Path,
    settings: Settings,
    elsewhere: Sequence[Example] | None = None,
) -> Context:
    """The same turn with a clinic's own document beside the base.

    ``elsewhere``: what ``background`` makes of the base, where it is at hand.

    Raises:
        KnowledgeError: the clinic's document does not check.
    """
    own = load(directory, settings.language, context.kb)
    learnt = to_train(own, background(context.kb) if elsewhere is None else elsewhere)
    cache = settings.state_dir / "cache" / "beside"
    matcher = matcher_for(learnt, cache, balanced=True, kept=MOST)
    kb = joined(context.kb, own)
    return replace(context, kb=kb, beside=Beside(kb=own, matcher=matcher))


def check_country(kb: Knowledge, settings: Settings) -> None:
    """See that there are numbers to call where the patients live.

    Raises:
        SettingsError: the knowledge base has none for ``COUNTRY``.
    """
    countries = kb.triage.file.countries
    if settings.country not in (None, *countries):
        known = ", ".join(sorted(countries))
        raise SettingsError(f"COUNTRY: the knowledge base has the numbers of {known}")


def knowledge_dir(settings: Settings) -> Path:
    """The knowledge base that the settings name, or the packaged one."""
    return settings.knowledge_dir or packaged()


def bind(context: Context) -> TurnFunction:
    """A turn that a front end can call."""

    def turn(inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
        return take_turn(inbound, memory, context)

    return turn
