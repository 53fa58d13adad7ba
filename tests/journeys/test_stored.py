"""What is stored, shown, deleted and sent later: the workers over a real SQLite file."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from telegram import Bot
from telegram.request import BaseRequest, RequestData

from bot.intake.answering import Parts
from bot.intake.arrivals import arrivals
from bot.intake.health import Health
from bot.intake.limits import Limiter
from bot.intake.reminders import put_due
from bot.intake.stats import Stats
from bot.intake.worker import Crew
from bot.reply import links
from bot.reply.respond import Responder
from bot.reply.send import Pacer, Sender
from bot.reply.talk import Kept, Reminder
from bot.reply.window import Window
from bot.store.clinics import Clinic, Clinics
from bot.store.opening import migrate, open_database
from bot.store.rows import Closed
from bot.store.staff import Staff
from bot.store.store import Store
from bot.store.tally import Cell, month
from bot.turn.context import Context
from bot.turn.course_dates import spoken
from tests.journeys.chat import BOT, PERSON, USERNAME, desk

CLINIC = Clinic(id="oak", name="Oak Clinic", phone="555-0100", hours="9 to 5", emergency="911")


class Tape(BaseRequest):
    """Takes every call; ``blocked``: the person has blocked the bot; ``refuse``: 429s to give.

    ``faults``: by method, what Telegram says to its next calls: status and description.
    """

    read_timeout = 1.0

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.files: list[Any] = []
        self.blocked = False
        self.refuse = 0
        self.faults: dict[str, list[tuple[int, str]]] = {}

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(  # type: ignore[override]  # PTB passes its timeouts by name
        self, url: str, method: str, request_data: RequestData | None = None, **_: Any
    ) -> tuple[int, bytes]:
        name = url.rsplit("/", 1)[1]
        if self.refuse and name == "sendMessage":
            self.refuse -= 1
            wait = {"description": "Too Many Requests", "parameters": {"retry_after": 0}}
            return 429, json.dumps({"ok": False, "error_code": 429, **wait}).encode()
        self.calls.append((name, dict(request_data.parameters) if request_data else {}))
        if request_data is not None and request_data.multipart_data:
            self.files += [part[1] for part in request_data.multipart_data.values()]
        if faults := self.faults.get(name):
            code, said = faults.pop(0)
            return code, json.dumps(
                {"ok": False, "error_code": code, "description": said}
            ).encode()
        if self.blocked:
            said = "Forbidden: bot was blocked by the user"
            return 403, json.dumps({"ok": False, "error_code": 403, "description": said}).encode()
        sent = {"message_id": 900 + len(self.calls), "date": 0}
        result: Any = {**sent, "chat": {"id": PERSON, "type": "private"}}
        if name == "answerCallbackQuery":
            result = True
        return 200, json.dumps({"ok": True, "result": result}).encode()


class Bench:
    """A store, workers and a tape, started and stopped as a process would be."""

    def __init__(self, folder: Path, context: Context) -> None:
        self.folder, self.context, self.tape, self.number = folder, context, Tape(), 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Store]:
        db = open_database(self.folder, None)
        await migrate(db)
        store = Store(db, BOT, "me")
        clinics = Clinics(db, BOT)
        await clinics.refresh()
        staff = Staff(db, BOT)
        held = replace(desk(self.context, clinics), staff=staff, dashboard="https://c.example/d")
        bot = Bot("99:x", request=self.tape, get_updates_request=self.tape)
        parts = Parts(
            store,
            Responder(held),
            Sender(bot, Pacer(0), Window()),
            Limiter(0),
            Health(),
            Stats(),
            clinics,
        )
        stopping = asyncio.Event()
        crew = asyncio.create_task(Crew(parts, 4).run(stopping, 5))
        try:
            yield store
        finally:
            stopping.set()
            await crew
            await store.close()

    async def edits(self, store: Store, message_id: int, text: str) -> str:
        """The person changes a message; what is read of the answer's calls."""
        body = self.typed(text)["message"]
        return await self.says(store, edited_message={**body, "message_id": message_id})

    def typed(self, text: str, *, at: int = 0) -> dict[str, Any]:
        """An update with words, ``at`` seconds from now by Telegram's clock."""
        self.number += 1
        date = int(dt.datetime.now(dt.UTC).timestamp()) + at
        message = {"message_id": self.number, "date": date, "text": text,
                   "from": {"id": PERSON, "is_bot": False, "first_name": "A"},
                   "chat": {"id": PERSON, "type": "private"}}  # fmt: skip
        return {"update_id": self.number, "message": message}

    async def burst(self, store: Store, *updates: dict[str, Any]) -> list[str]:
        """Updates that come at once; the messages that answer them."""
        before = len(self.tape.calls)
        await store.put(arrivals(updates))
        await self.quiet(store)
        sent = self.tape.calls[before:]
        return [params["text"] for name, params in sent if name == "sendMessage"]

    async def says(self, store: Store, who: int = PERSON, **update: Any) -> str:
        """One update; what the person reads of its answer."""
        self.number += 1
        before = len(self.tape.calls)
        sender = {"id": who, "is_bot": False, "first_name": "A"}
        private = {"id": who, "type": "private"}
        common = {"message_id": self.number, "date": int(dt.datetime.now(dt.UTC).timestamp())}
        if "text" in update:
            text = {"text": update["text"]}
            update = {"message": {**common, "from": sender, "chat": private, **text}}
        elif "press" in update:
            query = {"id": "1", "from": sender, "message": {**common, "chat": private}}
            update = {"callback_query": {**query, "chat_instance": "1", "data": update["press"]}}
        await store.put(arrivals([{"update_id": self.number, **update}]))
        await self.quiet(store)
        return "\n".join(
            str(params.get("text") or params.get("caption") or "")
            for _, params in self.tape.calls[before:]
        )

    async def quiet(self, store: Store) -> None:
        async with asyncio.timeout(30):
            while (await store.depth()).waiting:  # noqa: ASYNC110 - the store has no event
                await asyncio.sleep(0.01)


