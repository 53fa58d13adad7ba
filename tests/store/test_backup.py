"""A backup of a running bot comes back without people, and leaves those who are there."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest

from bot.store import StoreError
from bot.store.backup import LASTING, backup, restore
from bot.store.clinics import Clinic, Clinics
from bot.store.opening import migrate, open_database
from bot.store.people import People
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
    assert await People(store.db, 7).delete(5, 5) == 0
    await Clinics(store.db, 7).remove("oak")
    with pytest.raises(StoreError, match="a bot is running"):
        await asyncio.to_thread(restore, state, file)
    await store.close()

    await asyncio.to_thread(restore, state, file)
    again = await opened(state)
    people = People(again.db, 7)
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
    assert not any((await People(again.db, 7).everything(5, 5)).values())
    await again.close()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["bot.sqlite"]


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


def test_every_table_is_either_backed_up_or_about_people() -> None:
    """A new table must be put on one of the two lists."""
    assert set(metadata.tables) - set(LASTING) - PERSONAL == set()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")
    with pytest.raises(StoreError, match="could not be restored"):
        restore(tmp_path / "new", tmp_path / "file")
    with pytest.raises(StoreError, match="no such file"):
        restore(tmp_path / "new", tmp_path / "nowhere")


def test_there_is_nothing_to_back_up_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        backup(tmp_path, tmp_path / "file")
