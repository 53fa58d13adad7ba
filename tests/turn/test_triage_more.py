"""Triage on messages that were first measured unseen and are now held."""

from __future__ import annotations

from bot.kb.knowledge import packaged
from bot.kb.triage_rules import load_triage
from tests.turn.judged import judged


def test_messages_once_missed_stay_found_and_lookalikes_stay_calm() -> None:
    rows = judged("triage_more.yaml", load_triage(packaged() / "triage"))
    assert [row for row in rows if row.missed or row.over] == []
