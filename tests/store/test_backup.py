"""A backup of a running bot comes back without people, and leaves those who are there."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli import cli
from bot.store import StoreError
from bot.store.backup import FILES, LASTING, backup, restore
from bot.store.clinics import Clinic, Clinics
from bot.store.opening import migrate, open_database
from bot.store.rows import Arrival, Closed
from bot.store.schema import metadata
from bot.store.store import Store

PERSONAL = {
    "inbox", "conversation", "person", "pace", "tally_person", "tally_key", "staff", "credential",
    "audit", "handover",
}  # fmt: skip


async def opened(folder: Path) -> Store:
    store = Store(open_database(folder, None), 7, "one")
    await migrate(store.db)
    return store


async def keep(store: Store, number: int, person: int, kept: str) -> None:
    """One answered update that leaves a record of the person."""
    await store.put(
        [Arrival(number, str(person), "message", '{"text": "canary"}', person, person)]
    )
    rows, _ = await store.step([], [], 1)
    await store.step([Closed(rows[0], "answered", memory='{"weight": "83.4"}', kept=kept)], [], 0)


async def test_what_was_deleted_after_the_backup_does_not_come_back(tmp_path: Path) -> None:
    state, file = tmp_path / "state", tmp_path / "file"
    store = await opened(state)
    await store.setting("webhook_secret_7", "kept")
    await Clinics(store.db, 7).add(Clinic(id="oak", name="Oak", phone="1"))
    await keep(store, 1, 5, '{"items":["alcohol"]}')
    await keep(store, 2, 6, '{"items":["sunscreen"]}')
    await asyncio.to_thread(backup, state, file)  # the bot still has it open
    assert await store.people.delete(5, 5) == 0
    await Clinics(store.db, 7).remove("oak")
    with pytest.raises(StoreError, match="a bot is running"):
        await asyncio.to_thread(restore, state, file)
    await store.close()

    await asyncio.to_thread(restore, state, file)
    again = await opened(state)
    people = again.people
    assert not any((await people.everything(5, 5)).values())
    assert (await people.everything(6, 6))["person"][0]["kept"] == '{"items":["sunscreen"]}'
    assert [one.id for one in await Clinics(again.db, 7).refresh()] == ["oak"]
    await again.close()


async def test_a_backup_holds_no_person_even_for_a_moment(tmp_path: Path) -> None:
    store = await opened(tmp_path / "old")
    await store.setting("webhook_secret_7", "kept")
    await keep(store, 1, 5, '{"items":["alcohol"]}')
    await asyncio.to_thread(backup, tmp_path / "old", tmp_path / "file")
    await store.close()
    for word in (b"83.4", b"canary", b"alcohol"):
        assert word not in (tmp_path / "file").read_bytes()
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600

    await asyncio.to_thread(restore, tmp_path / "new", tmp_path / "file")
    again = await opened(tmp_path / "new")
    assert await again.setting("webhook_secret_7") == "kept"
    assert not any((await again.people.everything(5, 5)).values())
    await again.close()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["bot.sqlite"]


@pytest.mark.parametrize("name", ["b#1.sqlite", "b 50%25.sqlite", "b?x=1"])
async def test_a_backup_comes_back_whatever_its_name(tmp_path: Path, name: str) -> None:
    store = await opened(tmp_path / "old")
    await store.setting("webhook_secret_7", "kept")
    await asyncio.to_thread(backup, tmp_path / "old", tmp_path / name)
    await store.close()
    await asyncio.to_thread(restore, tmp_path / "new", tmp_path / name)
    again = await opened(tmp_path / "new")
    assert await again.setting("webhook_secret_7") == "kept"
    await again.close()


async def test_a_database_that_cannot_be_opened_is_not_called_in_use(tmp_path: Path) -> None:
    store = await opened(tmp_path / "old")
    await asyncio.to_thread(backup, tmp_path / "old", tmp_path / "file")
    await store.close()
    (tmp_path / "new" / "bot.sqlite").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"bot\.sqlite: unable to open") as why:
        await asyncio.to_thread(restore, tmp_path / "new", tmp_path / "file")
    assert "a bot is running" not in str(why.value)


async def test_what_a_store_or_a_restore_writes_is_its_owners_alone(tmp_path: Path) -> None:
    """Also in a folder that was there before, and which others may read."""
    before = os.umask(0o022)
    try:
        for folder in ("old", "new"):
            (tmp_path / folder).mkdir(mode=0o755)
        store = await opened(tmp_path / "old")
        await store.take_over(all_owners=True)
        await keep(store, 1, 5, '{"items":["alcohol"]}')
        modes = {file.name: mode_of(file) for file in (tmp_path / "old").iterdir()}
        assert "sent.sqlite" in modes
        assert set(modes.values()) == {0o600}, modes
        await asyncio.to_thread(backup, tmp_path / "old", tmp_path / "file")
        await store.close()
        await asyncio.to_thread(restore, tmp_path / "new", tmp_path / "file")
        assert [mode_of(file) for file in (tmp_path / "new").iterdir()] == [0o600]
    finally:
        os.umask(before)


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


async def test_a_damaged_database_is_put_aside(tmp_path: Path) -> None:
    store = await opened(tmp_path / "state")
    await store.setting("webhook_secret_7", "kept")
    await asyncio.to_thread(backup, tmp_path / "state", tmp_path / "file")
    await store.close()
    database = tmp_path / "state" / "bot.sqlite"
    database.write_bytes(b"nothing like a database" * 100)
    await asyncio.to_thread(restore, tmp_path / "state", tmp_path / "file")
    again = await opened(tmp_path / "state")
    assert await again.setting("webhook_secret_7") == "kept"
    await again.close()
    assert database.with_name("bot.sqlite.damaged").exists()


async def clinics_of(store: Store) -> dict[str, tuple[Clinic, bytes | None]]:
    clinics = Clinics(store.db, 7)
    return {one.id: (one, clinics.key(one.id)) for one in await clinics.refresh()}


async def test_what_was_revoked_after_the_backup_stays_revoked(tmp_path: Path) -> None:
    """Old posters stay invalid, and no patient's words go to a group that was cut off."""
    store = await opened(tmp_path / "state")
    clinics = Clinics(store.db, 7)
    await clinics.add(Clinic(id="oak", name="Oak", phone="1"))
    await clinics.hand_over("oak", lambda held: held.bound_to(-555))
    await asyncio.to_thread(backup, tmp_path / "state", tmp_path / "file")
    await clinics.revoke("oak")
    await clinics.add(Clinic(id="oak", name="Wrong", phone="2"))
    now, key = (await clinics_of(store))["oak"]
    await store.close()

    assert await asyncio.to_thread(restore, tmp_path / "state", tmp_path / "file") == []
    again = await opened(tmp_path / "state")
    card, same = (await clinics_of(again))["oak"]
    assert same == key
    assert card.handover == now.handover
    assert card.handover.group is None
    assert (card.name, card.phone) == ("Oak", "1"), "the rest is the backup's"
    await again.close()


