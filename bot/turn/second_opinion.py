"""A learned second opinion on red flags: it can raise what the rules missed, never lower it.

A small encoder trained on ``knowledge/alarms`` tells how likely a message is each row's.
"""

from __future__ import annotations

from bot.kb.encoder import Encoder
from bot.kb.reading import Reader
from bot.kb.triage_rules import TriageRules
from bot.turn.reply import Urgency
from bot.turn.triage import Finding, Verdict

NONE = "none"  # the label of a message that raises nothing
RAISE_FROM = 0.6  # probability of any red flag from which the likeliest row is raised
SURE_FROM = 0.8  # the same where the rules read the message as a question for information


def raise_further(
    verdict: Verdict, text: str, rules: TriageRules, alarms: Encoder, reader: Reader
) -> Verdict:
    """The rules' verdict, with the learned row first where it is more urgent than theirs."""
    shares = dict(
        zip(alarms.labels, alarms.probabilities([reader.read(text).text])[0], strict=True)
    )
    needed = SURE_FROM if verdict.informed or verdict.ask else RAISE_FROM
    if 1 - float(shares[NONE]) < needed:
        return verdict
    row = max((name for name in shares if name != NONE), key=lambda name: float(shares[name]))
    found = Finding(id=row, urgency=Urgency(rules.file.rows[row].urgency))
    top = max((finding.urgency.rank for finding in verdict.findings), default=0)
    if found.urgency.rank <= top:
        return verdict
    others = tuple(finding for finding in verdict.findings if finding.id != row)
    return verdict.model_copy(update={"findings": (found, *others), "ask": None})
