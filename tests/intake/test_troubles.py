"""The whole bot in this process against every trouble that Telegram and the network can make."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiohttp import web
from sqlalchemy import select
from telegram.error import InvalidToken, TelegramError, TimedOut

from bot.intake import poll, turns, worker
from bot.intake.health import SILENCE
from bot.intake.worker import TurnsHungError
from bot.opened import connected, make_bot, opened_store
from bot.reply import transport
from bot.reply.respond import Responder, Response
from bot.reply.transport import AiohttpTransport, BrokenError, NotSentError, TooLargeError
from bot.settings import StartError, load_settings
from bot.store import database
from bot.store.listen import listen
from bot.store.opening import migrate, open_database
from bot.store.schema import conversation
from bot.store.store import TROUBLE, Store
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Reply
from tests.e2e.fake_main import turn
from tests.emulator import TOKEN, Emulator, Trouble
from tests.inside import DESK, inside
from tests.postgres import Postgres
from tests.troubles import cut_short, hang, page, refusal, reset, trickle


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become hundredths of a second."""
    monkeypatch.setattr(poll, "POLL_SECONDS", 0)
    monkeypatch.setattr(poll, "GRACE", 0.1)
    monkeypatch.setattr(poll, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(transport, "TRICKLE_SECONDS", 0.1)
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.1)


def spoil(method: str, *troubles: Trouble) -> Callable[[str, dict[str, Any]], Trouble | None]:
    """Spoil the next calls of one method, one trouble each."""
    left = list(troubles)
    return lambda called, _: left.pop(0) if called == method and left else None


TROUBLES = {
    "429": refusal(429, "Too Many Requests: retry after 0", retry_after=0),
    "500": refusal(500, "Internal Server Error"),
    "502": page(502),
    "429 page": page(429),
    "reset": reset,
    "cut short": cut_short,
    "hangs": hang,
    "trickles": trickle,
    "garbage": page(200),
    "nested": page(200, "[" * 100_000),
    "no list": page(200, '{"ok": true, "result": {}}'),
    "409": refusal(409, "Conflict: terminated by other getUpdates request"),
}


@pytest.mark.usefixtures("hurried")
async def test_polling_gets_over_every_trouble_and_loses_nothing(
    api: Emulator, tmp_path: Path
) -> None:
    api.trouble = spoil("getUpdates", *(t for one in TROUBLES.values() for t in (one, one)))
    for number in range(5):
        api.say(number + 1, "hello")
    async with inside(api, tmp_path) as bot:
        await api.until(lambda: len(api.texts()) == 5)
        assert bot.health.faults() == []
        assert len(set(api.texts())) == 1


@pytest.mark.parametrize("name", [name for name in TROUBLES if name not in ("no list", "409")])
@pytest.mark.usefixtures("hurried")
async def test_an_answer_survives_a_trouble_and_is_sent_once(
    api: Emulator, tmp_path: Path, name: str
) -> None:
    """After a time-out the message has most likely arrived: it is not sent again."""
    api.trouble = spoil("sendMessage", TROUBLES[name])
    api.say(1, "hello")
    async with inside(api, tmp_path, patience=0.1) as bot:
        await bot.until(lambda: api.polls > 1)
        await bot.quiet()
    assert len(api.texts()) == (0 if name in ("hangs", "trickles") else 1)


@pytest.mark.parametrize("trouble", [reset, page(200)], ids=["reset", "garbage"])
@pytest.mark.usefixtures("hurried")
async def test_a_call_that_always_breaks_is_not_made_for_a_day(
    api: Emulator, tmp_path: Path, trouble: Trouble
) -> None:
    """It may have arrived each time: three messages are enough."""
    tries = 0

    def always(method: str, _: dict[str, Any]) -> Trouble | None:
        nonlocal tries
        tries += method == "sendMessage"
        return trouble if method == "sendMessage" else None

    api.trouble = always
    api.say(1, "hello")
    async with inside(api, tmp_path) as bot:
        await bot.until(lambda: tries == 3)
        await bot.quiet()
    assert tries == 3


