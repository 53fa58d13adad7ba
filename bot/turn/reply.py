"""What one turn says: the ``Reply`` that every front end (terminal, Telegram, JSON lines) shows.

The document's voice is in ``citations``, ours in ``text`` and ``notes``; ``text`` shows each quote
unchanged, so a front end may find a quote in it and set it apart. See DESIGN.md, section 5.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from bot.kb.models import Frozen, Note, Passage, Source, Urgency, Verified


class Kind(StrEnum):
    """What sort of reply it is."""

    ANSWER = "answer"
    DOSE = "dose"
    ALERT = "alert"
    CLARIFY = "clarify"
    NOT_COVERED = "not_covered"
    CHAT = "chat"


class Citation(Frozen):
    """A slice of the source: ``quote == source[start:end]``. Make it with ``of`` only."""

    passage: str
    section: str
    quote: str
    start: int
    end: int
    sha256: str  # of the source document

    @classmethod
    def of(cls, passage: Passage, source: Source) -> Self:
        """Cite a passage."""
        return cls(
            passage=passage.id,
            section=passage.section,
            quote=passage.quote(source),
            start=passage.span.start,
            end=passage.span.end,
            sha256=source.sha256,
        )


class ShownNote(Frozen):
    """A sentence of ours with its authority, as shown. ``row``: the red flag it is a line of."""

    text: str
    authority: str
    section: str
    verified: Verified
    row: str | None = None

    @classmethod
    def of(cls, note: Note) -> Self:
        """Show a note of the knowledge base."""
        return cls(
            text=note.text, authority=note.authority, section=note.section, verified=note.verified
        )


class DoseFigures(Frozen):
    """The document's range for one body weight; mg a day unless the name says otherwise.

    ``position`` tells where a stated daily dose lies: ``within_start``, ``within_average``,
    ``within_maximum`` or ``above_maximum``.
    """

    weight_kg: float
    start_max_mg: float
    average_mg: float
    maximum_mg: float
    daily_mg: float | None = None
    mg_per_kg: float | None = None
    position: str | None = None


class Alert(Frozen):
    """The red flag that was raised; ``also``: the others in the same message, none more urgent.

    ``again``: it was raised before, and nothing new is.
    """

    id: str
    urgency: Urgency
    also: tuple[str, ...] = ()
    again: bool = False


class Suggestion(Frozen):
    """What a button offers. Exactly one of passage, topic and command is set.

    ``command`` is what pressing it says to the next turn, e.g. ``70 kg`` or ``yes [late]``.
    """

    label: str = Field(min_length=1, max_length=64)
    passage: str | None = None
    start: int | None = None
    end: int | None = None
    topic: str | None = None
    command: str | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        targets = [self.passage, self.topic, self.command]
        if sum(t is not None for t in targets) != 1:
            raise ValueError("a suggestion has exactly one of passage, topic and command")
        return self


class Reply(Frozen):
    """One turn's reply.

    ``refused``: why there is no answer, where no topic says it: a label of ``NOT_FOR_US``,
    ``NO_DOSE``, ``LANGUAGE`` or ``EMPTY``. ``course``: the first day of a course whose dates
    are told.
    """

    kind: Kind
    text: str = Field(min_length=1)
    citations: tuple[Citation, ...] = ()
    notes: tuple[ShownNote, ...] = ()
    dose: DoseFigures | None = None
    alert: Alert | None = None
    topic: str | None = None
    refused: str | None = None
    course: dt.date | None = None
    suggestions: tuple[Suggestion, ...] = ()
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)

    @model_validator(mode="after")
    def _two_voices(self) -> Self:
        for cited in self.citations:
            if cited.quote not in self.text:
                raise ValueError("the text must show each quote")
        if self.alert is not None and self.dose is not None:
            raise ValueError("no dose beside a red flag")
        return self
