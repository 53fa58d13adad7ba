"""The shapes of everything in ``knowledge/``: frozen, and closed to unknown keys.

Offsets are characters (Python ``str`` indices) of the decoded source, never bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Title = Annotated[str, Field(min_length=1, max_length=64)]  # it is a button's label
LONGEST_QUESTION = 2000  # characters
NONE = "none"  # the label of a message that raises no red flag
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Frozen(BaseModel):
    """The base of all our values: immutable, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __deepcopy__(self, _: Any = None) -> Self:
        """Itself: nothing of it changes. Pydantic copies a default so each time it is used."""
        return self

    def only_has(self, *names: str) -> bool:
        """Whether every other field is as it is by default."""
        fields = type(self).model_fields
        return all(
            getattr(self, name) == field.get_default(call_default_factory=True)
            for name, field in fields.items()
            if name not in names
        )


def must_compile(model: Frozen, names: Iterable[str]) -> None:
    """Check the fields of these names, which hold regular expressions.

    Raises:
        ValueError: one does not compile; with its field and why.
    """
    for name in names:
        for entry in getattr(model, name):
            try:
                re.compile(entry)
            except re.error as why:
                raise ValueError(f"{name}: {entry!r}: {why}") from why


class Urgency(StrEnum):
    """How soon a professional must hear of it."""

    EMERGENCY = "emergency"
    TODAY = "today"
    NEXT_VISIT = "next_visit"

    @property
    def rank(self) -> int:
        """3 for an emergency, 2 for today, 1 for the next visit."""
        return {"emergency": 3, "today": 2, "next_visit": 1}[self.value]


class Review(Frozen):
    """Who signed what stands beside it, and when; both empty until a clinician has."""

    by: str | None = None
    on: dt.date | None = None

    @property
    def signed(self) -> bool:
        """Whether a name stands in it."""
        return bool(self.by and self.by.strip())


class Verified(StrEnum):
    """How far the authority behind a note was read (``docs/safety.md`` explains)."""

    OFFICIAL = "official"  # on the official page or record
    COPY = "copy"  # label or official text, read on a third-party copy
    SECONDARY = "secondary"  # a summary, news item or drug-information site only


class NoteVerdict(StrEnum):
    """What authorities say of the document's claim that a note stands beside."""

    AGREES = "agrees"
    NARROWER = "narrower"
    BROADER = "broader"
    OUTDATED = "outdated"
    CONTRADICTED = "contradicted"


class Note(Frozen):
    """A sentence or two of our own, with the authority it rests on.

    ``verdict`` is set where the note corrects or completes a claim of the document;
    a *contradicted* claim is never shown without its note. ``more`` is the full comparison.
    """

    text: str = Field(min_length=1, max_length=400)
    authority: str = Field(min_length=1)
    section: str = ""
    verified: Verified
    verdict: NoteVerdict | None = None
    more: str = ""
    review: Review = Review()


class Span(Frozen):
    """A half-open range of characters of the source."""

    start: int = Field(ge=0)
    end: int = Field(gt=0)


class Origin(Frozen):
    """Where the source document came from."""

    title: str
    file: str
    sha256: Sha256
    received: dt.date
    origin: str = ""


class Source(Frozen):
    """The document as received."""

    origin: Origin
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes."""
        return self.origin.sha256


class Passage(Frozen):
    """A piece of the source that answers a question by itself."""

    id: Id
    title: Title
    section: str
    span: Span
    sha256: Sha256  # of the passage's own characters, UTF-8
    notes: tuple[Note, ...] = ()
    review: Review = Review()

    def quote(self, source: Source) -> str:
        """The passage word for word."""
        return source.text[self.span.start : self.span.end]


class Topic(Frozen):
    """A gap: what people ask and the document leaves open.

    ``gap`` completes "The document does not cover ..."; ``nearest`` are the passages to offer.
    ``risky``: whether somebody could take the document's silence for "it is safe".
    """

    id: Id
    title: Title
    gap: str
    risky: bool = True
    nearest: tuple[Id, ...] = ()
    notes: tuple[Note, ...] = ()
    review: Review = Review()


class Example(Frozen):
    """A question as a person might ask it. ``labels``: what answers it, best first."""

    text: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    labels: tuple[Id, ...] = Field(min_length=1)
    voice: str


class QuestionFile(Frozen):
    """``questions/<lang>/<label>.yaml``: examples by the voice that wrote them.

    An entry is a text, or a mapping with ``also``: other labels that fit nearly as well.
    """

    class Shared(Frozen):
        """A text that more than one label answers."""

        text: str
        also: tuple[Id, ...]

    voices: Mapping[str, tuple[str | Shared, ...]]


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
