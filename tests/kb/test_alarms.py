"""The messages that the encoder learns red flags from: checked, and each with its urgency."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.kb.alarms import Alarm, load_alarms
from bot.kb.knowledge import KnowledgeError, packaged
from bot.kb.loading import load

RULES = load(packaged()).triage


def written(folder: Path, text: str) -> Path:
    (folder / "alarms").mkdir()
    (folder / "alarms" / "en.yaml").write_text(f"messages:\n{text}", encoding="utf-8")
    return folder


def test_the_packaged_ones_know_every_red_flag() -> None:
    rows = {alarm.row for alarm in load_alarms(packaged(), RULES)}
    assert rows == {*RULES.file.rows, "none"}


def test_a_message_has_its_rows_urgency_or_the_one_that_is_written(tmp_path: Path) -> None:
    text = "  RF13:\n  - blood in the bowl\n  RF13 emergency:\n  - it is black and i fainted\n"
    assert load_alarms(written(tmp_path, text), RULES) == (
        Alarm(row="RF13", urgency="today", text="blood in the bowl"),
        Alarm(row="RF13", urgency="emergency", text="it is black and i fainted"),
    )


def test_a_remark_to_anybody_raises_nothing_and_is_no_question(tmp_path: Path) -> None:
    assert load_alarms(written(tmp_path, "  unrelated:\n  - what a goal\n"), RULES) == (
        Alarm(row="none", urgency="none", text="what a goal", unrelated=True),
    )


@pytest.mark.parametrize("key", ["RF99", "RF13 tomorrow", "nothing"])
def test_a_key_that_is_no_red_flag_is_a_fault_with_its_line(tmp_path: Path, key: str) -> None:
    with pytest.raises(KnowledgeError, match=r"alarms/en\.yaml:2: .*no red flag"):
        load_alarms(written(tmp_path, f"  {key}:\n  - some words\n"), RULES)


def test_the_same_message_twice_is_a_fault(tmp_path: Path) -> None:
    text = "  RF13:\n  - blood\n  none:\n  - blood\n"
    with pytest.raises(KnowledgeError, match="the same message stands under RF13"):
        load_alarms(written(tmp_path, text), RULES)
