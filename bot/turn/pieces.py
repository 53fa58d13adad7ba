"""A red flag told in pieces: "headache", then "and i threw up".

A short message is read once more behind what the talk is of, in words of ours, since none of the
person's are kept: what the gap that was shown is of (``pieces`` in ``triage/after.yaml``), or an
example of the question of ours that was just closed by a no.
"""

from __future__ import annotations

from bot.kb.models import Urgency
from bot.kb.triage_file import Question
from bot.kb.triage_rules import TriageRules
from bot.turn.memory import Memory
from bot.turn.second_question import questions
from bot.turn.triage import Finding, Verdict, triage
from bot.turn.triage_answers import takes_back_no

PIECE = 6  # words of a message that may be a part of what was said before


def told_in_pieces(text: str, memory: Memory, rules: TriageRules) -> Verdict | None:
    """What a message raises as a part of what was said before; None where nothing more."""
    if not text or text.startswith("/") or len(text.split()) > PIECE or questions(text):
        return None
    closed = rules.asked(memory.details.get("closed"))
    if closed is not None and takes_back_no(text, rules):
        return Verdict(findings=(Finding(id=closed.yes, urgency=rules.level(closed)),))
    before = rules.file.pieces.get(memory.topic or "")
    if isinstance(closed, Question):
        before = closed.examples[0] if closed.examples else None
    if before is None:
        return None
    both = triage(f"{before}, {text}", rules, isotretinoin=memory.isotretinoin)
    alone = [triage(one, rules, isotretinoin=memory.isotretinoin) for one in (before, text)]
    least = max(Urgency.TODAY.rank, *(one.rank + 1 for one in alone))
    return both.model_copy(update={"ask": None}) if both.rank >= least else None
