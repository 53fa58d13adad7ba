"""A clinic with its staff group and its patients: real workers over an emulated Bot API."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from telegram import Bot

from bot.brain import bind
from bot.intake.answering import Parts
from bot.intake.arrivals import arrivals
from bot.intake.health import Health
from bot.intake.housekeeping import keep_house
from bot.intake.limits import Limiter
from bot.intake.reminders import put_due
from bot.intake.stats import Stats
from bot.intake.worker import Crew
from bot.reply import links
from bot.reply.desk import Desk
from bot.reply.respond import Responder
from bot.reply.send import Pacer, Sender
from bot.reply.transport import AiohttpTransport
from bot.reply.update import Me
from bot.reply.window import Window
from bot.store.clinics import Clinic, Clinics
from bot.store.opening import migrate, open_database
from bot.store.store import Store
from bot.turn.context import Context
from bot.turn.handover import Handover
from tests.emulator import ME, TOKEN, Emulator

BOT, USERNAME = 123456, "t_bot"  # as the emulator says
ANNA, BEN, NURSE = 5, 6, 70
STAFF, OTHER = -1001, -1002
MONDAY = dt.datetime(2027, 3, 1, 9, 0, tzinfo=dt.UTC)  # ten in Berlin
OAK = Clinic(
    id="oak",
    name="Oak Clinic",
    phone="555-0100",
    handover=Handover(on=True, hours="Mon-Fri 9-17", tz="Europe/Berlin"),
)
ASKED = "My lips crack although I use balm. Is Vaseline at night fine?"
GAP = "can I drink alcohol on accutane?"  # what the document does not cover


class Town:
    """Starts and stops the bot as a process would be; keeps what everybody was sent."""

    def __init__(
        self, api: Emulator, folder: Path, context: Context, url: str | None = None
    ) -> None:
        self.api, self.folder, self.context, self.url = api, folder, context, url
        self.number = 100
        self.posted: dict[int, int] = {}  # when our messages were posted, where it was not now
        self.store: Store
        self.clinics: Clinics

    @asynccontextmanager
    async def running(self, *, at_once: bool = True, per_minute: int = 0) -> AsyncIterator[Store]:
        """``at_once``: wait until what is due at the start is done.

        ``per_minute``: how much one person may ask; 0: no limit.
        """
        db = open_database(self.folder, self.url)
        await migrate(db)
        self.store, self.clinics = Store(db, BOT, "town"), Clinics(db, BOT)
        await self.clinics.refresh()
        bot = Bot(TOKEN, base_url=self.api.url, request=AiohttpTransport())
        await bot.initialize()
        me = Me(BOT, USERNAME)
        desk = Desk(bind(self.context), self.context.kb, me, self.clinics, b"s" * 32)
        responder = Responder(desk)
        sender = Sender(bot, Pacer(0), Window())
        limiter = Limiter(per_minute)
        parts = Parts(self.store, responder, sender, limiter, Health(), Stats(), self.clinics)
        stopping = asyncio.Event()
        await self.store.take_over(all_owners=True)
        work = [
            asyncio.create_task(Crew(parts, 4).run(stopping, 5)),
            asyncio.create_task(keep_house([parts], stopping)),
        ]
        try:
            if at_once:
                await self.kept_house()
            yield self.store
        finally:
            stopping.set()
            await asyncio.gather(*work)
            await bot.shutdown()
            await self.store.close()

    async def kept_house(self) -> None:
        """What the periodic job does, once, and all that follows from it."""
        await self.store.purge()
        await put_due(self.store)
        await self.quiet()

    async def quiet(self) -> None:
        async with asyncio.timeout(30):
            while (await self.store.depth()).waiting:  # noqa: ASYNC110 - the store has no event
                await asyncio.sleep(0.01)

    def read(self, who: int | None, since: int = 0) -> str:
        """What a chat, or everybody, was sent from a call on."""
        return "\n".join(
            str(params.get("text") or params.get("caption") or "")
            for name, params in self.api.calls[since:]
            if name in ("sendMessage", "sendPhoto") and who in (None, int(params["chat_id"]))
        )

    async def _put(self, who: int, content: dict[str, Any]) -> str:
        self.number += 1
        since = len(self.api.calls)
        await self.store.put(arrivals([{"update_id": self.number, **content}]))
        await self.quiet()
        return self.read(who, since)

    def _body(self, where: int, sender: int, **more: Any) -> dict[str, Any]:
        self.number += 1
        kind = "private" if where > 0 else "supergroup"
        return {
            "message_id": self.number,
            "date": int(time.time()),
            "from": {"id": sender, "is_bot": False, "first_name": "Zebedee"},
            "chat": {"id": where, "type": kind},
            **more,
        }

    async def says(self, who: int, text: str | None = None, **more: Any) -> str:
        """A private message; what the person reads in answer."""
        words = {} if text is None else {"text": text}
        return await self._put(who, {"message": self._body(who, who, **words, **more)})

    async def says_at_once(self, who: int, *texts: str) -> str:
        """Several messages in a row, before any is answered."""
        updates = []
        for text in texts:
            body = self._body(who, who, text=text)
            self.number += 1
            updates.append({"update_id": self.number, "message": body})
        since = len(self.api.calls)
        await self.store.put(arrivals(updates))
        await self.quiet()
        return self.read(who, since)

    async def edits(self, who: int, message_id: int, text: str | None = None, **more: Any) -> str:
        words = {} if text is None else {"text": text}
        body = self._body(who, who, edit_date=int(time.time()), **words, **more)
        return await self._put(who, {"edited_message": {**body, "message_id": message_id}})

    async def taps(self, chat: int, label: str, *, back: int = 0, who: int | None = None) -> str:
        """A press; what the chat reads then."""
        message_id, data = self.api.button(chat, label, back=back)
        return await self.presses(chat, data, message_id, who=who)

    async def presses(
        self, chat: int, data: str, message_id: int, *, who: int | None = None, username: str = ""
    ) -> str:
        body = self._body(chat, BOT)
        body["chat"]["username"] = username
        query = {
            "id": str(self.number),
            "from": {"id": who or chat, "is_bot": False, "first_name": "Zebedee"},
            "message": {**body, "message_id": message_id},
            "chat_instance": "1",
            "data": data,
        }
        return await self._put(chat, {"callback_query": query})

    async def offered(self, who: int) -> str:
        """The buttons under what the document does not cover."""
        await self.says(who, GAP)
        return self.buttons()

    def buttons(self) -> str:
        """The buttons of what was sent last."""
        return str(self.api.calls[-1][1].get("reply_markup"))

    def message(self, chat: int, part: str) -> int:
        """The number of the newest message to a chat with these words in it."""
        for number in range(len(self.api.calls), 0, -1):
            _, params = self.api.calls[number - 1]
            held = str(params.get("text") or params.get("caption") or "")
            if int(params.get("chat_id") or 0) == chat and part in held:
                return number
        raise AssertionError(f"{chat} was never sent {part!r}")

    async def staff(
        self, text: str | None, to: int | None = None, group: int = STAFF, **more: Any
    ) -> str:
        """A message in a group, as a reply to our message ``to``; what the group reads then."""
        return await self._put(group, {"message": self._replying(group, text, to, more)})

    async def staff_edits(self, text: str, to: int) -> str:
        body = self._replying(STAFF, text, to, {"edit_date": int(time.time())})
        return await self._put(STAFF, {"edited_message": body})

    def _replying(
        self, group: int, text: str | None, to: int | None, more: dict[str, Any]
    ) -> dict[str, Any]:
        words: dict[str, Any] = {} if text is None else {"text": text}
        if to is not None:
            _, params = self.api.calls[to - 1]
            kept = {key: params[key] for key in ("text", "caption") if key in params}
            words["reply_to_message"] = {
                "message_id": to,
                "date": self.posted.get(to, int(time.time())),
                "from": ME,
                "chat": {"id": group, "type": "supergroup"},
                **kept,
            }
        return self._body(group, NURSE, **words, **more)

    async def binds(self, group: int = STAFF, **more: Any) -> str:
        """The staff type the command that the operator gave them."""
        await self.clinics.refresh()
        held = self.clinics.get("oak")
        assert held is not None
        key = self.clinics.key("oak") or b""
        code = links.staff_code(BOT, "oak", key, held.handover.changes, time.time())
        return await self.staff(f"/staffgroup@{ME['username']} {code}", group=group, **more)

    async def settles_in(self, *people: int, hours: str = "") -> None:
        """The clinic is there, its group is bound, and people have come by its link."""
        await self.clinics.add(OAK)
        if hours:
            await self.clinics.hand_over("oak", lambda h: h.model_copy(update={"hours": hours}))
        await self.binds()
        payload = links.clinic(BOT, "oak", self.clinics.key("oak") or b"")
        for who in people:
            await self.says(who, f"/start {payload}")

    async def asks(self, who: int, text: str) -> int:
        """From the gap to the consent; the number of what the staff get."""
        await self.says(who, GAP)
        await self.taps(who, "Ask my clinic")
        await self.says(who, text)
        await self.taps(who, "Send it")
        return self.message(STAFF, text)

    def on_disk(self) -> bytes:
        """All that the bot has written."""
        return b"".join(file.read_bytes() for file in self.folder.iterdir() if file.is_file())
