"""One process serves from a SQLite database: it holds a lock, which ends with it however it ends.

The lock is on a file of its own: to close any other handle of the database would drop SQLite's.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store import StoreError


@contextmanager
def alone(state_dir: Path) -> Iterator[None]:
    """Be the only one who serves from this folder.

    Raises:
        StoreError: somebody else does, or the folder cannot be used.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(state_dir / "bot.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"STATE_DIR {state_dir} cannot be used: {error.strerror}") from error
    try:
        _lock(held, state_dir)
        yield
    finally:
        os.close(held)


def _lock(held: int, state_dir: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(
            f"Another bot runs on STATE_DIR {state_dir}: stop it first, or give this one a"
            " STATE_DIR of its own."
        ) from None
    except OSError as error:
        raise StoreError(f"STATE_DIR {state_dir} takes no lock: {error.strerror}") from error
