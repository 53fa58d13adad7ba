"""A backup of a running bot comes back without the people in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import StoreError
from bot.store.backup import backup, restore
from bot.store.engine import migrate, open_engine
from bot.store.rows import Arrival, Closed
from bot.store.store import Store


async def opened(folder: Path) -> Store:
    store = Store(open_engine(folder, None), 7, "one")
    await migrate(store.engine)
    return store


async def test_settings_come_back_and_deleted_people_do_not(tmp_path: Path) -> None:
    store = await opened(tmp_path / "old")
    await store.setting("webhook_secret_7", "kept")
    await store.put([Arrival(1, "5", "message", '{"text": "canary"}', 5, 5)])
    rows, _ = await store.step([], [], 1)
    await store.step([Closed(rows[0], "answered", memory='{"weight_kg": "83"}')], [], 0)
    backup(tmp_path / "old", tmp_path / "file")  # the bot still has it open
    await store.close()
    assert b"83" not in (tmp_path / "file").read_bytes()
    assert b"canary" not in (tmp_path / "file").read_bytes()

    restore(tmp_path / "new", tmp_path / "file")
    again = await opened(tmp_path / "new")
    assert await again.setting("webhook_secret_7") == "kept"
    assert await again.memory(5, 5) is None
    await again.close()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")
    with pytest.raises(StoreError, match="could not be restored"):
        restore(tmp_path / "new", tmp_path / "file")


def test_there_is_nothing_to_back_up_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database"):
        backup(tmp_path, tmp_path / "file")
