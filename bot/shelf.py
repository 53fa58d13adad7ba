"""Clinics' own documents in memory: read when they change, and never more than ``MOST``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.brain import MOST, bind, stand_beside
from bot.kb.beside import background
from bot.kb.encoder import EncoderError
from bot.kb.knowledge import Knowledge, KnowledgeError
from bot.logs import describe, get_logger
from bot.settings import Settings
from bot.turn.context import Context
from bot.turn.turn import TurnFunction

log = get_logger(__name__)
Held = tuple[TurnFunction, Knowledge]
State = tuple[tuple[str, int, int], ...]  # each file with its time and size


class Shelf:
    """One process's documents of clinics, by folder."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self.context = context
        self._settings = settings
        self._elsewhere = background(context.kb)
        self._held: dict[str, Held] = {}
        self._read: dict[str, State] = {}

    def get(self, folder: str) -> Held | None:
        """A turn with the document in ``folder`` beside the base; None where there is none."""
        return self._held.get(folder)

    def all(self) -> list[Knowledge]:
        """Every knowledge base held, the base in each."""
        return [kb for _, kb in self._held.values()]

    def refresh(self, folders: Iterable[str]) -> None:
        """Read what is new or changed, forget what no clinic names. Blocks.

        A document that does not check is left out, or stays as it was before the change: the
        base answers all the same.
        """
        wanted = list(dict.fromkeys(filter(None, folders)))
        if len(wanted) > MOST:
            log.warning("too_many_own_documents", most=MOST, found=len(wanted))
        self._held = {name: self._held[name] for name in wanted if name in self._held}
        self._read = {name: self._read[name] for name in wanted if name in self._read}
        for folder in wanted[:MOST]:
            self._put(folder)

    def _put(self, folder: str) -> None:
        try:
            state = _state(Path(folder))
            if state == self._read.get(folder):
                return
            self._read[folder] = state
            context = stand_beside(self.context, Path(folder), self._settings, self._elsewhere)
        except (KnowledgeError, EncoderError, OSError) as why:
            if isinstance(why, OSError):  # it may be readable the next time
                self._read.pop(folder, None)
            first = str(why).splitlines()[0]
            log.warning("own_document_does_not_check", folder=folder, first=first)
            return
        except Exception as why:  # noqa: BLE001 - one clinic's folder must not end the bot for all
            log.error("own_document_broke", folder=folder, error=describe(why))  # noqa: TRY400
            return
        self._held = {**self._held, folder: (bind(context), context.kb)}
        log.info("own_document_read", folder=folder, passages=len(context.kb.apart))


def _state(folder: Path) -> State:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    found = ((path, path.stat()) for path in files)
    return tuple((str(path), told.st_mtime_ns, told.st_size) for path, told in found)
