"""What an operator asks from the terminal, of a bot that runs beside."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr
from typer.testing import CliRunner

from bot import opened, operator
from bot.cli import cli
from bot.settings import Settings, SettingsError, StartError, load_settings
from tests.e2e.process import Process, free_port
from tests.emulator import TOKEN, Emulator, Trouble
from tests.troubles import page, refusal, reset


def settings(api: Emulator, state: Path, **more: Any) -> Settings:
    return load_settings(
        telegram_bot_token=TOKEN,
        telegram_api_url=api.url,
        state_dir=state,
        _env_file=None,
        **more,
    )


async def status(known: Settings) -> dict[str, object]:
    return await asyncio.to_thread(operator.status, known)


async def test_status_says_whether_the_bot_runs_and_what_waits(
    api: Emulator, tmp_path: Path
) -> None:
    bot = Process(api, tmp_path)
    asking = settings(api, tmp_path, listen=bot.listen)
    assert "no bot answers at 127.0.0.1" in str((await status(asking))["ready"])
    await bot.start()
    await bot.until_ready()
    api.say(1, "slow 3600")
    await bot.until_busy()
    facts = await status(asking)
    assert (facts["ready"], facts["waiting"], facts["dead_letters"]) == ("yes", 1, 0)
    await bot.end(signal.SIGKILL)


async def test_what_answers_on_the_port_may_be_something_else(
    api: Emulator, tmp_path: Path
) -> None:
    app = web.Application()

    async def other(_: web.Request) -> web.Response:
        return web.Response(text="<html>")

    app.router.add_get("/ready", other)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    facts = await status(settings(api, tmp_path, listen=f"0.0.0.0:{port}"))
    assert "is no bot" in str(facts["ready"])
    await runner.cleanup()


async def test_another_bot_on_the_port_is_not_taken_for_this_one(
    api: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Process(api, tmp_path / "other")
    await other.start()
    await other.until_ready()
    mine = settings(api, tmp_path, listen=other.listen)
    mine = mine.model_copy(update={"telegram_bot_token": SecretStr("654321:another-bots-token")})
    assert (await status(mine))["ready"] == f"no: another bot answers at {other.listen}"
    await other.end(signal.SIGKILL)


@pytest.mark.parametrize("verb", ["info", "delete"])
@pytest.mark.parametrize("trouble", [page(502), refusal(429, "Too Many Requests", retry_after=9)])
async def test_a_webhook_that_telegram_does_not_tell_of_now_is_no_traceback(
    api: Emulator, tmp_path: Path, verb: Any, trouble: Trouble
) -> None:
    api.trouble = lambda method, _: trouble if "Webhook" in method else None
    with pytest.raises(StartError, match="Telegram does not do it now"):
        await asyncio.to_thread(operator.webhook, settings(api, tmp_path), verb)


async def test_the_webhook_is_set_shown_and_deleted_by_command_only(
    api: Emulator, tmp_path: Path
) -> None:
    known = settings(api, tmp_path, public_url="https://bot.example.org")

    async def ask(verb: Any, of: Settings = known) -> dict[str, object]:
        return await asyncio.to_thread(operator.webhook, of, verb)

    assert (await ask("set"))["url"] == "https://bot.example.org/telegram"
    assert len(api.webhook["secret_token"]) > 40
    assert '"message"' in api.webhook["allowed_updates"]
    first = api.webhook["secret_token"]
    await ask("set")
    assert api.webhook["secret_token"] == first, "made once and kept"
    assert (await ask("info"))["url"] == "https://bot.example.org/telegram"
    with pytest.raises(StartError, match="PUBLIC_URL is not set"):
        await ask("set", settings(api, tmp_path))
    bot = Process(api, tmp_path)  # polls, and says why it gets nothing
    await bot.start()
    assert await bot.ended() == 1
    assert "bot webhook delete" in bot.log.read_text()
    await ask("delete")
    assert api.calls_of("deleteWebhook")
    assert (await ask("info"))["url"] == ""


async def test_telegrams_refusal_of_the_address_is_told_in_a_line(
    api: Emulator, tmp_path: Path
) -> None:
    def refuse(method: str, _: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        said = "Bad Request: bad webhook: HTTPS url must be provided for webhook"
        return (400, {"description": said}) if method == "setWebhook" else None

    api.fault = refuse
    with pytest.raises(StartError, match="https url must be provided"):
        await asyncio.to_thread(
            operator.webhook, settings(api, tmp_path, public_url="http://x"), "set"
        )


async def test_a_webhook_that_is_not_taken_at_once_is_set_again(
    api: Emulator, tmp_path: Path
) -> None:
    """Several processes set it in the same moment, which is where Telegram says 429."""
    troubles = iter([refusal(429, "Too Many Requests", retry_after=1), reset, page(502)])
    api.trouble = lambda method, _: next(troubles, None) if method == "setWebhook" else None
    known = settings(api, tmp_path, public_url="https://bot.example.org")
    facts = await asyncio.to_thread(operator.webhook, known, "set")
    assert facts["url"] == "https://bot.example.org/telegram"


@pytest.mark.parametrize("set_before", [True, False])
async def test_a_webhook_that_cannot_be_set_again_stays_as_it_is(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, set_before: bool
) -> None:
    monkeypatch.setattr(opened, "FIRST_TRIES", 0.0)
    known = settings(api, tmp_path, public_url="https://bot.example.org")
    if set_before:
        await asyncio.to_thread(operator.webhook, known, "set")
    wait = (429, {"description": "Too Many Requests", "parameters": {"retry_after": 3600}})
    api.fault = lambda method, _: wait if method == "setWebhook" else None
    if set_before:
        facts = await asyncio.to_thread(operator.webhook, known, "set")
        assert facts["url"] == "https://bot.example.org/telegram"
    else:
        with pytest.raises(StartError, match="could not be set: RetryAfter"):
            await asyncio.to_thread(operator.webhook, known, "set")


async def test_a_second_start_on_a_folder_leaves_the_first_alone(
    api: Emulator, tmp_path: Path
) -> None:
    """Started twice by hand, or beside systemd: what the first has in hand is answered once."""
    first, second = Process(api, tmp_path), Process(api, tmp_path)
    second.log = tmp_path / "second.log"
    await first.start()
    await first.until_ready()
    api.say(1, "slow 1")
    await first.until_busy()
    await second.start()
    assert await second.ended() == 1
    assert second.log.read_text().startswith("Another bot runs on STATE_DIR")
    assert len(second.log.read_text().splitlines()) == 1
    await api.until(lambda: len(api.texts()) == 1)
    assert await first.end(signal.SIGTERM) == 0
    await second.start()
    await second.until_ready()
    assert await second.end(signal.SIGTERM) == 0
    assert len(api.texts()) == 1


def test_a_process_that_takes_updates_in_needs_an_address() -> None:
    """Without one it neither polled nor had a webhook, and called itself ready."""
    several: dict[str, Any] = {"database_url": "postgresql://bot@db/bot", "_env_file": None}
    with pytest.raises(SettingsError, match="ROLE web needs PUBLIC_URL"):
        load_settings(role="web", **several)
    assert load_settings(role="web", public_url="https://x", **several).public_url == "https://x"
    assert load_settings(role="worker", **several).public_url is None


async def test_a_status_needs_to_know_whose(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="TELEGRAM_BOT_TOKEN"):
        await status(Settings(state_dir=tmp_path, _env_file=None))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"STATE_DIR": "broken"}, "file is not a database"),
        ({"DATABASE_URL": "postgresql://me:hush-hush@127.0.0.1:9/db"}, "Connection refused"),
        ({"DATABASE_URL": "mysql://me:hush-hush@h/db"}, "must begin with postgresql://"),
        ({"PUBLIC_URL": "https://x", "LISTEN": "192.0.2.1:80"}, "LISTEN=192.0.2.1:80"),
    ],
)
async def test_a_bot_that_cannot_start_says_why_in_one_line(
    api: Emulator, tmp_path: Path, more: dict[str, str], said: str
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "bot.sqlite").write_text("no database at all")
    if "STATE_DIR" in more:
        more = {"STATE_DIR": str(tmp_path / more["STATE_DIR"])}
    bot = Process(api, tmp_path)
    await bot.start(**more)
    assert await bot.ended() == 1
    log = bot.log.read_text()
    assert said in log
    assert "Traceback" not in log
    assert "hush" not in log


def test_status_of_several_bots_names_each_and_fails_unless_all_are_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", f"{TOKEN},654321:another-token-of-another-bot")
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setenv("LISTEN", f"127.0.0.1:{free_port()}")
    said = CliRunner().invoke(cli, ["status"])
    assert said.exit_code == 1
    for number in ("123456", "654321"):
        assert f"{number} ready: no: no bot answers" in said.output
        assert f"{number} waiting: 0" in said.output
    assert "token-of" not in said.output
