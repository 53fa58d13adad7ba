"""What was sent and is not settled yet, in a small file beside SQLite's.

A note costs microseconds and no wait for the disk. It outlives the process, which is its purpose:
after a ``kill -9`` what was noted is not sent again. It need not outlive a power cut: then it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from bot.store.opening import made_private


class Notes:
    """Notes of (bot, update): how many calls of its answer were made."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._db = self._opened()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # no fault of the file: the disk is full, or another holds it
            # the file is damaged: an answer may go twice, and none is lost
            for damaged in file.parent.glob(f"{file.name}*"):
                damaged.unlink()
            self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(made_private(self._file), isolation_level=None, timeout=1.0)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")
            db.execute(
                "CREATE TABLE IF NOT EXISTS note (bot INTEGER, update_id INTEGER, sent INTEGER,"
                " PRIMARY KEY (bot, update_id)) WITHOUT ROWID"
            )
            db.execute("SELECT count(*), max(sent) FROM note").fetchone()
        except sqlite3.Error:
            db.close()
            raise
        return db

    def write(self, bot: int, update_id: int, sent: int) -> None:
        """Note that so many calls of an answer were made."""
        self._db.execute("INSERT OR REPLACE INTO note VALUES (?, ?, ?)", (bot, update_id, sent))

    def drop(self, bot: int, updates: Iterable[int]) -> None:
        """These are settled."""
        rows = [(bot, update_id) for update_id in updates]
        self._db.execute("BEGIN")
        try:
            self._db.executemany("DELETE FROM note WHERE bot = ? AND update_id = ?", rows)
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def read(self, bot: int) -> dict[int, int]:
        """What a process that died had noted: update and calls made."""
        query = "SELECT update_id, sent FROM note WHERE bot = ?"
        return dict(self._db.execute(query, (bot,)).fetchall())

    def close(self) -> None:
        """Close the file."""
        self._db.close()
