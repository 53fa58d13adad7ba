"""``bot setup`` walks from a token to a poster, and can be left and taken up again."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot import opened
from bot.clinic import commands
from bot.env_file import put
from bot.settings import Settings, SettingsError
from bot.setup import Dialogue, Setup
from bot.turn.context import Context
from tests.emulator import TOKEN, Emulator, emulators

ROOT = Path(__file__).parents[2]


async def typed_into_a_process(api: Emulator, folder: Path, *typed: str) -> tuple[int, str]:
    """Run the command in a folder with these lines typed; its status and what it printed."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "setup"),
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG")},
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_API_URL": api.url,
            "STATE_DIR": str(folder / "state"),
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    lines = "".join(f"{line}\n" for line in typed).encode()
    said, _ = await asyncio.wait_for(running.communicate(lines), 60)
    return running.returncode or 0, said.decode()


class Walk:
    """The same questions in this process, in a folder of their own."""

    def __init__(self, api: Emulator, folder: Path, context: Context) -> None:
        self.api, self.folder, self.replies = api, folder, context.kb.replies
        self.env = Path(".env")
        self.said: list[str] = []

    async def __call__(self, *typed: str) -> str:
        """What it says; EOFError where it asks for more than was typed."""
        lines, said = iter(typed), self.said
        said.clear()

        def ask(question: str, secret: bool) -> str:
            line = next(lines, None)
            said.append(f"{question}{'' if secret else line or ''}")
            if line is None:
                raise EOFError("\n".join(said))
            return line

        walk = Setup(Dialogue(ask, said.append), self.env, self.replies)
        await asyncio.to_thread(walk.run, Path("posters"))
        assert next(lines, None) is None, "not all was asked"
        return "\n".join(said)


@pytest.fixture
def walk(api: Emulator, tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch) -> Walk:
    monkeypatch.setenv("TELEGRAM_API_URL", api.url)
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return Walk(api, tmp_path, context)


async def test_from_a_token_to_a_poster(api: Emulator, tmp_path: Path) -> None:
    status, said = await typed_into_a_process(
        *(api, tmp_path, TOKEN, "Oak Skin Clinic bot", "https://bot.example.org/hook"),
        *("Oak Skin Clinic", "555-0100", "Mon to Fri 9 to 5", "Call 112"),
    )
    assert status == 0, said
    assert "This is @t_bot" in said
    assert api.calls_of("setMyName") == [{"name": "Oak Skin Clinic bot"}]
    env = tmp_path / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert env.read_text().splitlines() == [
        f"TELEGRAM_BOT_TOKEN={TOKEN}",
        "PUBLIC_URL=https://bot.example.org/hook",
    ]
    posters = sorted(file.name for file in (tmp_path / "posters").iterdir())
    assert "oak-skin-clinic-a4.pdf" in posters
    assert TOKEN not in said
    assert TOKEN.split(":")[1] not in said


async def test_it_goes_on_where_it_was_left(walk: Walk) -> None:
    with pytest.raises(EOFError, match="What patients see"):
        await walk(TOKEN)
    with walk.env.open("a") as file:
        file.write("# mine\nLOG_LEVEL=ERROR\n")
    said = await walk("", "", "", "Oak", "555", "", "")
    assert "[the one in use]" in said
    assert not walk.api.calls_of("setMyName")
    assert "LOG_LEVEL=ERROR" in walk.env.read_text()
    said = await walk("", "", "", "")  # the clinic is there as well
    assert "There is: oak." in said
    assert "oak-a4.pdf" in said


