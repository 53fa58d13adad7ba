"""The backup of PostgreSQL that docs/scaling.md describes, with PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
from pathlib import Path

from bot.store.backup import LASTING
from bot.store.clinics import Clinic, Clinics
from bot.store.opening import migrate, open_database
from bot.store.rows import Closed
from bot.store.schema import metadata
from bot.store.store import Store
from tests.postgres import Postgres
from tests.store.test_store import claim, fresh_database, says

DOCS = Path(__file__).parents[2] / "docs" / "scaling.md"


def command(program: str) -> list[str]:
    """The words of the documented command, without the address and the file."""
    text = DOCS.read_text().replace("\\\n", " ")
    found = re.search(rf"^ *{program} (.*)$", text, re.MULTILINE)
    assert found is not None
    return [word for word in shlex.split(found[1]) if word.startswith("--")]


async def test_a_dump_of_postgresql_holds_no_person_and_comes_back(
    tmp_path: Path, postgres_server: Postgres
) -> None:
    old, new = [await fresh_database(postgres_server.url) for _ in range(2)]
    store = Store(open_database(tmp_path, old), 7, "one")
    await migrate(store.db)
    await Clinics(store.db, 7).add(Clinic(id="oak", name="Oak", phone="1"))
    await store.put([says(1), says(2)])
    (row,) = await claim(store)
    await store.step([Closed(row, "answered", memory="{}", kept='{"items":["canary"]}')], [], 0)
    await store.close()

    file = tmp_path / "backup.sql"
    dump = [str(postgres_server.bin / "pg_dump"), *command("pg_dump"), "-f", str(file), old]
    await asyncio.to_thread(subprocess.run, dump, check=True)
    assert "canary" not in file.read_text()
    back = [str(postgres_server.bin / "psql"), *command("psql"), "-q", "-f", str(file), new]
    await asyncio.to_thread(subprocess.run, back, check=True, stdout=subprocess.DEVNULL)

    again = Store(open_database(tmp_path, new), 7, "one")
    await migrate(again.db)
    assert [one.id for one in await Clinics(again.db, 7).refresh()] == ["oak"]
    assert not any((await again.people.everything(1, 1)).values())
    await again.close()


def test_the_documented_dump_leaves_out_every_table_that_is_about_people() -> None:
    left_out = {word.partition("=")[2] for word in command("pg_dump")} - {""}
    assert set(metadata.tables) - left_out == set(LASTING) & set(metadata.tables)
