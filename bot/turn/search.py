"""Finding what answers a message, and deciding whether the document answers it at all.

Ranking is the matcher's; this file reads a message in sentences, takes the talk so far into
account, and turns probabilities into one of five outcomes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.kb.knowledge import CHAT, NOT_FOR_US, SKIN_CARE, UNRELATED, Knowledge
from bot.kb.matcher import Match, Matcher
from bot.turn.memory import Memory

ANSWER_FROM = 0.5  # confidence from which a passage is given as the answer
CLARIFY_FROM = 0.25  # and from which we ask which one is meant
LONG = 14  # words; a longer message is read sentence by sentence as well
SHORT = 7  # words; a shorter one may lean on the talk so far
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_LEANS = re.compile(
    r"^(?:and|but|or|so|also|then|what about|how about|what if|why|after|before|is it|is that|"
    r"does it|for how long|how long|how often|more|else|ok)\b|\b(?:that|it|this|then|those)\b",
    re.IGNORECASE,
)


class Outcome(StrEnum):
    """What a search comes to."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    GAP = "gap"
    REFUSE = "refuse"
    CHAT = "chat"


@dataclass(frozen=True)
class Found:
    """The outcome of a search.

    ``names``: passages (ANSWER, best first), one topic (GAP), one label (CHAT, REFUSE).
    ``nearest``: passages and topics to offer. ``why`` says it in words, for ``--explain``.
    """

    outcome: Outcome
    names: tuple[str, ...]
    nearest: tuple[str, ...]
    confidence: float
    why: str
    match: Match


def search(text: str, memory: Memory, kb: Knowledge, matcher: Matcher) -> Found:
    """Find what answers ``text`` (already cleaned), in a talk that ``memory`` knows."""
    match = _matched(text, memory, kb, matcher)
    return decide(match, kb, talk=match.drug or memory.isotretinoin)


def decide(match: Match, kb: Knowledge, *, talk: bool) -> Found:
    """From probabilities to an outcome. ``talk``: isotretinoin is named or talked of."""
    passages = match.best(kb.passages)
    topics = match.best(kb.topics)
    (first, p_first), (second, p_second) = passages[0], passages[1]
    answerable = match.among(kb.passages)
    near = tuple(name for name, _ in passages[:3])

    def found(outcome: Outcome, names: Sequence[str], confidence: float, why: str) -> Found:
        return Found(outcome, tuple(names), near, round(confidence, 3), why, match)

    best, p_best = match.pairs()[0]
    if best.startswith(CHAT):
        return found(Outcome.CHAT, [best], p_best, "small talk")
    if p_first >= ANSWER_FROM:
        return found(Outcome.ANSWER, [first], p_first, "a passage is clearly ahead")
    if best in NOT_FOR_US:
        return found(Outcome.REFUSE, [best], p_best, "not about isotretinoin treatment")
    if answerable >= ANSWER_FROM and p_first >= CLARIFY_FROM:
        return found(Outcome.CLARIFY, near, answerable, f"{first} and {second} are close")
    if topics and topics[0][1] >= CLARIFY_FROM:
        return found(Outcome.GAP, [topics[0][0]], topics[0][1], "a gap is ahead of any passage")
    return found(Outcome.CLARIFY, near, p_first + p_second, "nothing is clear")


def _matched(text: str, memory: Memory, kb: Knowledge, matcher: Matcher) -> Match:
    """The message's match: whole, by sentence where it is long, leaning where it is short."""
    words = len(text.split())
    if words > LONG:
        return _pooled(matcher.match([text, *sentences(text)]))
    if words <= SHORT and memory.passage in kb.passages and _LEANS.search(text):
        context = kb.passages[memory.passage].title
        return _pooled(matcher.match([text, f"{context}: {text}"]))
    return matcher.match([text])[0]


def _pooled(matches: Sequence[Match]) -> Match:
    """Half the whole message's probabilities, half the mean of its parts'."""
    whole, *parts = matches
    if not parts:
        return whole
    mean = np.mean([part.probabilities for part in parts], axis=0)
    mixed = 0.5 * whole.probabilities + 0.5 * mean
    return Match(whole.labels, mixed, whole.drug or any(part.drug for part in parts))


def sentences(text: str) -> list[str]:
    """A message's sentences of two words and more, at most twelve."""
    found = [piece.strip() for piece in _SENTENCE.findall(text)]
    return [piece for piece in found if len(piece.split()) > 1][:12]
