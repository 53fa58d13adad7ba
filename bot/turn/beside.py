"""Finding what a clinic's own document answers, in a chat that is bound to the clinic.

The clinic's passage is said first. What the base answers is said as well, with its notes: a
clinic's document can add to it and never hide it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.kb.knowledge import Knowledge
from bot.kb.matcher import Match, Matcher
from bot.turn.decide import Found, Outcome
from bot.turn.second_question import questions

GAP_FROM = 0.5  # probability from which a gap of the base, with its notes, is said all the same
ANSWER_FROM = 0.6  # no message of the base's was taken from here on (docs/matching.md)
OFFER_FROM = 0.08  # probability from which a clinic's passage is offered as a button
_OPEN = (Outcome.REFUSE, Outcome.CLARIFY)
_OFF = (Outcome.REFUSE, Outcome.CHAT)  # what is near in the base has nothing to do with it


@dataclass(frozen=True)
class Beside:
    """A clinic's document: its own passages and gaps, and the matcher that tells them apart."""

    kb: Knowledge
    matcher: Matcher


def theirs_first(text: str, base: Found, kb: Knowledge, beside: Beside) -> Found:
    """What a message comes to, where the clinic's document may answer before the base does.

    ``kb``: both together, as ``bot.kb.beside.joined`` makes them.
    """
    if not base.guessed:  # small talk; where it is only guessed, the clinic may know better
        return base
    match = _heard(text, beside)
    passages, topics = match.best(beside.kb.passages), match.best(beside.kb.topics)
    offered = [name for name, share in passages[:2] if share >= OFFER_FROM]
    near = tuple(dict.fromkeys((*offered, *base.nearest)))
    first, sure = passages[0]
    gap = base.outcome is Outcome.GAP
    noted = gap and bool(kb.topics[base.names[0]].notes)
    known_gap = noted and base.confidence >= GAP_FROM
    if sure >= ANSWER_FROM and not known_gap:
        also = base.names if base.outcome is Outcome.ANSWER else ()
        return replace(
            base,
            outcome=Outcome.ANSWER,
            names=(first, *also),
            nearest=near if base.outcome not in _OFF else tuple(offered),
            confidence=round(sure, 3),
            why=f"{first} of the clinic's document is clearly ahead; without it: {base.why}",
        )
    open_ = base.outcome in (*_OPEN, Outcome.CHAT) or (gap and not noted)
    if open_ and topics and topics[0][1] >= ANSWER_FROM:
        topic, share = topics[0]
        why = f"the gap {topic} of the clinic's document is clearly ahead"
        return replace(
            base, outcome=Outcome.GAP, names=(topic,), nearest=near, confidence=share, why=why
        )
    if base.outcome in _OPEN and offered:
        why = f"the clinic's document may answer with {', '.join(offered)}"
        return replace(base, outcome=Outcome.CLARIFY, nearest=near, confidence=sure, why=why)
    return replace(base, nearest=near)


def _heard(text: str, beside: Beside) -> Match:
    """What is the clinic's in a message: in all of it, or in the question that is most so."""
    asked = questions(text)
    alone = asked if len(asked) > 1 else []
    heard = [beside.matcher.match(one) for one in (text, *alone)]
    return max(heard, key=lambda match: match.best(beside.kb.passages)[0][1])
