"""Tables of messages with what each is to raise, and those that triage judges otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.kb.models import Urgency
from bot.kb.triage_rules import TriageRules
from bot.turn.triage import triage

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Judged:
    """A message, the urgency wanted (None: a look-alike) and the one that the rules raised."""

    text: str
    wanted: Urgency | None
    raised: Urgency | None
    said: str

    @property
    def missed(self) -> bool:
        """Whether it was raised too low or not at all."""
        return (self.wanted.rank if self.wanted else 0) > (self.raised.rank if self.raised else 0)

    @property
    def over(self) -> bool:
        """Whether a look-alike was raised to ``today`` or above."""
        return not self.wanted and self.raised in {Urgency.TODAY, Urgency.EMERGENCY}


def judged(name: str, rules: TriageRules) -> list[Judged]:
    """Every message of a table of this folder, judged by the rules on its own."""
    groups = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [_judge(text, group.get("alert"), rules) for group in groups for text in group["texts"]]


def share_missed(rows: Sequence[Judged], wanted: Urgency) -> float:
    """Of the messages of an urgency, which share was missed."""
    asked = [row for row in rows if row.wanted == wanted]
    return sum(row.missed for row in asked) / len(asked)


def _judge(text: str, alert: str | None, rules: TriageRules) -> Judged:
    found = triage(text, rules).findings
    raised = max((finding.urgency for finding in found), key=lambda one: one.rank, default=None)
    said = " ".join(f"{finding.id}:{finding.urgency}" for finding in found)
    return Judged(text, Urgency(alert) if alert else None, raised, said)