async def test_a_staff_group_out_of_a_backup_is_bound_anew_by_a_code(tmp_path: Path) -> None:
    """Whether it was let go since, only the lost database knew."""
    store = await opened(tmp_path / "old")
    clinics = Clinics(store.db, 7)
    for name in ("elm", "oak"):
        await clinics.add(Clinic(id=name, name=name, phone="1"))
    await clinics.hand_over("oak", lambda held: held.bound_to(-555))
    known = await clinics_of(store)
    await asyncio.to_thread(backup, tmp_path / "old", tmp_path / "file")
    await store.close()

    assert await asyncio.to_thread(restore, tmp_path / "new", tmp_path / "file") == ["oak"]
    again = await opened(tmp_path / "new")
    back = await clinics_of(again)
    assert back["elm"] == known["elm"]
    assert back["oak"][0].handover == known["oak"][0].handover.bound_to(None)
    assert back["oak"][1] == known["oak"][1], "its posters are not printed again"
    await again.close()


def test_every_table_is_either_backed_up_or_about_people() -> None:
    """A new table must be put on one of the two lists."""
    assert set(metadata.tables) - set(LASTING) - PERSONAL == set()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")
    with pytest.raises(StoreError, match="could not be restored"):
        restore(tmp_path / "new", tmp_path / "file")
    with pytest.raises(StoreError, match="no such file"):
        restore(tmp_path / "new", tmp_path / "nowhere")


@pytest.mark.parametrize("ending", ["", "-wal"])
async def test_the_database_itself_is_no_place_for_its_backup(tmp_path: Path, ending: str) -> None:
    store = await opened(tmp_path)
    await keep(store, 1, 5, '{"items":["alcohol"]}')
    link = tmp_path / "link"
    link.symlink_to(tmp_path / f"bot.sqlite{ending}")
    for file in (tmp_path / f"bot.sqlite{ending}", link):
        with pytest.raises(StoreError, match="the database itself"):
            await asyncio.to_thread(backup, tmp_path, file)
    assert (await store.people.everything(5, 5))["person"]
    await store.close()


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_neither_takes_sqlite_for_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Restored into a file that nobody reads would be called done, and would not be."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot@db/bot")
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    said = CliRunner().invoke(cli, [verb, str(tmp_path / "file")])
    assert isinstance(said.exception, StoreError)
    assert "DATABASE_URL is set" in str(said.exception)
    assert not (tmp_path / "state").exists()


async def test_a_database_of_a_newer_version_is_told_in_a_line(tmp_path: Path) -> None:
    """This is what the way back from an upgrade meets."""
    store = await opened(tmp_path)
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await store.db.run(lambda connection: connection.execute(newer))
    with pytest.raises(StoreError, match="newer version of the bot"):
        await migrate(store.db)
    await asyncio.to_thread(backup, tmp_path, tmp_path / "file")
    await store.close()
    with pytest.raises(StoreError, match="newer version of the bot"):
        await asyncio.to_thread(restore, tmp_path / "new", tmp_path / "file")


def test_there_is_nothing_to_back_up_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        backup(tmp_path, tmp_path / "file")


async def test_a_restore_that_was_killed_leaves_nothing_to_the_next_one(tmp_path: Path) -> None:
    """Its copy of the backup and the log beside it stay; the log is of another backup."""
    old, new, state = tmp_path / "old", tmp_path / "new", tmp_path / "state"
    for folder, name in ((old, "Oak"), (new, "Elm")):
        store = await opened(folder)
        await Clinics(store.db, 7).add(Clinic(id="it", name=name, phone="1"))
        if folder is old:
            state.mkdir()
            for ending in FILES:  # as it is while a process has it open
                shutil.copyfile(old / f"bot.sqlite{ending}", state / f"restore.part{ending}")
        await store.close()
    file = tmp_path / "file"
    await asyncio.to_thread(backup, new, file)

    await asyncio.to_thread(restore, state, file)
    again = await opened(state)
    assert [one.name for one in await Clinics(again.db, 7).refresh()] == ["Elm"]
    await again.close()
    assert not list(state.glob("restore.part*"))
