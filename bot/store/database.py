"""The database, and the one way to use it: a transaction is a function of a connection.

SQLite's statements run in a thread of its own, a whole transaction at a time, so that it costs the
event loop one hand-over; PostgreSQL's run on the loop and never block it.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import URL, Connection, ExceptionContext, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

Result = TypeVar("Result")
P = ParamSpec("P")
Work = Callable[[Connection], Result]

_PRAGMAS = (
    "journal_mode=WAL",  # backups read beside it
    "synchronous=FULL",  # an acknowledged update survives a power cut too
    "busy_timeout=5000",
    "secure_delete=ON",  # what is deleted is overwritten, not only unlinked
    "wal_autocheckpoint=500",
    "journal_size_limit=4194304",
)

# Seconds to connect, and milliseconds for the server's host to acknowledge what was sent: one that
# lost its power answers nothing, which the system alone notices after a quarter of an hour.
POSTGRES_LIMITS = {"connect_timeout": 5, "tcp_user_timeout": 10_000}
IDLE = 10.0  # seconds that a transaction may do nothing: its locks hold up other workers
ALIVE = 1.0  # seconds after its last use in which a connection is taken to be there still
READ_ONLY = "25006"  # what PostgreSQL calls a write where it takes none


class Database(ABC):
    """What the store works on. ``url``: where it is; for SQLite, ``url.database`` is its file."""

    postgres: bool
    url: URL

    @abstractmethod
    async def run(self, work: Work[Result]) -> Result:
        """Do some work as one transaction: all of it is kept, or nothing.

        Raises:
            SQLAlchemyError: the database does not do it, or is not there.
        """

    @abstractmethod
    async def empty_log(self) -> None:
        """Leave nothing of what was deleted in a log beside the database."""

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""


class Sqlite(Database):
    """One connection in one thread, as SQLite writes one at a time anyway."""

    postgres = False

    def __init__(self, file: Path) -> None:
        self._engine = create_engine(
            f"sqlite:///{file}",
            pool_size=1,
            max_overflow=0,
            pool_reset_on_return=None,
            hide_parameters=True,
            connect_args={"timeout": 5},
        )
        self.url = self._engine.url
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite")
        self._open = True
        event.listen(self._engine, "connect", self._on_connect)
        event.listen(self._engine, "begin", self._on_begin)

    @staticmethod
    def _on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @staticmethod
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    async def run(self, work: Work[Result]) -> Result:
        """See ``Database``."""

        def transaction() -> Result:
            with self._engine.begin() as connection:
                return work(connection)

        return await self._in_thread(transaction)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def empty_log(self) -> None:
        """See ``Database``."""

        def checkpoint() -> None:
            with self._engine.connect() as connection:  # outside of any transaction
                held = connection.connection.driver_connection
                assert held is not None
                held.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        await self._in_thread(checkpoint)

    async def close(self) -> None:
        """See ``Database``."""
        if self._open:  # whoever shares it may close it too
            self._open = False
            await self._in_thread(self._engine.dispose)
            self._thread.shutdown()


class Postgres(Database):
    """A few connections to a server.

    A server that went away and came back costs a reconnect, not an answer: what was not in use for
    a while is tried before it is used. SQLAlchemy's ``pool_pre_ping`` does it each time, which is
    a round trip more for every answer.
    """

    postgres = True

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=4,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,
            connect_args=POSTGRES_LIMITS,
        )
        self._at_once = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self.url = self._engine.url
        event.listen(self._engine.sync_engine, "connect", self._on_connect)
        event.listen(self._engine.sync_engine, "handle_error", self._on_error)
        event.listen(self._engine.sync_engine, "checkin", self._on_checkin)
        event.listen(self._engine.sync_engine, "checkout", self._on_checkout)

    @staticmethod
    def _on_connect(connection: Any, _: Any) -> None:
        """Have the server end the transaction of a process that froze, or whose host died.

        By itself the server notices the one never and the other after two hours.
        """
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = {IDLE * 1000:.0f}")
        cursor.close()
        connection.commit()

    @staticmethod
    def _on_error(context: ExceptionContext) -> None:
        """Leave a server that only reads: it stays so for its connections, and answers each call.

        Another may have taken its place at the same address, as after a fail-over.
        """
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True

    @staticmethod
    def _on_checkin(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def _on_checkout(self, connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        used = record.info.get("used")
        if used is None or time.monotonic() - used < ALIVE:
            return
        dialect = self._engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error:
            raise InvalidatePoolError from None  # the pool makes others

    async def run(self, work: Work[Result]) -> Result:
        """See ``Database``."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def alone(self, work: Work[Result]) -> Result:
        """Run a single statement, which needs no transaction around it."""
        async with self._at_once.connect() as connection:
            return await connection.run_sync(work)

    async def empty_log(self) -> None:
        """Nothing: its log is the server's business."""

    async def close(self) -> None:
        """See ``Database``."""
        await self._engine.dispose()


class Using(Protocol):
    """What works on a database."""

    @property
    def db(self) -> Database:
        """The database."""


S = TypeVar("S", bound=Using)


def transaction(
    work: Callable[Concatenate[S, Connection, P], Result],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, Result]]:
    """Make a method, written over a connection, that is awaited without one."""

    @wraps(work)
    async def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        return await self.db.run(lambda connection: work(self, connection, *args, **kwargs))

    return run