@pytest.mark.usefixtures("hurried")
async def test_a_second_poller_on_the_token_is_named_and_survived(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rival = True
    conflict = TROUBLES["409"]
    api.trouble = lambda method, _: conflict if method == "getUpdates" and rival else None
    api.say(1, "hello")
    async with inside(api, tmp_path) as bot:
        await bot.until(lambda: bot.health.poll_trouble == "(Conflict)")
        assert bot.health.polled_at is not None
        bot.health.polled_at -= SILENCE + 1
        assert bot.health.faults() == ["polling is silent (Conflict)"]
        rival = False
        await api.until(lambda: len(api.texts()) == 1)
        await bot.until(lambda: bot.health.faults() == [])


@pytest.mark.usefixtures("hurried")
async def test_a_poll_that_hangs_for_ever_is_noticed_and_made_again(
    api: Emulator, tmp_path: Path
) -> None:
    hung = 0

    def hanging(method: str, _: dict[str, Any]) -> Trouble | None:
        nonlocal hung
        hung += method == "getUpdates"
        return hang if method == "getUpdates" and hung <= 3 else None

    api.trouble = hanging
    api.say(1, "hello")
    async with inside(api, tmp_path):
        await api.until(lambda: len(api.texts()) == 1)
    assert hung > 3


@pytest.mark.usefixtures("hurried")
async def test_a_token_that_telegram_does_not_know_any_more_ends_polling_with_its_reason(
    api: Emulator, tmp_path: Path
) -> None:
    unknown = refusal(401, "Unauthorized")
    api.trouble = lambda method, _: unknown if method == "getUpdates" else None

    async def serve() -> None:
        async with inside(api, tmp_path) as bot:
            await bot.until(lambda: False)

    with pytest.raises(InvalidToken):
        await serve()


@pytest.mark.usefixtures("hurried")
async def test_one_refusal_after_other_troubles_does_not_end_polling(
    api: Emulator, tmp_path: Path
) -> None:
    unknown = refusal(401, "Unauthorized")
    api.trouble = spoil("getUpdates", *[page(502)] * poll.REVOKED, unknown, page(502), unknown)
    api.say(1, "hello")
    async with inside(api, tmp_path):
        await api.until(lambda: len(api.texts()) == 1)


@pytest.mark.usefixtures("hurried")
async def test_answers_wait_while_telegram_does_not_know_the_token(
    api: Emulator, tmp_path: Path
) -> None:
    unknown: Trouble | None = refusal(401, "Unauthorized")
    api.trouble = lambda method, _: unknown if method == "sendMessage" else None
    for chat in range(1, 6):
        api.say(chat, "hello")
    async with inside(api, tmp_path) as bot:
        await bot.until(lambda: bot.health.sends_down_since is not None)
        depth = await bot.store.depth()
        assert (depth.waiting, depth.dead) == (5, 0)
        unknown = None
        await api.until(lambda: len(api.texts()) == 5)
        await bot.quiet()
        assert (await bot.store.depth()).dead == 0


@pytest.mark.usefixtures("hurried")
async def test_an_answer_too_large_for_memory_is_asked_for_in_parts(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST", 50_000)
    for number in range(40):
        api.say(number + 1, "x" * 4000)
    async with inside(api, tmp_path):
        await api.until(lambda: len(api.texts()) == 40)


SAID = {
    "reset": BrokenError,
    "cut short": BrokenError,
    "hangs": TimedOut,
    "trickles": TimedOut,
    "502": TelegramError,
    "nested": BrokenError,
}


@pytest.mark.parametrize("name", SAID)
@pytest.mark.usefixtures("hurried")
async def test_the_transport_says_what_happened_without_the_address(
    api: Emulator, name: str
) -> None:
    api.trouble = spoil("getMe", TROUBLES[name])
    pool = AiohttpTransport(read_timeout=0.1)
    await pool.initialize()
    with pytest.raises(SAID[name]) as raised:
        await pool.post(f"{api.url}123456:secret/getMe")
    assert "secret" not in repr(raised.value)
    await pool.shutdown()


async def test_no_connection_is_told_from_a_broken_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = AiohttpTransport(read_timeout=0.1)
    with pytest.raises(NotSentError):
        await pool.post("http://127.0.0.1:9/x")
    await pool.initialize()
    with pytest.raises(NotSentError):
        await pool.post("http://127.0.0.1:9/x")
    await pool.shutdown()


@pytest.mark.parametrize("status", [407, 502, 503])
async def test_a_proxy_that_opens_no_tunnel_has_sent_nothing(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"CONNECT ")
        writer.write(f"HTTP/1.1 {status} no\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    monkeypatch.setattr(transport, "_proxy", lambda *_: f"http://127.0.0.1:{port}")
    pool = AiohttpTransport(read_timeout=5)
    await pool.initialize()
    with pytest.raises(NotSentError):
        await pool.post("https://api.telegram.org/bot1:x/sendMessage")
    await pool.shutdown()
    proxy.close()
    await proxy.wait_closed()


async def test_a_proxy_without_end_does_not_fill_the_memory(
    api: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST", 1000)
    api.trouble = spoil("getMe", page(200, "x" * 100_000))
    pool = AiohttpTransport(read_timeout=5)
    await pool.initialize()
    with pytest.raises(TooLargeError):
        await pool.post(f"{api.url}1:x/getMe")
    await pool.shutdown()


async def test_ten_thousand_updates_at_once_wait_on_disk_not_in_memory(
    api: Emulator, tmp_path: Path
) -> None:
    """Most are nothing to answer, so that the test is short; each is kept and settled."""
    group = {"id": -5, "type": "supergroup", "title": "g"}
    for number in range(10_000):
        who = {"id": 1 + number % 500, "is_bot": False, "first_name": "P"}
        chat = {**group, "id": -1 - number % 500}
        body = {"message_id": number + 1, "date": 1_790_000_000, "text": "among themselves"}
        api.feed({"message": {**body, "from": who, "chat": chat}})
    api.say(7, "hello")
    most = 0
    async with inside(api, tmp_path) as bot:
        while api.confirmed < 10_001:
            most = max(most, sum("Crew._handle" in str(t) for t in asyncio.all_tasks()))
            await asyncio.sleep(0.05)
        await bot.quiet()
    assert most <= 16
    assert len(api.texts()) == 1


async def test_a_database_that_goes_away_and_comes_back_costs_nothing_but_time(
    api: Emulator, tmp_path: Path, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real PostgreSQL, stopped while updates come and answers are recorded."""
    monkeypatch.setattr(worker, "backoff", lambda *_: 0.1)
    monkeypatch.setattr(poll, "backoff", lambda *_: 0.1)
    async with inside(api, tmp_path, postgres_server.url, bot_id=uuid.uuid4().int % 10**9) as bot:
        hearing = asyncio.create_task(listen([bot.store], bot.stopping))
        for number in range(20):
            api.say(number % 5 + 1, f"slow 0.02 {number}")
        await api.until(lambda: len(api.texts()) >= 3)
        await asyncio.to_thread(postgres_server.stop)
        try:
            for number in range(20, 40):
                api.say(number % 5 + 1, f"hello {number}")
            await bot.until(lambda: "the store does not take updates" in bot.health.faults())
        finally:
            await asyncio.to_thread(postgres_server.start)
        await bot.until(lambda: len(set(api.texts())) == 40)
        await bot.quiet()
        assert bot.health.faults() == []
        bot.stopping.set()
        await hearing
    assert len(api.texts()) == 40, "each once"


async def test_a_database_that_is_away_for_longer_than_a_lease_has_each_answered_once(
    api: Emulator, tmp_path: Path, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers' answers are out and not recorded; one comes back before the other."""
    monkeypatch.setattr("bot.store.store.LEASE", 1.5)
    monkeypatch.setattr(worker, "LEASE", 1.5)
    monkeypatch.setattr(worker, "GENTLE", 0.0)
    monkeypatch.setattr(worker, "backoff", lambda *_: 0.1)
    monkeypatch.setattr(poll, "backoff", lambda *_: 0.1)
    arrive, both_back = asyncio.Event(), asyncio.Event()
    sending, renewed, failed = 0, Counter[str](), Counter[str]()
    renew = Store.renew

    async def watched(self: Store, in_hand: Sequence[int]) -> None:
        if renewed["one"] >= enough and self.owner == "one":
            await both_back.wait()
        try:
            await renew(self, in_hand)
            renewed[self.owner] += 1
        except TROUBLE:
            failed[self.owner] += 1
            raise

    async def waits(request: web.Request) -> web.StreamResponse:
        nonlocal sending
        sending += 1
        await arrive.wait()
        return await api._handle(request)

    async def away(_: object) -> None:
        raise OSError

    enough = 10**9
    monkeypatch.setattr(Store, "renew", watched)
    api.trouble = lambda name, _: waits if name == "sendMessage" and not arrive.is_set() else None
    for chat in range(1, 31):
        api.say(chat, "hello")
    here = (api, tmp_path, postgres_server.url)
    number = uuid.uuid4().int % 10**9
    async with (
        inside(*here, patience=60, bot_id=number, owner="one") as one,
        inside(*here, patience=60, bot_id=number, owner="two") as two,
    ):
        await one.until(lambda: sending == 30)  # more than one crew has hands
        await asyncio.to_thread(postgres_server.stop)
        try:
            arrive.set()
            await api.until(lambda: len(api.texts()) == 30)
            await one.until(lambda: min(failed["one"], failed["two"]) > 3)  # no lease is left
            run = two.store.db.run
            monkeypatch.setattr(two.store.db, "run", away)
            enough = renewed["one"] + 2
        finally:
            await asyncio.to_thread(postgres_server.start)
        await one.until(lambda: renewed["one"] == enough)
        monkeypatch.setattr(two.store.db, "run", run)
        await two.quiet()
        both_back.set()
    assert len(api.texts()) == 30, "each once"


async def test_a_connection_that_died_at_rest_costs_no_transaction(
    tmp_path: Path, postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ALIVE", 0.0)
    store = Store(open_database(tmp_path, postgres_server.url), 99, "one")
    await migrate(store.db)
    await asyncio.gather(*(store.depth() for _ in range(4)))  # each connection of the pool is open
    await asyncio.to_thread(postgres_server.stop)
    await asyncio.to_thread(postgres_server.start)
    await asyncio.gather(*(store.depth() for _ in range(4)))
    await store.close()
    await store.db.close()


@contextmanager
def only_reading(server: Postgres) -> Iterator[None]:
    """As in a fail-over: who is connected to the one that reads is told so for ever."""

    def commands(*statements: str) -> None:
        with psycopg.connect(server.url, autocommit=True) as operator:
            operator.execute("SET default_transaction_read_only = off")
            for statement in statements:
                operator.execute(statement.encode())

    commands(
        "ALTER DATABASE postgres SET default_transaction_read_only = on",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    )
    try:
        yield
    finally:
        commands("ALTER DATABASE postgres RESET default_transaction_read_only")


async def test_a_database_that_only_reads_for_a_while_takes_updates_again(
    api: Emulator, tmp_path: Path, postgres_server: Postgres
) -> None:
    bot_id = uuid.uuid4().int % 10**9
    async with inside(api, tmp_path, postgres_server.url, bot_id=bot_id) as bot:
        with only_reading(postgres_server):
            api.say(1, "hello")
            await bot.until(lambda: "the store does not take updates" in bot.health.faults())
            await asyncio.sleep(database.ALIVE + 0.2)  # those that died are noticed
            await asyncio.gather(*(bot.store.depth() for _ in range(4)))  # all connect anew
        await bot.until(lambda: len(api.texts()) == 1)
        await bot.quiet()
        await bot.until(lambda: bot.health.faults() == [])


async def test_a_start_on_a_database_that_only_reads_says_so_in_a_line(
    postgres_server: Postgres,
) -> None:
    settings = load_settings(
        telegram_bot_token="7:a", database_url=postgres_server.url, _env_file=None
    )
    async with opened_store(settings) as store:
        await store.set_setting("username_7", "now it is up to date")
    with only_reading(postgres_server), pytest.raises(StartError, match="read-only"):
        async with opened_store(settings) as store:
            await store.set_setting("username_7", "another")


async def test_turns_that_hang_are_given_up_and_too_many_end_the_process(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLOW", 0.02)
    monkeypatch.setattr(turns, "LONGEST", 0.1)
    for chat in range(1, worker.HUNG + 1):
        api.say(chat, "slow 3")

    async def serve() -> None:
        async with inside(api, tmp_path) as bot:
            await bot.until(lambda: False)

    with pytest.raises(TurnsHungError):
        await serve()
    assert api.texts() == ["sorry"] * worker.HUNG
    async with inside(api, tmp_path) as bot:
        assert (await bot.store.depth()).waiting == 0, "the next process has none of them to do"


async def test_what_was_asked_before_is_answered_beside_a_turn_that_takes_long(
    api: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SLOW", 60)  # no second thread comes to its help
    gate = threading.Event()

    def waits(inbound: Inbound, memory: Memory) -> tuple[Memory, Reply]:
        if inbound.text == "search":
            gate.wait()
        return turn(inbound, memory)

    responder = Responder(replace(DESK, turn=waits))
    async with inside(api, tmp_path, responder=responder):
        api.say(1, "hello")
        await api.until(lambda: len(api.texts()) == 1)
        api.say(2, "search")
        api.say(3, "hello")
        await api.until(lambda: len(api.texts(3)) == 1)
        assert not api.texts(2)
        gate.set()
        await api.until(lambda: len(api.texts(2)) == 1)


class Spoilt(Responder):
    """What it would keep of who says "spoilt", PostgreSQL will never store."""

    def respond(self, update: Any, *args: Any, **kwargs: Any) -> Response:
        said = super().respond(update, *args, **kwargs)
        return replace(said, kept="\x00") if "spoilt" in update["message"]["text"] else said


async def remembered(store: Store) -> list[int]:
    """The chats whose talk is kept."""
    held = conversation.c
    chats = select(held.chat_id).where(held.bot_id == store.bot_id).order_by(held.chat_id)
    return await store.db.run(lambda connection: list(connection.execute(chats).scalars()))


async def test_an_answer_that_cannot_be_recorded_is_sent_once_and_blocks_nothing(
    api: Emulator, tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "backoff", lambda *_: 0.01)
    for chat in range(1, 6):
        api.say(chat, f"spoilt {chat}")
    spoilt, number = Spoilt(DESK), uuid.uuid4().int % 10**9
    async with inside(api, tmp_path, postgres, bot_id=number, responder=spoilt) as bot:
        await api.until(lambda: len(api.texts()) == 5)
        await bot.quiet()
        assert bot.health.faults() == []
        assert await remembered(bot.store) == []
    assert len(api.texts()) == 5


@pytest.mark.parametrize("stop", [False, True])
async def test_of_answers_that_are_recorded_together_only_the_bad_one_is_given_up(
    api: Emulator, tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, stop: bool
) -> None:
    monkeypatch.setattr(worker, "backoff", lambda *_: 0.01)
    monkeypatch.setattr(worker, "GENTLE", 0.0)  # all are in hand at once
    monkeypatch.setattr(worker, "GATHERING", 1.0)  # and recorded together
    for chat in range(1, 17):
        late = stop and chat > 7
        api.say(chat, "spoilt" if chat == 3 else f"slow {2 if late else 0}")
    spoilt, number = Spoilt(DESK), uuid.uuid4().int % 10**9
    async with inside(api, tmp_path, postgres, bot_id=number, responder=spoilt) as bot:
        await api.until(lambda: len(api.texts()) >= 7)
        if stop:
            await bot.stop()
        await bot.quiet()
        assert await remembered(bot.store) == [1, 2, *range(4, 17)]
    assert len(api.texts()) == 16


async def test_a_stop_is_heard_while_telegram_cannot_be_reached(tmp_path: Path) -> None:
    stopping = asyncio.Event()
    settings = load_settings(
        telegram_bot_token=TOKEN,
        telegram_api_url="http://127.0.0.1:9/bot",
        state_dir=tmp_path,
        _env_file=None,
    )
    asyncio.get_running_loop().call_later(0.1, stopping.set)
    with pytest.raises(StartError, match="cannot be reached"):
        async with asyncio.timeout(5), connected(make_bot(settings), stopping):
            pass
