"""One person's chat with the whole Telegram side, without a network: updates in, calls out."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from bot.brain import bind
from bot.reply.desk import Desk, OwnDocuments, Response
from bot.reply.outgoing import Outgoing
from bot.reply.respond import Responder
from bot.reply.update import Me
from bot.store.clinics import Clinics
from bot.turn.context import Context

BOT, USERNAME, PERSON = 99, "acne_test_bot", 5
GROUP_ID = -100
GROUP = {"id": GROUP_ID, "type": "supergroup", "title": "Friends"}


def desk(
    context: Context, clinics: Clinics | None = None, own: OwnDocuments | None = None
) -> Desk:
    return Desk(bind(context), context.kb, Me(BOT, USERNAME), clinics, b"s" * 32, own=own)


@dataclass
class Chat:
    """Keeps what the store would keep, and shows what Telegram would show."""

    desk: Desk
    now: dt.datetime = dt.datetime(2027, 3, 1, 12, 0, tzinfo=dt.UTC)
    memory: str | None = None
    kept: str | None = None
    number: int = 10
    counted: list[tuple[str, str, str]] = field(default_factory=list)
    last: Response = field(default_factory=Response)
    shown: dict[int, Any] = field(default_factory=dict)  # our messages' buttons, by number

    def update(self, **update: Any) -> list[Outgoing]:
        self.number += 1
        update["update_id"] = self.number
        responder = Responder(self.desk)
        chat_id = GROUP_ID if self._in_group(update) else PERSON
        said = responder.respond(
            update, 0 if "inline_query" in update else chat_id, self.memory,
            self.now.timestamp(), PERSON, self.kept,
        )  # fmt: skip
        self.last = said
        sent = None
        for call in said.calls:
            if call.method in ("send_message", "send_photo", "send_document"):
                self.number += 1
                sent = self.number
                self.shown[sent] = call.kwargs.get("reply_markup")
            json.dumps({k: str(v) for k, v in call.kwargs.items()})
        memory = said.remembering(sent)
        self.memory = self.memory if memory is None else memory or None
        self.kept = self.kept if said.kept is None else said.kept or None
        self.counted += said.counted
        return list(said.calls)

    def _in_group(self, update: dict[str, Any]) -> bool:
        body = next(v for v in update.values() if isinstance(v, dict))
        held = body.get("message") or body
        return bool(held.get("chat", {}).get("type") == "supergroup")

    def message(self, text: str | None = None, **more: Any) -> list[Outgoing]:
        self.number += 1
        body = {
            "message_id": self.number,
            "date": int(self.now.timestamp()),
            "from": {"id": PERSON, "is_bot": False, "first_name": "A"},
            "chat": {"id": PERSON, "type": "private"},
            **({"text": text} if text is not None else {}),
            **more,
        }
        return self.update(message=body)

    def edit(self, message_id: int, text: str, **more: Any) -> list[Outgoing]:
        body = {
            "message_id": message_id,
            "date": int(self.now.timestamp()),
            "edit_date": int(self.now.timestamp()),
            "from": {"id": PERSON, "is_bot": False, "first_name": "A"},
            "chat": {"id": PERSON, "type": "private"},
            "text": text,
            **more,
        }
        return self.update(edited_message=body)

    def press(self, label: str = "", data: str = "", on: int | None = None) -> list[Outgoing]:
        on = on or max(self.shown)
        markup = self.shown[on]
        rows = markup["inline_keyboard"] if markup is not None else []
        if label:
            found = [b["callback_data"] for row in rows for b in row if b["text"] == label]
            assert found, f"no button {label!r} among {self.labels(on)}"
            data = found[0]
        body = {
            "id": "77",
            "from": {"id": PERSON, "is_bot": False, "first_name": "A"},
            "message": {
                "message_id": on,
                "date": 1,
                "chat": {"id": PERSON, "type": "private"},
                "reply_markup": {"inline_keyboard": rows},
            },
            "chat_instance": "1",
            "data": data,
        }
        calls = self.update(callback_query=body)
        for call in calls:
            if call.method == "edit_message_reply_markup":
                self.shown[on] = call.kwargs["reply_markup"]
        return calls

    def inline(self, query: str, offset: str = "") -> dict[str, Any]:
        sender = {"id": PERSON, "is_bot": False, "first_name": "A"}
        calls = self.update(
            inline_query={"id": "8", "from": sender, "query": query, "offset": offset}
        )
        return dict(calls[0].kwargs)

    def labels(self, on: int | None = None) -> list[str]:
        markup = self.shown[on or max(self.shown)]
        return [b["text"] for row in markup["inline_keyboard"] for b in row] if markup else []


def text(calls: list[Outgoing]) -> str:
    """All that a person reads of some calls."""
    read = [call.kwargs.get("text") or call.kwargs.get("caption") or "" for call in calls]
    return "\n".join(part for part in read if part)
