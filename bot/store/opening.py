"""Open the database and bring its schema up to date."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bot.store import StoreError
from bot.store.database import Database, Postgres, Sqlite

MIGRATION_LOCK = 0x6163_6E65  # any number that no other program on the database uses
MIGRATION_PATIENCE = 20.0  # seconds that a start waits for another process that migrates


def open_database(state_dir: Path, database_url: str | None) -> Database:
    """PostgreSQL at ``database_url``, or SQLite in ``state_dir``.

    Raises:
        StoreError: the folder cannot be made, or the address is not PostgreSQL's.
    """
    if database_url is None:
        try:
            return Sqlite(made_private(state_dir / "bot.sqlite"))
        except OSError as error:
            said = f"STATE_DIR {state_dir} cannot be used: {error.strerror}"
            raise StoreError(said) from error
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):  # the port is no number
        raise StoreError(
            "DATABASE_URL must look like postgresql://user:password@host/db"
        ) from None
    if url.get_backend_name() in ("postgresql", "postgres"):
        return Postgres(url)
    raise StoreError("DATABASE_URL must begin with postgresql://; without it SQLite is used")


def made_private(file: Path) -> Path:
    """The file of a SQLite database that only its owner may read; the log beside it follows.

    Raises:
        OSError: it cannot be made.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(0o600)
    file.chmod(0o600)
    return file


async def migrate(db: Database) -> None:
    """Run what is missing of the migrations, one process at a time.

    Raises:
        StoreError: the database cannot be reached or written, or is of a newer version.
    """
    until = time.monotonic() + MIGRATION_PATIENCE
    while True:
        try:
            await db.run(_upgrade)
        except CommandError:  # a step that this version does not know was taken
            raise StoreError(
                "the database is of a newer version of the bot; start that one, or a newer one"
            ) from None
        except (OSError, SQLAlchemyError) as error:
            said = why(error)
            if "locked" not in said or time.monotonic() > until:
                raise StoreError(f"the database cannot be used: {said}") from error
            await asyncio.sleep(0.05)  # SQLite: another process is at it
        else:
            return


def why(error: OSError | SQLAlchemyError | sqlite3.Error) -> str:
    """The database's own words, without the statement and its values."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return (str(said) or type(said).__name__).splitlines()[0]


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    config = Config(stdout=io.StringIO())  # standard output belongs to ``ask --jsonl``
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