async def test_of_several_tokens_the_first_bot_is_set_up(
    tmp_path: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``bot clinic`` is the first bot's too, and neither asks Telegram for a list of tokens."""
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(opened, "FIRST_TRIES", 0.0)
    monkeypatch.chdir(tmp_path)
    tokens = ("1111:the-first-bots-token-of-this-test", "2222:the-other-bots-token-of-this-test")
    async with emulators(*tokens) as (first, _):
        monkeypatch.setenv("TELEGRAM_API_URL", first.url)
        put(Path(".env"), {"TELEGRAM_BOT_TOKEN": ",".join(tokens)})
        walk = Walk(first, tmp_path, context)
        said = await walk("", "Oak bot", "polling", "Oak", "555", "", "")
        assert "This is @t1111_bot" in said
        assert first.calls_of("setMyName") == [{"name": "Oak bot"}]
        held = Settings(_env_file=walk.env)
        assert "t1111_bot" in await asyncio.to_thread(commands.link, held, "oak")
        assert held.telegram_bot_token is not None
        assert held.telegram_bot_token.get_secret_value() == ",".join(tokens)


async def test_a_name_that_gives_the_id_of_another_clinic_is_refused(walk: Walk) -> None:
    await walk(TOKEN, "", "", "Клиника 1", "555-0100", "", "")
    said = await walk("", "", "", "Больница 1", "none")
    assert "the id 1, made from this name, is that of 'Клиника 1'" in said
    held = await asyncio.to_thread(commands.all_of, Settings(_env_file=walk.env))
    assert [(one.name, one.phone) for one in held] == [("Клиника 1", "555-0100")]
    await walk("", "", "", "Клиника 1", "555-0101", "", "")  # the same clinic is changed
    held = await asyncio.to_thread(commands.all_of, Settings(_env_file=walk.env))
    assert [one.phone for one in held] == ["555-0101"]


async def test_stopping_it_says_how_to_go_on(api: Emulator, tmp_path: Path) -> None:
    status, said = await typed_into_a_process(api, tmp_path, TOKEN)
    assert status == 1
    assert "Stopped. What you gave is kept: run `python -m bot setup` again to go on." in said
    assert "Traceback" not in said


async def test_polling_beside_a_webhook_says_what_removes_it(walk: Walk) -> None:
    walk.api.webhook = {"url": "https://old.example.org/hook"}
    assert "`python -m bot webhook delete` removes it" in await walk(TOKEN, "", "polling", "none")


async def test_an_address_that_a_phone_began_with_a_capital_is_read_back(walk: Walk) -> None:
    await walk(TOKEN, "", "Https://bot.example.org", "none")
    assert Settings(_env_file=walk.env).public_url == "https://bot.example.org"
    await walk("", "", "", "none")


async def test_each_wrong_answer_says_what_would_be_taken(walk: Walk) -> None:
    refused = iter([(401, {"description": "Unauthorized"})])

    def fault(method: str, _: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        return next(refused, None) if method == "getMe" else None

    walk.api.fault = fault
    said = await walk(
        *("", "no token", "99:revoked", TOKEN, "x" * 65, ""),
        *("http://plain.example.org", "https://bot.example.org:9000"),
        *("https://bot.example.org/hook?a=b", "polling"),
        *("診所", "n" * 81, "Oak", "call us", "555", "h" * 121, "", ""),
    )
    for sentence in (
        "a token looks like 123456789:AA",
        "Telegram does not know this token; send /mybots to @BotFather",
        "a name has 1 to 64 characters",
        "type polling, or an address like https://bot.example.org (port 443, 80, 88 or 8443)",
        "a host and perhaps a path of letters, digits and . _ ~ - and no more",
        "a name has some of the letters a to z",
        "a name has 1 to 80 characters",
        "a phone number has digits",
        "it has up to 120 characters",
    ):
        assert f"That does not work: {sentence}" in said
    assert said.count("a token looks like") == 2
    assert "PUBLIC_URL" not in walk.env.read_text()
    assert "revoked" not in said


async def test_where_telegram_cannot_be_reached_nothing_is_kept(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_API_URL", "http://127.0.0.1:9/bot")
    with pytest.raises(EOFError, match="check the network and try again"):
        await walk(TOKEN)
    assert not walk.env.exists()


async def test_telegram_that_wants_a_pause_after_the_token_is_no_traceback(walk: Walk) -> None:
    """It went on to the name with a call of its own, whose refusal nobody took."""
    asked: list[str] = []

    def fault(method: str, _: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        asked.append(method)
        wait = {"description": "Too Many Requests", "parameters": {"retry_after": 3}}
        return (429, wait) if asked.count("getMe") > 2 else None

    walk.api.fault = fault
    with pytest.raises(EOFError, match="Telegram wants a pause"):
        await walk(TOKEN, "Oak Skin Clinic bot")


async def test_another_setting_that_is_wrong_is_not_laid_on_the_token(walk: Walk) -> None:
    walk.env.write_text("TELEGRAM_BOT_TOKEN=none\nLISTEN=nowhere\n")
    with pytest.raises(SettingsError, match="LISTEN"):
        await walk(TOKEN)


async def test_the_guide_shows_the_walk(walk: Walk) -> None:
    named = {"id": 1, "is_bot": True, "first_name": "Oak", "username": "oak_skin_clinic_bot"}
    walk.api.fault = lambda method, _: (200, named) if method == "getMe" else None
    said = await walk(
        *(TOKEN, "Oak Skin Clinic", "", "Oak Skin Clinic", "555-0100"),
        *("Mon to Fri 8 to 17", "Call 112"),
    )
    console = Console(record=True, width=90, file=io.StringIO())
    console.print(f"$ python -m bot setup\n{said}", markup=False, highlight=False)
    if folder := os.environ.get("PICTURES_INTO"):
        console.save_svg(f"{folder}/guide-setup.svg", title="python -m bot setup")


@given(st.text(min_size=1) | st.from_regex(r"[!-~]+", fullmatch=True))
def test_a_value_is_read_back_as_it_was_put_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "read-back.env"
    try:
        put(file, {"DATABASE_URL": value})
    except ValueError:
        return
    held = Settings(_env_file=file).database_url
    assert held is not None
    assert held.get_secret_value() == value


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\n")
    with pytest.raises(ValueError, match="letters, digits"):
        put(file, {"B": "two\nlines"})
    assert file.read_text() == "A=1\n"
    assert [one.name for one in tmp_path.iterdir()] == [".env"]
