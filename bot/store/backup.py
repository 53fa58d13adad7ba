"""Backup and restore of the SQLite store. A backup holds settings and counts, and no person.

What people wrote and were told lives minutes; brought back days later it would answer old
questions again, and undo deletions. So it is left out of the file, not filtered on the way back.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store import StoreError

PEOPLE = (
    "inbox",
    "conversation",
    "person",
    "tally_person",
    "tally_key",
    "staff",
    "credential",
    "audit",
)


def backup(state_dir: Path, target: Path) -> None:
    """Write a backup, beside a running bot too. It appears under its name only when complete.

    Raises:
        StoreError: there is nothing to back up, or the file cannot be written.
    """
    source = state_dir / "bot.sqlite"
    if not source.is_file():
        raise StoreError(f"there is no database in STATE_DIR {state_dir} yet")
    part = target.with_name(target.name + ".part")
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            for table in PEOPLE:
                copy.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            copy.commit()
            copy.execute("VACUUM")  # what was deleted leaves the file's free pages as well
        part.chmod(0o600)
        os.replace(part, target)  # noqa: PTH105 - atomic
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"the backup could not be written: {error}") from None


def restore(state_dir: Path, source: Path) -> None:
    """Put a backup in the place of the database. The bot must not run.

    Raises:
        StoreError: the file is no backup of ours, or a bot is running on the database.
    """
    target = state_dir / "bot.sqlite"
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as given:
            given.execute("SELECT count(*) FROM alembic_version, setting")
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(sqlite3.connect(target, timeout=0.5)) as live:
                live.execute("PRAGMA locking_mode=EXCLUSIVE")
                live.execute("BEGIN EXCLUSIVE")
                live.rollback()
                given.backup(live)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{source} could not be restored: {error}") from None
