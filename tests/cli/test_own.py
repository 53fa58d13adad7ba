"""A clinic's own document on the command line, from the sample to a new version."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import cli
from bot.clinic import ClinicError
from bot.kb.split_files import SplitError


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, warm_state: Path) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    monkeypatch.setenv("STATE_DIR", str(warm_state))


def bot(*words: str) -> str:
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    return done.output


def test_it_is_begun_changed_compared_split_and_checked(tmp_path: Path) -> None:
    own, new = tmp_path / "own", tmp_path / "clinic.txt"
    assert "README.md says what to do next" in " ".join(bot("kb", "new", str(own)).split())
    text = (own / "source" / "clinic.txt").read_text(encoding="utf-8")
    new.write_text(text.replace("9:00 to 16:00", "8:00 to 17:00"), encoding="utf-8")
    said = bot("split", str(new), "--into", str(own), "--diff")
    assert "[-9:00-] {+8:00+} to [-16:00.-] {+17:00.+}" in said
    assert "changed: contact" in bot("split", str(new), "--into", str(own))
    assert "no fault found" in bot("check", str(own))


def test_the_samples_text_is_replaced_as_its_readme_says(tmp_path: Path) -> None:
    own = tmp_path / "own"
    bot("kb", "new", str(own))
    text = own / "source" / "clinic.txt"
    text.write_text("Parking\n\nThere is a car park behind the house.\n", encoding="utf-8")
    said = bot("split", str(text), "--into", str(own))
    assert "appeared: there-is-a-car" in said
    assert "gone: appointments, contact" in said
    for sample in ("questions/en/appointments", "questions/en/contact", "questions/en/fees"):
        (own / f"{sample}.yaml").unlink()
    (own / "topics" / "fees.yaml").unlink()
    asked = "".join(f"  - where do i park my car, number {n}\n" for n in range(8))
    questions = own / "questions" / "en" / "there-is-a-car.yaml"
    questions.write_text(f"voices:\n  us:\n{asked}", encoding="utf-8")
    assert "no fault found" in bot("check", str(own))


def test_a_document_without_words_makes_no_knowledge_base(tmp_path: Path) -> None:
    empty, made = tmp_path / "empty.txt", tmp_path / "made"
    empty.write_text("\n", encoding="utf-8")
    with pytest.raises(SplitError, match="nothing was written"):
        bot("split", str(empty), "--into", str(made))
    assert not made.exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    said = " ".join(bot("kb", "new", str(tmp_path)).replace("│", " ").split())
    assert "is not empty; name a folder that is not there yet" in said
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_without_a_token_nothing_was_counted() -> None:
    assert bot("gaps") == "nothing was counted yet\n"


def test_why_nothing_is_found_in_no_words_is_told() -> None:
    assert "nothing to look up" in bot("ask", "--explain", "\u200b")


def test_the_figures_of_a_clinic_that_is_not_there_are_not_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:" + "a" * 35)
    with pytest.raises(ClinicError, match="There is no clinic 'oak'"):
        bot("clinic", "counts", "oak")
    with pytest.raises(ClinicError, match="digits"):
        bot("clinic", "add", "Oak", "call us")
