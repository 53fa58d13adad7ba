"""Clinics' own documents are read when they change; a broken one stops nobody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.shelf import Shelf
from bot.turn.context import Context

SECOND = Path(__file__).parent / "second_kb"


@pytest.fixture
def shelf(context: Context, warm_state: Path) -> Shelf:
    return Shelf(context, Settings(state_dir=warm_state, _env_file=None))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SECOND, tmp_path / "own"))


@pytest.mark.usefixtures("beside")  # its matcher is in the cache
def test_it_is_read_once_and_again_when_a_file_changes(shelf: Shelf, own: Path) -> None:
    shelf.refresh([str(own), str(own), ""])
    first = shelf.get(str(own))
    assert first is not None
    shelf.refresh([str(own)])
    assert shelf.get(str(own)) is first
    topic = own / "topics" / "fees.yaml"
    text = topic.read_text(encoding="utf-8").replace("ways to pay", "paying by card")
    topic.write_text(text, encoding="utf-8")
    shelf.refresh([str(own)])
    changed = shelf.get(str(own))
    assert changed is not None
    assert changed[1].topics["fees"].title == "Fees and paying by card"
    shelf.refresh([])
    assert shelf.get(str(own)) is None
    shelf.refresh([str(own)])
    assert shelf.get(str(own)) is not None, "the same document, named again"


@pytest.mark.usefixtures("beside")
def test_a_document_that_breaks_stays_as_it_was(shelf: Shelf, own: Path) -> None:
    shelf.refresh([str(own)])
    held = shelf.get(str(own))
    assert held is not None
    (own / "source" / "visiting.txt").write_text("All is new now.", encoding="utf-8")
    shelf.refresh([str(own)])
    assert shelf.get(str(own)) is held
    shutil.rmtree(own)
    shelf.refresh([str(own)])
    assert shelf.get(str(own)) is held


@pytest.mark.usefixtures("beside")
def test_one_that_never_checked_leaves_the_others_alone(
    shelf: Shelf, own: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(SECOND, broken)
    (broken / "words.yaml").write_bytes(b"\xff")
    dated = tmp_path / "dated"
    shutil.copytree(SECOND, dated)
    with (dated / "words.yaml").open("a", encoding="utf-8") as words:
        words.write("since: 2027-02-30\n")
    (broken / "dangling").symlink_to(broken / "nowhere")
    shelf.refresh([str(tmp_path / "none"), str(broken), str(dated), str(own)])
    assert shelf.get(str(broken)) is None
    assert shelf.get(str(dated)) is None
    assert shelf.get(str(own)) is not None
    assert len(shelf.all()) == 1
