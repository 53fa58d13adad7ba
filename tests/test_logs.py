"""Nothing that a person wrote, and no secret, gets into a log by any door there is."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator

import pytest
import structlog
from telegram import Bot

from bot.logs import get_logger, set_up
from bot.settings import Settings

TOKEN = "123456789:AAcanary-token-canary-token-canary"
SAID = "my weight is 83.4 kg"
SECRET = "hook-secret-canary"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Logging as the bot sets it up, at DEBUG, into a stream; put back afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    kept = root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook
    set_up("DEBUG", [TOKEN, SECRET], stream)
    yield stream
    root.handlers[:], level, sys.excepthook, threading.excepthook, sys.unraisablehook = kept
    root.setLevel(level)
    logging.raiseExceptions = True
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def fail() -> None:
    raise ValueError(SAID)


def by_a_library() -> None:
    logging.getLogger("somebody").error("could not send %s with %s", SAID, TOKEN)


def by_a_librarys_exception() -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("somebody").exception("in %r", SAID, stack_info=True)


def by_a_record_that_cannot_be_formatted() -> None:
    logging.getLogger("somebody").error("%d of %d", SAID)  # noqa: PLE1206 - that is the point


def by_a_warning() -> None:
    warnings.warn(SAID, UserWarning, stacklevel=1)


def by_our_own_exception() -> None:
    try:
        fail()
    except ValueError:
        get_logger("bot").exception("failed")


def by_an_object() -> None:
    get_logger("bot").info("made", bot=Bot(TOKEN), settings=Settings(telegram_bot_token=TOKEN))


def by_a_secret_in_our_own_words() -> None:
    get_logger("bot").info("called", url=f"https://x/bot{TOKEN}/getMe", hook=SECRET)


def by_the_end_of_the_program() -> None:
    try:
        fail()
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def by_a_thread() -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def by_a_destructor() -> None:
    class Dying:
        def __del__(self) -> None:
            fail()

    Dying()
    gc.collect()


def by_a_task_nobody_waits_for() -> None:
    async def forgotten() -> None:
        async def failing() -> None:
            fail()

        task = asyncio.create_task(failing(), name=SAID)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(forgotten())


DOORS: list[Callable[[], None]] = [
    by_a_library,
    by_a_librarys_exception,
    by_a_record_that_cannot_be_formatted,
    by_a_warning,
    by_our_own_exception,
    by_an_object,
    by_a_secret_in_our_own_words,
    by_the_end_of_the_program,
    by_a_thread,
    by_a_destructor,
    by_a_task_nobody_waits_for,
]


@pytest.mark.filterwarnings("always")
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_neither_words_nor_secrets_get_through(
    log: io.StringIO, capfd: pytest.CaptureFixture[str], door: Callable[[], None]
) -> None:
    door()
    out, err = capfd.readouterr()
    written = log.getvalue() + out + err
    for part in (SAID, "83.4", TOKEN, TOKEN.split(":")[1], SECRET):
        assert part not in written
    if door is not by_a_record_that_cannot_be_formatted:
        assert json.loads(log.getvalue().splitlines()[0])["event"]


@pytest.mark.parametrize("colon", [":", "%3A", "%3a"])
@pytest.mark.parametrize("before", ["", "token=", "https://api.telegram.org/bot", "file/bot"])
def test_a_token_that_nobody_named_is_hidden_wherever_it_stands(
    log: io.StringIO, before: str, colon: str
) -> None:
    number, secret = "987654321", "BBanother-bots-token-canary-canary"
    get_logger("bot").info("called", url=f"{before}{number}{colon}{secret}/getMe")
    assert secret not in log.getvalue()


def test_settings_show_no_secret_even_in_a_traceback() -> None:
    held = Settings(
        telegram_bot_token=TOKEN,
        webhook_secret=SECRET,
        database_url="postgresql://me:hush@h/db",
        _env_file=None,
    )
    shown = repr(held) + str(held) + held.model_dump_json()
    shown += "".join(traceback.format_exception(ValueError(held)))
    for part in (TOKEN, SECRET, "hush"):
        assert part not in shown
