"""Triage on messages that were first measured unseen and are now held."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.evaluation.triage import TriageRow, measure
from bot.kb.knowledge import packaged
from bot.kb.triage_rules import load_triage

TABLE = Path(__file__).parent / "triage_more.yaml"


def test_messages_once_missed_stay_found_and_lookalikes_stay_calm() -> None:
    groups = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    rows = [
        TriageRow(text=text, alert=group.get("alert"), why=group.get("why"))
        for group in groups
        for text in group["texts"]
    ]
    figures = measure(rows, load_triage(packaged() / "triage"))
    assert [(row.text, said) for row, said in figures.missed] == []
    assert [(row.text, said) for row, said in figures.over] == []