@pytest.fixture
def bench(tmp_path: Path, context: Context) -> Bench:
    return Bench(tmp_path, context)


def on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


async def test_all_that_is_stored_is_shown_and_then_deleted_for_good(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="can I drink alcohol on accutane? my name is Zebedee")
        await bench.says(store, press="v1|l|alcohol")
        await bench.says(store, text="what dose of accutane for 71.3 kg")
        await bench.says(store, text="/mydata")
        shown = json.loads(bench.tape.files[-1])
        assert shown["person"][0]["kept"]["items"] == ["alcohol"]
        assert shown["conversation"][0]["memory"]["memory"]["weight_kg"] == "71.3"
        assert "alcohol" in [row.get("name") for row in shown["tally_person"]]
        assert "Zebedee" not in json.dumps(shown)
        await bench.says(store, text="/deletedata")
        assert "nothing about you is left" in await bench.says(store, press="v1|x|data.delete")
    async with bench.running() as store:  # after a restart too
        found = await store.people.everything(PERSON, PERSON)
        assert not any(found.values())
    raw = on_disk(bench.folder)
    for secret in (b"Zebedee", b"71.3", b'"alcohol"'):
        assert secret not in raw


def member(status: str, chat: int = PERSON) -> dict[str, Any]:
    """The bot is put out of a chat (``kicked``) or let in (``member``)."""
    mine = {"user": {"id": BOT, "is_bot": True}}
    return {
        "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
        "from": {"id": PERSON, "is_bot": False, "first_name": "A"},
        "date": 1,
        "old_chat_member": {**mine, "status": "member" if status == "kicked" else "kicked"},
        "new_chat_member": {**mine, "status": status},
    }


async def test_blocking_the_bot_is_deletion(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="can I drink alcohol on accutane?")
        await bench.says(store, press="v1|l|alcohol")
        await bench.says(store, my_chat_member=member("kicked"))
        assert not any((await store.people.everything(PERSON, PERSON)).values())


@pytest.mark.parametrize("chat", [PERSON, -7])
async def test_what_is_written_after_the_bot_came_back_is_answered(
    bench: Bench, chat: int
) -> None:
    async with bench.running() as store:
        left, back = member("kicked", chat), member("member", chat)
        said = bench.typed(f"@{USERNAME} I have chest pain and cannot breathe")
        said["message"]["chat"] = left["chat"]
        updates = [
            {"update_id": 901, "my_chat_member": left},
            {"update_id": 902, "my_chat_member": back},
            {**said, "update_id": 903},
        ]
        (told,) = await bench.burst(store, *updates)
        assert chat != PERSON or "emergency" in told


async def test_a_blocked_answer_is_deletion_too(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="can I drink alcohol on accutane?")
        await bench.says(store, press="v1|l|alcohol")
        bench.tape.blocked = True
        await bench.says(store, text="hello?")
        assert not any((await store.people.everything(PERSON, PERSON)).values())


async def test_an_edited_answer_is_shown_though_the_first_try_fails(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="what dose of accutane for 40 kg")
        asked = bench.number
        bench.tape.faults["editMessageText"] = [(502, "Bad Gateway")]
        await bench.edits(store, asked, "what dose of accutane for 80 kg")
    tried, done = [p for name, p in bench.tape.calls if name == "editMessageText"]
    assert tried == done
    assert "80 kg" in done["text"]


async def test_an_edited_answer_whose_message_is_gone_is_new_and_then_edited(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="what dose of accutane for 40 kg")
        asked = bench.number
        bench.tape.faults["editMessageText"] = [(400, "Bad Request: message to edit not found")]
        await bench.edits(store, asked, "what dose of accutane for 80 kg")
        name, sent = bench.tape.calls[-1]
        assert name == "sendMessage"
        assert "80 kg" in sent["text"]
        anew = 900 + len(bench.tape.calls)
        await bench.edits(store, asked, "what dose of accutane for 60 kg")
        name, edited = bench.tape.calls[-1]
        assert (name, edited["message_id"]) == ("editMessageText", anew)


