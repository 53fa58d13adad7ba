"""A learned second opinion on red flags: it raises what the rules missed, and never silences them.

A small encoder trained on ``knowledge/alarms`` tells how likely a message is each row's. Where
the rules raise a row and it is sure that there is none, the row's words are said all the same,
under a question whether it is so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.kb.encoder import Encoder
from bot.kb.reading import Reader
from bot.kb.triage_rules import DOUBT, TriageRules
from bot.turn.reply import Urgency
from bot.turn.search import sentences
from bot.turn.triage import Finding, Verdict

CHILD = "RF24"  # the row on children under the age limit
NONE = "none"  # the label of a message that raises nothing
EMERGENCY_FROM = 0.35  # probability of all emergency rows together from which one is raised
TODAY_FROM = 0.6  # probability of any red flag from which the likeliest row is raised
NEXT_VISIT_FROM = 0.3  # the same, where the likeliest row is for the next visit
# ... and the likeliest row itself must be this likely: where all are vague, nothing is told.
LEADS_FROM = {Urgency.EMERGENCY: 0.25, Urgency.TODAY: 0.4, Urgency.NEXT_VISIT: 0.0}
SENTENCE_EMERGENCY_FROM, SENTENCE_FROM = 0.9, 0.95  # the same for one sentence of several
DOUBT_FROM = 0.85  # probability of no red flag from which the rules' finding becomes a question
# Pregnancy, thoughts of suicide, a child that took some: said in passing they count all the same.
NEVER_DOUBTED = frozenset({"RF01", "RF04", "RF12"})


def second_opinion(
    verdict: Verdict,
    text: str,
    rules: TriageRules,
    alarms: Encoder,
    reader: Reader,
    *,
    grown: bool = False,
) -> Verdict:
    """The rules' verdict with the learned row first where it is more urgent, or in doubt.

    ``grown``: only ages from 12 on are named, so that the learned row on children says nothing.
    """
    if verdict.ask:
        return verdict  # our question shows what to do if so, and an unclear reply counts as yes
    opinion = _Opinion(alarms, reader, rules, silent=CHILD if grown else None)
    whole = opinion.shares(text)
    # Where the rules read a question for information, an emergency must be as likely as the rest.
    emergency_from = TODAY_FROM if verdict.informed else EMERGENCY_FROM
    found = opinion.finding(whole, emergency_from, TODAY_FROM, NEXT_VISIT_FROM)
    if found is None and not verdict.informed:
        found = opinion.of_sentences(text)
    if found is not None:
        return _raised(verdict, found)
    if not verdict.findings or any(f.id in NEVER_DOUBTED for f in verdict.findings):
        return verdict
    first = verdict.findings[0]
    if first.urgency is Urgency.NEXT_VISIT or whole[NONE] < DOUBT_FROM:
        return verdict
    asked = f"{DOUBT} {first.id} {first.urgency}"
    return verdict.model_copy(update={"findings": (), "ask": asked})


class _Opinion:
    """The encoder's probabilities of each row, and the finding that they amount to."""

    def __init__(
        self, alarms: Encoder, reader: Reader, rules: TriageRules, silent: str | None
    ) -> None:
        self._alarms, self._reader, self._silent = alarms, reader, silent
        held = rules.file.rows
        self._urgency = {
            n: Urgency(held[n].urgency) for n in alarms.labels if n in held and n != silent
        }
        self._emergencies = [n for n, u in self._urgency.items() if u is Urgency.EMERGENCY]

    def shares(self, text: str) -> Mapping[str, float]:
        told = self._alarms.probabilities([self._reader.read(text).text])[0]
        shares = {name: float(p) for name, p in zip(self._alarms.labels, told, strict=True)}
        if self._silent is not None:
            shares[NONE] += shares.pop(self._silent, 0.0)
        return shares

    def finding(
        self, shares: Mapping[str, float], emergency: float, today: float, next_visit: float
    ) -> Finding | None:
        """The row from these probabilities on."""
        best = self._likeliest(shares, self._emergencies)
        if sum(shares[name] for name in self._emergencies) >= emergency and _leads(best, shares):
            return best
        best = self._likeliest(shares, self._urgency)
        needed = next_visit if best.urgency is Urgency.NEXT_VISIT else today
        return best if 1 - shares[NONE] >= needed and _leads(best, shares) else None

    def of_sentences(self, text: str) -> Finding | None:
        """The most urgent of what single sentences clearly tell, among others or not."""
        parts = sentences(text)
        if len(parts) < 2:  # noqa: PLR2004 - one sentence is the whole message
            return None
        limits = (SENTENCE_EMERGENCY_FROM, SENTENCE_FROM, SENTENCE_FROM)
        found = [self.finding(self.shares(part), *limits) for part in parts]
        return max(filter(None, found), key=lambda one: one.urgency.rank, default=None)

    def _likeliest(self, shares: Mapping[str, float], rows: Iterable[str]) -> Finding:
        row = max(rows, key=shares.__getitem__)
        return Finding(id=row, urgency=self._urgency[row])


def _leads(found: Finding, shares: Mapping[str, float]) -> bool:
    """Whether the likeliest row is likely enough by itself."""
    return shares[found.id] >= LEADS_FROM[found.urgency]


def _raised(verdict: Verdict, learned: Finding) -> Verdict:
    if learned.urgency.rank <= max((f.urgency.rank for f in verdict.findings), default=0):
        return verdict
    others = tuple(finding for finding in verdict.findings if finding.id != learned.id)
    return verdict.model_copy(update={"findings": (learned, *others)})
