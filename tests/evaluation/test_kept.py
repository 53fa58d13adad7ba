"""What /trust says of the last check comes out of a file that `bot eval --write` wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from bot.app import Content, make_desk
from bot.evaluation.kept import FILE, SHOWN, keep, last, told
from bot.evaluation.messages import Figure
from bot.kb.loading import load
from bot.reply.update import Me
from bot.settings import Settings
from bot.store.clinics import Clinics
from bot.store.database import Sqlite
from bot.turn.context import Context
from tests.journeys.chat import Chat, desk, text

TODAY = dt.date(2027, 3, 1)


def figures(share: float, *names: str) -> list[Figure]:
    return [Figure(name, 40, share, share, share) for name in names]


def test_figures_are_told_as_measured_until_a_text_changes(base: Path) -> None:
    replies = load(base).replies
    (base / FILE).unlink(missing_ok=True)
    assert told(base, replies) == ""
    *messages, red_flags = SHOWN.values()
    keep(figures(0.875, *messages), base, TODAY)
    assert told(base, replies) == ""  # half of it is not measured yet
    keep(figures(0.25, red_flags), base, TODAY)
    said = told(base, replies)
    assert "1 March 2027" in said
    assert "88 in 100" in said
    assert "25 in 100" in said
    assert "changed" not in said
    file = base / "replies" / "en.yaml"
    file.write_text(file.read_text() + "# a curator was here\n")
    assert told(base, replies).endswith("My texts have changed since then.")
    keep(figures(0.5, red_flags), base, TODAY)
    kept = last(base)
    assert kept is not None
    assert list(kept.shares) == [red_flags]  # old figures do not pass for new ones


def test_a_file_that_cannot_be_read_claims_nothing(base: Path) -> None:
    (base / FILE).write_text('{"on": "soon"}')
    assert told(base, load(base).replies) == ""


async def test_trust_shows_the_figures_of_the_knowledge_base_in_use(
    base: Path, context: Context, tmp_path: Path
) -> None:
    keep(figures(0.75, *SHOWN.values()), base, TODAY)
    settings = Settings(knowledge_dir=base, state_dir=tmp_path, _env_file=None)
    clinics = Clinics(Sqlite(tmp_path / "none"), 1)
    kb = load(base)
    made = make_desk(settings, Content(desk(context).turn, kb), Me(1, "b"), clinics)
    assert "75 in 100" in text(Chat(made).message("/trust"))
    assert "not been checked" in text(Chat(desk(context)).message("/trust"))
