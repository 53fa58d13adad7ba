"""Open the database and bring its schema up to date."""

from __future__ import annotations

import asyncio
import io
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.store import StoreError

MIGRATION_LOCK = 0x6163_6E65  # any number that no other program on the database uses
MIGRATION_PATIENCE = 20.0  # seconds that a start waits for another process that migrates


def open_engine(state_dir: Path, database_url: str | None) -> AsyncEngine:
    """The engine for PostgreSQL at ``database_url``, or for SQLite in ``state_dir``.

    Raises:
        StoreError: the folder cannot be made, or the address is not PostgreSQL's.
    """
    if database_url is None:
        try:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = state_dir / "bot.sqlite"
            file.touch()
            file.chmod(0o600)  # what people do here is nobody else's business; the log follows
        except OSError as error:
            raise StoreError(f"STATE_DIR {state_dir} cannot be used: {error.strerror}") from error
        return open_sqlite(file)
    try:
        url = make_url(database_url)
    except ArgumentError:
        raise StoreError(
            "DATABASE_URL must look like postgresql://user:password@host/db"
        ) from None
    if url.get_backend_name() in ("postgresql", "postgres"):
        # pool_pre_ping: a server that went away and came back costs a reconnect, not an answer
        return create_async_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=4,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"connect_timeout": 5},
        )
    raise StoreError("DATABASE_URL must begin with postgresql://; without it SQLite is used")


def open_sqlite(file: Path) -> AsyncEngine:
    """One connection, as SQLite writes one at a time anyway; WAL, so backups read beside it."""
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{file}",
        pool_size=1,
        max_overflow=0,
        pool_reset_on_return=None,
        hide_parameters=True,
        connect_args={"timeout": 5},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # an acknowledged update survives a power cut too
            "busy_timeout=5000",
            "secure_delete=ON",  # what is deleted is overwritten, not only unlinked
            "wal_autocheckpoint=500",
            "journal_size_limit=4194304",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def migrate(engine: AsyncEngine) -> None:
    """Run what is missing of the migrations, one process at a time.

    Raises:
        StoreError: the database cannot be reached or written.
    """
    until = time.monotonic() + MIGRATION_PATIENCE
    while True:
        try:
            async with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    lock = text("SELECT pg_advisory_xact_lock(:key)")
                    await connection.execute(lock, {"key": MIGRATION_LOCK})
                await connection.run_sync(_upgrade)
        except (OSError, SQLAlchemyError) as error:
            why = _why(error)
            if "locked" not in why or time.monotonic() > until:
                raise StoreError(f"the database cannot be used: {why}") from error
            await asyncio.sleep(0.05)  # SQLite: another process is at it
        else:
            return


def _why(error: OSError | SQLAlchemyError) -> str:
    """The database's own words, without the statement and its values."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return (str(said) or type(said).__name__).splitlines()[0]


def _upgrade(connection: Connection) -> None:
    config = Config(stdout=io.StringIO())  # standard output belongs to ``ask --jsonl``
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
