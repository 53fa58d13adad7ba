"""How well triage does on labelled messages. Pure: rows in, figures out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bot.kb.models import Frozen
from bot.kb.triage_rules import Level, TriageRules
from bot.turn.reply import Urgency
from bot.turn.triage import triage


class TriageRow(Frozen):
    """A message and what it should raise. ``alert`` is ``None`` for a look-alike.

    ``row``: the red flag meant, where known. ``why``: the kind of look-alike.
    """

    text: str
    alert: Level | None = None
    row: str | None = None
    why: str | None = None


class Recall(Frozen):
    """Of ``n`` messages, ``right`` were raised at their urgency or above."""

    n: int
    right: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where there was none."""
        return self.right / self.n if self.n else 1.0


class TriageFigures(Frozen):
    """Recall by urgency and by row, look-alikes raised to ``today`` or above, and the misses.

    ``missed``: raised at a lower urgency or not at all, with what was raised instead.
    ``over``: look-alikes that were raised, with the row.
    """

    by_urgency: dict[Level, Recall]
    by_row: dict[str, Recall]
    calm: int
    over_escalated: int
    asked_back: int  # look-alikes and alerts alike
    missed: tuple[tuple[TriageRow, str], ...]
    over: tuple[tuple[TriageRow, str], ...]

    @property
    def over_share(self) -> float:
        """Share of look-alikes that were raised to ``today`` or above."""
        return self.over_escalated / self.calm if self.calm else 0.0


def measure(rows: Iterable[TriageRow], rules: TriageRules) -> TriageFigures:
    """Judge every message on its own."""
    urgencies: dict[Level, list[bool]] = defaultdict(list)
    flags: dict[str, list[bool]] = defaultdict(list)
    missed: list[tuple[TriageRow, str]] = []
    over: list[tuple[TriageRow, str]] = []
    calm = asked = 0
    for row in rows:
        verdict = triage(row.text, rules)
        rank = max((finding.urgency.rank for finding in verdict.findings), default=0)
        said = " ".join(f"{f.id}:{f.urgency}" for f in verdict.findings)
        if verdict.ask:
            asked += 1
            said = f"{said} asks {verdict.ask}".strip()
        if row.alert is None:
            calm += 1
            if rank >= Urgency.TODAY.rank:
                over.append((row, said))
            continue
        right = rank >= Urgency(row.alert).rank
        urgencies[row.alert].append(right)
        flags[row.row or "?"].append(right)
        if not right:
            missed.append((row, said or "nothing"))
    return TriageFigures(
        by_urgency={level: Recall(n=len(a), right=sum(a)) for level, a in urgencies.items()},
        by_row={row: Recall(n=len(a), right=sum(a)) for row, a in sorted(flags.items())},
        calm=calm,
        over_escalated=len(over),
        asked_back=asked,
        missed=tuple(missed),
        over=tuple(over),
    )
