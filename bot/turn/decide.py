"""Deciding what a message comes to: from the matcher's probabilities to one of five outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bot.kb.knowledge import CHAT, NOT_FOR_US, Knowledge
from bot.kb.matcher import Match

# Chosen with messages, posts, clean and the real messages in view (docs/matching.md).
ANSWER_FROM = 0.45  # probability from which a passage is given as the answer
UNNAMED_FROM = 0.55  # the same where neither the message nor the talk so far is of isotretinoin
AHEAD = 0.2  # of any gap and of skin care: a passage that leads by less may not answer at all
OPEN_FROM = 0.55  # of all passages together: the document answers, but which part is open
GAP_FROM = 0.15  # probability from which a gap is named
CALIBRATION = (
    (0.0, 0.0),
    (0.45, 0.65),
    (0.6, 0.78),
    (0.7, 0.84),
    (0.8, 0.94),
    (0.88, 0.99),
    (1.0, 1.0),
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
    ``guessed``: not where the message is known word for word. ``also``: what else was clearly
    asked, to be offered first.
    """

    outcome: Outcome
    names: tuple[str, ...]
    nearest: tuple[str, ...]
    confidence: float
    why: str
    match: Match
    guessed: bool = True
    also: tuple[str, ...] = ()


def decide(match: Match, kb: Knowledge, *, talk: bool = False) -> Found:
    """From probabilities to an outcome. ``talk``: the talk so far is of isotretinoin."""
    passages = match.best(kb.passages)
    (first, p_first), (second, _) = passages[:2]
    topic, p_topic = match.best(kb.topics)[0] if kb.topics else ("", 0.0)
    near = tuple(name for name, _ in passages[:3])
    best, p_best = match.pairs()[0]

    def found(outcome: Outcome, names: Sequence[str], confidence: float, why: str) -> Found:
        return Found(outcome, tuple(names), near, round(confidence, 3), why, match)

    if best.startswith(CHAT):
        return found(Outcome.CHAT, [best], p_best, "small talk")
    # it is no small talk, so that the share of small talk says nothing
    left = 1 - match.among([name for name in match.labels if name.startswith(CHAT)])
    enough = left * (ANSWER_FROM if match.drug or talk else UNNAMED_FROM)
    rival = max(p_topic, elsewhere(match))
    if p_first >= enough and p_first >= rival + AHEAD:
        return found(Outcome.ANSWER, [first], calibrated(p_first), f"{first} is clearly ahead")
    if best in NOT_FOR_US and not (match.drug and p_topic >= GAP_FROM):
        if p_topic >= GAP_FROM:  # it is what somebody on isotretinoin would mean
            near = (topic, first, second)
        return found(Outcome.REFUSE, [best], p_best, "not about isotretinoin treatment")
    if (open_ := match.among(kb.passages)) >= OPEN_FROM:
        close = second
        if p_topic >= GAP_FROM:  # it may be the gap that is meant
            near, close = (first, topic, second), f"the gap {topic}"
        return found(Outcome.CLARIFY, near, open_, f"{first} and {close} are too close")
    if p_topic >= GAP_FROM:
        others = [name for name, share in match.best(kb.topics)[1:2] if share >= GAP_FROM]
        near = (*others, *near)  # the second gap may be the one that is meant
        return found(Outcome.GAP, [topic], p_topic, f"the gap {topic} is ahead of any passage")
    return found(Outcome.CLARIFY, near, p_first, "nothing is clear")


def elsewhere(match: Match) -> float:
    """The probability of skin care, or of anything else, whichever is likelier."""
    return max((share for _, share in match.best(NOT_FOR_US)), default=0.0)


def calibrated(probability: float) -> float:
    """How often an answer given at this probability of the matcher is right (calibrated)."""
    at = [p for p, _ in CALIBRATION]
    right = [share for _, share in CALIBRATION]
    return float(np.interp(probability, at, right))
