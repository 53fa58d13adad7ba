"""Backup and restore of the SQLite store. A backup holds settings, clinics and counts, no person.

What was deleted can therefore never come back, whatever became of the database since: people are
not filtered out on the way back, they are never in the file. A restore leaves alone the people
who are in the database now, and what was revoked since: see ``_clinics_as_now``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store import StoreError
from bot.store.clinics import Clinic
from bot.store.database import Sqlite
from bot.store.opening import made_private, migrate

FILES = ("", "-wal", "-shm")
"""The endings of the files that are the database."""

LASTING = ("alembic_version", "setting", "clinic", "tally")
"""The tables in a backup. Every other one is about people, staff or the moment."""


def backup(state_dir: Path, target: Path) -> None:
    """Write a backup, beside a running bot too. It appears under its name only when complete.

    Raises:
        StoreError: there is nothing to back up, or the file cannot be written.
    """
    source = state_dir / "bot.sqlite"
    if not source.is_file():
        raise StoreError(f"there is no database in STATE_DIR {state_dir} yet")
    own = (source.with_name(source.name + ending) for ending in FILES)
    if target.exists() and any(file.exists() and target.samefile(file) for file in own):
        raise StoreError(f"{target} is the database itself; name another file")
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            copy.execute("ATTACH ? AS live", (str(source),))
            copy.execute("BEGIN")  # one moment of the running bot's database
            made = "SELECT sql FROM live.sqlite_master WHERE sql NOT NULL ORDER BY type = 'index'"
            for (statement,) in copy.execute(f"{made}, rowid").fetchall():
                if "sqlite_sequence" not in statement:
                    copy.execute(statement)
            for table in LASTING:
                copy.execute(f"INSERT INTO {table} SELECT * FROM live.{table}")  # noqa: S608 - ours
            copy.execute("COMMIT")
        os.replace(part, target)  # noqa: PTH105 - atomic
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"the backup could not be written: {error}") from None


def restore(state_dir: Path, source: Path) -> list[str]:
    """Put a backup's settings, clinics and counts into the database. The bot must not run.

    A database that is damaged is put aside as ``bot.sqlite.damaged``.

    Returns:
        The clinics whose staff group must be bound anew.

    Raises:
        StoreError: the file is no backup of ours, or a bot is running on the database.
    """
    target, part = state_dir / "bot.sqlite", state_dir / "restore.part"
    try:
        _check(source)
        _clear(part)  # of a restore that was killed: SQLite would take its log for this one's
        shutil.copyfile(source, made_private(part))
        _lock(target)
        for file in (part, target):
            asyncio.run(_bring_up_to_date(made_private(file)))
        with closing(sqlite3.connect(target, timeout=0.5, isolation_level=None)) as live:
            live.execute("ATTACH ? AS given", (str(part),))
            live.execute("BEGIN EXCLUSIVE")
            now = live.execute("SELECT bot_id, id, key, card FROM main.clinic").fetchall()
            for table in LASTING:
                live.execute(f"DELETE FROM main.{table}")  # noqa: S608 - ours
                live.execute(f"INSERT INTO main.{table} SELECT * FROM given.{table}")  # noqa: S608
            unbound = _clinics_as_now(live, now)
            live.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{source} could not be restored: {error}") from None
    finally:
        _clear(part)
    return unbound


def _clear(part: Path) -> None:
    """Delete a copy and what SQLite keeps beside it."""
    for file in part.parent.glob(f"{part.name}*"):
        file.unlink()


def _clinics_as_now(live: sqlite3.Connection, now: list[tuple[int, str, str, str]]) -> list[str]:
    """Undo no revocation: a clinic that is there now keeps its links' key and its hand-over.

    One that is not may have let its staff group go since the backup, and is bound to none.

    Returns:
        The ids of those.
    """
    held = {(bot, name): (key, Clinic.model_validate_json(card)) for bot, name, key, card in now}
    unbound = []
    rows = live.execute("SELECT bot_id, id, key, card FROM main.clinic").fetchall()
    for bot, name, key, text in rows:
        card = Clinic.model_validate_json(text)
        if (bot, name) in held:
            new, there = held[bot, name]
            handover = there.handover
        elif card.handover.group is not None:
            new, handover = key, card.handover.bound_to(None)
            unbound.append(name)
        else:
            continue
        changed = card.model_copy(update={"handover": handover}).model_dump_json(
            exclude_defaults=True
        )
        where = (new, changed, bot, name)
        live.execute("UPDATE main.clinic SET key = ?, card = ? WHERE bot_id = ? AND id = ?", where)
    return unbound


def _check(source: Path) -> None:
    if not source.is_file():
        raise OSError("there is no such file")
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as given:
        given.execute("SELECT count(*) FROM alembic_version, setting")


def _lock(target: Path) -> None:
    """See that nobody works on the database; a damaged one is put aside."""
    try:
        with closing(sqlite3.connect(target, timeout=0.5)) as live:
            live.execute("PRAGMA locking_mode=EXCLUSIVE")
            live.execute("BEGIN EXCLUSIVE")
            sound = live.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            live.rollback()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise OSError(f"{target}: {error}") from error
        raise OSError("a bot is running on the database; stop it first") from error
    except sqlite3.DatabaseError:
        sound = False
    if not sound:
        for ending in FILES:
            file = target.with_name(target.name + ending)
            if file.exists():
                file.rename(target.with_name(f"{target.name}.damaged{ending}"))


async def _bring_up_to_date(file: Path) -> None:
    db = Sqlite(file)
    try:
        await migrate(db)
    finally:
        await db.close()
