"""What is done for every update never reads the closed rows, of which there may be millions."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store import sql
from bot.store.opening import migrate, open_database

NAMES = ("bot", "owner", "now", "lease", "take", "lasts", "lane", "most", "before", "id")
VALUES = dict.fromkeys(NAMES, 1)
TEMPLATES = {
    "claim": sql.CLAIM,
    "followed": sql.FOLLOWED,
    "behind": sql.BEHIND_ROWS,
    "promote": sql.PROMOTE,
    "depth": sql.DEPTH,
    "stranded": sql.STRANDED,
    "renew": sql.RENEW,
    "take over": sql.TAKE_OVER,
}


async def test_every_step_finds_its_rows_by_an_index(tmp_path: Path) -> None:
    db = open_database(tmp_path, None)
    await migrate(db)
    await db.close()
    with closing(sqlite3.connect(tmp_path / "bot.sqlite")) as database:
        for name, template in TEMPLATES.items():
            query = f"EXPLAIN QUERY PLAN {sql.statement(template, postgres=False)}"
            steps = [row[3] for row in database.execute(query, VALUES)]
            read_all = [at for at in steps if "inbox_1 (bot_id=?)" in at or "SCAN inbox" in at]
            assert not read_all, f"{name}: {read_all}"