async def test_a_due_reminder_is_sent_once_though_it_is_looked_for_often(bench: Bench) -> None:
    async with bench.running() as store:
        await bench.says(store, text="can I drink alcohol on accutane?")
        await bench.says(store, press="v1|l|alcohol")
    past = dt.date(2026, 1, 5)
    kept = Kept(zone="Asia/Tokyo", reminders=(Reminder(what="end", on=past),))
    async with bench.running() as store:
        late = ("UPDATE person SET kept = ?, due = ?", (kept.stored(), kept.due()))
        await store.db.run(lambda connection: connection.exec_driver_sql(*late))
        bench.tape.calls.clear()
        assert await put_due(store) == 1
        assert await put_due(store) == 0
        await bench.quiet(store)
        assert await put_due(store) == 0
        sent = [params["text"] for name, params in bench.tape.calls if name == "sendMessage"]
        assert len(sent) == 1
        assert "20 weeks are over" in sent[0]


async def given(bench: Bench, kept: Kept) -> None:
    """A person who has asked for reminders; what is due now is put, and Telegram is away."""
    db = open_database(bench.folder, None)
    await migrate(db)
    store = Store(db, BOT, "before")
    await store.put(arrivals([bench.typed("/remind")]))
    ((row,), _) = await store.step([], [], 1)
    await store.step([Closed(row, "answered", kept=kept.stored(), due=kept.due())], [], 0)
    assert await put_due(store) == 1
    await store.close()


async def test_a_reminder_comes_after_an_outage_of_days_and_says_of_which_day_it_is(
    bench: Bench,
) -> None:
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3)
    both = (Reminder(what="exam", on=day), Reminder(what="end", on=day))
    await given(bench, Kept(zone="UTC", reminders=both))
    db = open_database(bench.folder, None)
    ago = 'UPDATE inbox SET received = received - 259200 WHERE "raw" IS NOT NULL'
    await db.run(lambda connection: connection.exec_driver_sql(ago))
    await db.close()
    async with bench.running() as store:
        await bench.quiet(store)
        exam, end = [params["text"] for name, params in bench.tape.calls if name == "sendMessage"]
        assert "Today" not in exam + end
        assert spoken(day) in exam
        assert spoken(day) in end
        stored = await store.people.everything(PERSON, PERSON)
        (left,) = Kept.read(stored["person"][0]["kept"]).reminders
        assert (left.what, left.first) == ("exam", day)
        assert left.on > dt.datetime.now(dt.UTC).date()


async def test_a_reminder_that_was_given_up_is_tried_again_a_day_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def poisoned(*_: object) -> None:
        raise RuntimeError

    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    await given(bench, Kept(zone="UTC", reminders=(Reminder(what="exam", on=day),)))
    with monkeypatch.context() as patched:
        patched.setattr("bot.reply.remind.due_now", poisoned)
        async with bench.running() as store:
            await bench.quiet(store)
            assert await store.people.due() == []  # it blocks nobody else's
    assert bench.tape.calls == []
    async with bench.running() as store:
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1, minutes=1)):
            assert await put_due(store) == 1
        await bench.quiet(store)
        assert "monthly exam" in bench.tape.calls[0][1]["text"]


async def test_a_clinic_link_binds_and_every_referral_names_the_clinic(bench: Bench) -> None:
    async with bench.running() as store:
        clinics = Clinics(store.db, BOT)
        await clinics.add(CLINIC)
        good = links.clinic(BOT, "oak", clinics.key("oak") or b"")
        foreign = links.clinic(BOT + 1, "oak", clinics.key("oak") or b"")
        for bad in (foreign, good[:-1] + ("A" if good[-1] != "A" else "B"), "c_elm_" + good[6:]):
            assert "not valid" in await bench.says(store, text=f"/start {bad}")
        assert "Oak Clinic" in await bench.says(store, text=f"/start {good}")
        welcome = bench.tape.calls[-1][1]["reply_markup"]["inline_keyboard"]
        assert [row[0]["text"] for row in welcome][::3] == ["Ask a question", "When to get help"]
        said = await bench.says(store, text="can I drink alcohol on accutane?")
        assert said.rstrip().endswith("phone 555-0100. Open: 9 to 5. In an emergency: 911.")
        assert "Oak" not in await bench.says(store, text="what is the capital of Mongolia?")
        assert "Oak Clinic" in await bench.says(store, text="/clinic")
        this_month = month(dt.datetime.now(dt.UTC).date()).name
        counts = await store.tally.cells("oak", [this_month])
        assert Cell(this_month, "gap", "alcohol", None) in counts
        await clinics.revoke("oak")
        assert "not valid" in await bench.says(store, text=f"/start {good}")
        await bench.says(store, press="v1|x|clinic.leave")
        assert "Oak" not in await bench.says(store, text="can I drink alcohol on accutane?")
