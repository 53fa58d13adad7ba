"""``bot clinic handover`` and ``staffgroup``: what they accept, and what they say."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.clinic import ClinicError, commands
from bot.reply import links
from bot.settings import Settings
from bot.store.opening import migrate, open_database
from bot.store.store import Store


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(state_dir=tmp_path, telegram_bot_token="99:AAx", _env_file=None)
    commands.add(made, "Oak", "555")
    return made


def known_as(settings: Settings, name: str) -> None:
    """The bot has run on this database, so that nobody asks Telegram for its name."""

    async def keep() -> None:
        store = Store(open_database(settings.state_dir, None), settings.bot_id, "one")
        await migrate(store.db)
        await store.set_setting(f"username_{settings.bot_id}", name)
        await store.close()

    asyncio.run(keep())


def test_it_is_off_until_it_is_switched_on_and_the_list_tells(settings: Settings) -> None:
    assert [commands.spoken(one) for one in commands.all_of(settings)] == ["hand-over off"]
    change = {"on": True, "hours": "Mon-Fri 9-17", "tz": "Europe/Berlin", "timeout": 90}
    said = commands.spoken(commands.handover(settings, "oak", change))
    assert said == "hand-over on: Mon-Fri 9-17 (Berlin time), within 90m, no staff group"
    card = commands.handover(settings, "oak", {"photos": True, "timeout": 240})
    assert commands.spoken(card).endswith("within 4h, no staff group, pictures too")
    commands.add(settings, "Oak", "556")  # a new number changes nothing of it
    assert commands.all_of(settings)[0].handover == card.handover
    assert commands.spoken(commands.handover(settings, "oak", {"on": False})) == "hand-over off"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hours": "nine to five"}, r'hours: write hours like "Mon-Fri 9-17"'),
        ({"tz": "Mars/Olympus"}, r'tz: a time zone has a name like "Europe/Berlin"'),
        ({"tz": "../../etc/passwd"}, "tz: a time zone"),
        ({"timeout": 1}, "timeout: "),
    ],
)
def test_what_cannot_be_used_is_said(
    settings: Settings, change: dict[str, object], said: str
) -> None:
    with pytest.raises(ClinicError, match=said):
        commands.handover(settings, "oak", change)


def test_there_must_be_such_a_clinic(settings: Settings) -> None:
    with pytest.raises(ClinicError, match="Known: oak"):
        commands.handover(settings, "elm", {"on": True})
    with pytest.raises(ClinicError, match="Known: oak"):
        commands.staff_command(settings, "elm")


@pytest.mark.parametrize(
    ("text", "minutes"), [("4h", 240), ("30m", 30), (" 2 H", 120), (None, None)]
)
def test_a_wait_is_hours_or_minutes(text: str | None, minutes: int | None) -> None:
    assert commands.minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "4", "h", "4d", "-1h", "4h30m", "9999h", "4m", "169h"])
def test_what_is_no_wait_is_refused(text: str) -> None:
    with pytest.raises(ClinicError, match="4h or 30m, from 5m to 168h"):
        commands.minutes(text)


def test_the_line_for_the_group_names_the_bot_and_bears_a_code(settings: Settings) -> None:
    known_as(settings, "oak_bot")
    command, code = commands.staff_command(settings, "oak").split()
    assert command == "/staffgroup@oak_bot"
    read = links.read_staff_code(code)
    assert read is not None
    assert read.clinic == "oak"
