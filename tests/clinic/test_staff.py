"""``bot clinic staff``, sources of links, and counts, as an operator types them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.clinic import ClinicError, commands
from bot.reply import links
from bot.settings import Settings, StartError
from bot.store import database
from tests.emulator import TOKEN


def add_oak(state: Path) -> None:
    commands.add(Settings(telegram_bot_token=TOKEN, state_dir=state, _env_file=None), "Oak", "1")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    commands.add(
        Settings(telegram_bot_token=TOKEN, state_dir=tmp_path, _env_file=None), "Oak", "1"
    )
    with closing(sqlite3.connect(tmp_path / "bot.sqlite")) as held:
        held.execute("INSERT INTO setting VALUES ('username_123456', 't_bot')")
        held.commit()
    return tmp_path


def test_a_disk_that_is_full_is_told_in_a_line(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may not grow by a page, and gets clinics until it must."""
    small = (*database._PRAGMAS, "max_page_count=1")
    monkeypatch.setattr(database, "_PRAGMAS", small)
    known = Settings(telegram_bot_token=TOKEN, state_dir=state, _env_file=None)

    def add_many() -> None:
        for number in range(100):
            commands.add(known, f"Clinic {number} {'x' * 60}", "1", "h" * 120, "e" * 120)

    with pytest.raises(StartError, match=r"^the database cannot be used: .*full$"):
        add_many()


def bot(*words: str) -> Result:
    return CliRunner().invoke(cli, ["clinic", *words])


@pytest.mark.usefixtures("state")
def test_staff_are_listed_and_taken_off() -> None:
    assert "nobody yet" in bot("staff", "list", "oak").output
    assert bot("staff", "add", "oak", "801").output == "added: 801\n"
    assert bot("staff", "add", "oak", "801").output == "was there: 801\n"
    assert bot("staff", "list", "oak").output == "801\n"
    assert bot("staff", "remove", "oak", "801").output == "removed: 801\n"
    assert bot("staff", "remove", "oak", "801").output == "was not there: 801\n"


@pytest.mark.usefixtures("state")
def test_a_clinic_that_is_not_there_and_a_number_that_is_none() -> None:
    said = bot("staff", "add", "elm", "801").exception
    assert isinstance(said, ClinicError)
    assert "Known: oak" in str(said)
    for number in ("@anna", "x", "0", "-1"):
        refused = bot("staff", "add", "oak", "--", number)
        assert refused.exit_code == 2
        assert "/dashboard tells it" in refused.output.replace("\n", " ")


def test_staff_of_a_clinic_that_is_removed_see_nothing_of_a_new_one_with_its_id(
    state: Path,
) -> None:
    bot("staff", "add", "oak", "801")
    bot("remove", "oak")
    add_oak(state)
    assert "nobody yet" in bot("staff", "list", "oak").output


@pytest.mark.usefixtures("state")
def test_a_source_is_signed_with_the_link() -> None:
    plain, door = bot("link", "oak").output, bot("link", "oak", "--source", "door").output
    payload = door.strip().partition("start=")[2]
    read = links.read_payload(payload)
    assert read is not None
    assert (read.name, read.source) == ("oak", "door")
    moved = links.read_payload(payload.removesuffix("door") + "desk")
    assert moved is not None
    key = b"k" * 32
    own = links.read_payload(links.clinic(7, "oak", key, "door"))
    assert own is not None
    assert links.clinic_signed(7, own, key)
    assert not links.clinic_signed(7, links.Link("c", "oak", own.proof, "desk"), key)
    assert not links.clinic_signed(7, links.Link("c", "oak", own.proof), key)
    assert "_door" not in plain
    longest = links.clinic(7, "a" * 30, key, "b" * 7)
    assert len(longest) <= links.LONGEST
    assert isinstance(bot("link", "oak", "--source", "Front Door").exception, ClinicError)


def test_counts_are_of_this_month_and_hold_small_ones_back(state: Path) -> None:
    assert "nothing was counted" in bot("counts", "oak").output
    this_month = f"{dt.datetime.now(dt.UTC):%Y-%m}"
    with closing(sqlite3.connect(state / "bot.sqlite")) as held:
        row = "INSERT INTO tally VALUES (123456, 'oak', ?, 'gap', ?, ?, ?, 9e9)"
        held.execute(row, (this_month, "sun", 7, 1))
        held.execute(row, (this_month, "alcohol", 9, 0))
        held.commit()
    assert bot("counts", "oak").output == "< 5\tgap\talcohol\n5\tgap\tsun\n"
