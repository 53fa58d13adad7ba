"""What the encoder tells of a message: row and urgency, of the whole and of each sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.kb.encoder import Encoder
from bot.kb.models import NONE, Urgency
from bot.kb.reading import Reader, sentences
from bot.kb.tfidf import Floats
from bot.kb.triage_rules import TriageRules

_FROM: Mapping[Urgency, frozenset[str]] = {
    urgency: frozenset(other.value for other in Urgency if other.rank >= urgency.rank)
    for urgency in Urgency
}


@dataclass(frozen=True)
class Opinion:
    """Probabilities of each row and of each urgency; both know ``none``."""

    rows: Mapping[str, float]
    urgencies: Mapping[str, float]

    def of_none(self) -> float:
        """The probability of no red flag, by both."""
        return (self.rows[NONE] + self.urgencies[NONE]) / 2

    def at_least(self, urgency: Urgency, rules: TriageRules) -> float:
        """The probability of this urgency or a higher one.

        Both heads have a say: the row knows what it is ("a child swallowed one"), the other how
        bad. Of an emergency the more worried one is believed.
        """
        by_head = sum(share for name, share in self.urgencies.items() if name in _FROM[urgency])
        some = 1 - self.urgencies[NONE]
        by_row = lesser = 0.0
        for name, share in self.rows.items():
            if name == NONE:
                continue
            row = rules.file.rows[name]
            if row.urgency in _FROM[urgency]:
                by_row += share
            elif not row.levels.isdisjoint(_FROM[urgency]):
                lesser += share
        if urgency is Urgency.EMERGENCY:
            return max(by_head, by_row)
        # "gave blood" is graver than "may I": of such a row only the other head tells how bad
        return (by_head + by_row + (lesser * by_head / some if some else 0.0)) / 2


@dataclass(frozen=True)
class Opinions:
    """Of a text, and of each of its sentences where there are several.

    ``complete``: ``whole`` is of all of it, not only of the first pass.
    """

    text: str
    whole: Opinion
    parts: tuple[Opinion, ...]
    complete: bool

    @property
    def pieces(self) -> list[tuple[str, Opinion]]:
        """The sentences, each with what is told of it: none of one sentence, nor past PASSES."""
        return list(zip(sentences(self.text), self.parts, strict=False))


def opinions(text: str, encoder: Encoder, reader: Reader) -> Opinions:
    """What the encoder tells of a text."""
    heard = encoder.hear([reader.read(piece).text for piece in sentences(text)])
    labels = encoder.card.labels
    whole, *parts = (
        Opinion(_named(labels.rows, rows), _named(labels.urgencies, urgencies))
        for rows, urgencies in zip(heard.rows, heard.urgencies, strict=True)
    )
    return Opinions(text, whole, tuple(parts), heard.complete)


def _named(names: Sequence[str], shares: Floats) -> dict[str, float]:
    return {name: float(share) for name, share in zip(names, shares, strict=True)}
