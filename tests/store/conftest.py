"""The two databases: SQLite, and a real PostgreSQL where its wheel is installed."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.opening import migrate, open_database
from bot.store.store import Store

BOT = 7


@pytest.fixture(params=["sqlite", "postgres"])
async def stores(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Store, Store]]:
    """The same database as two workers see it."""
    url = request.getfixturevalue("postgres") if request.param == "postgres" else None
    bot = BOT if url is None else uuid.uuid4().int % 10**9
    made = [Store(open_database(tmp_path, url), bot, owner) for owner in ("one", "two")]
    await migrate(made[0].db)
    yield made[0], made[1]
    for store in made:
        await store.close()
