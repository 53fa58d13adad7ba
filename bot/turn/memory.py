"""The memory of a conversation: one small frozen value that goes into a turn and comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import Field

from bot.kb.models import Frozen, Urgency

LASTS = dt.timedelta(minutes=30)
LATEST = 0.65  # of what the talk is of is what was said last
KEPT = 8  # passages and topics that the talk may be of


class Memory(Frozen):
    """What later turns need to know of earlier ones. It holds no text that the person typed.

    ``passage``/``topic``: what was shown last. ``offered``: what was offered or shown since the
    question, so that "not what I asked" never offers it again. ``ranked``: passages and topics,
    best first, as the last question found them. ``likely``: what the talk is of, with shares in
    which what was said last counts most. ``isotretinoin``: the talk is of isotretinoin.
    ``asking``: the question that we asked back (``weight``, ``course`` ...) with its ``details``,
    owned by the part of the turn that asked. ``weight_kg``: the weight told last;
    ``anothers_weight``: it is not the person's own. ``barred``: why no dose is given, each until
    it is taken back (``dose_barred``); ``hers``: the same for another person of whom was spoken,
    while the dose is asked for her; ``unanswered``: what a question of the triage left open, so
    that no figure is given. ``doubts``: why the next weight may not be a grown person's on
    isotretinoin (``dose_doubt``). ``about``: the red flags that the last message only asked about,
    for "i have it" in the next. ``raised``: the red flags of the alerts so far, each with its
    urgency, until they are for nothing. ``signs``: concepts of red flags that were said since a
    question was last answered, for a red flag told in pieces.
    """

    passage: str | None = None
    topic: str | None = None
    offered: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()
    likely: Mapping[str, float] = Field(default_factory=dict)
    isotretinoin: bool = False
    asking: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    weight_kg: Decimal | None = None
    anothers_weight: bool = False
    barred: tuple[str, ...] = ()
    hers: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    raised: Mapping[str, Urgency] = Field(default_factory=dict)
    signs: tuple[str, ...] = ()
    at: dt.datetime | None = None

    @property
    def own_kg(self) -> Decimal | None:
        """The person's own weight, where it was told."""
        return None if self.anothers_weight else self.weight_kg

    def spoke_of(self, heard: Mapping[str, float]) -> Memory:
        """After a message that is of these, each with its share."""
        before = 1 - LATEST if self.likely else 0.0
        shares = {
            name: before * self.likely.get(name, 0.0) + (1 - before) * heard.get(name, 0.0)
            for name in {**self.likely, **heard}
        }
        best = sorted(shares, key=lambda name: -shares[name])[:KEPT]
        return self.model_copy(update={"likely": {name: round(shares[name], 3) for name in best}})

    def fresh(self, now: dt.datetime) -> Memory:
        """This memory, or an empty one where it is older than ``LASTS``."""
        return Memory() if self.at is not None and now - self.at > LASTS else self
