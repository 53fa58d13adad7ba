"""What is stored about a person: said (/privacy), shown (/mydata), deleted (/deletedata)."""

from __future__ import annotations

import datetime as dt
import json
from importlib import metadata
from typing import Any

from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with
from bot.reply.outgoing import Outgoing
from bot.reply.talk import Talk
from bot.reply.wire import keyboard
from bot.store.store import Store

_TIMES = ("received", "closed", "due", "lease", "touched", "at", "expires")
_JSON = ("raw", "memory", "kept", "thread", "draft")


def privacy(event: Event, desk: Desk) -> Response:
    """/privacy: what is stored, why, how long, where."""
    return answer_with(event, desk.say("privacy.text"))


def mydata(event: Event, desk: Desk) -> Response:
    """/mydata: every stored row that bears the chat's or the person's id, as a file."""

    async def later(store: Store) -> Response:
        stored = await store.people.everything(event.chat_id, event.user_id)
        file = json.dumps(readable(stored), indent=2, ensure_ascii=False).encode()
        kwargs = {
            "chat_id": event.chat_id,
            "document": file,
            "filename": "my-data.json",
            "caption": desk.say("privacy.mydata"),
        }
        return Response((Outgoing("send_document", kwargs, event.chat_id),))

    return Response((), None, "answered", later=later)


def readable(stored: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Rows as a person reads them: times as dates, JSON opened, empty fields left out."""
    return {
        table: [
            {name: _shown(name, value) for name, value in row.items() if value not in (None, "")}
            for row in rows
        ]
        for table, rows in stored.items()
    }


def _shown(name: str, value: Any) -> Any:
    if name in _TIMES and value:
        return dt.datetime.fromtimestamp(value, dt.UTC).isoformat(timespec="seconds")
    return json.loads(value) if name in _JSON else value


def ask_delete(event: Event, desk: Desk) -> Response:
    """/deletedata: ask first."""
    markup = keyboard(
        button(desk.say("privacy.delete_yes"), Press.DO, "data.delete"),
        button(desk.say("privacy.delete_no"), Press.DO, "data.keep"),
    )
    return answer_with(event, desk.say("privacy.delete_ask"), reply_markup=markup)


def keep(event: Event, desk: Desk) -> Response:
    """The person thought better of it."""
    return answer_with(event, desk.say("privacy.kept"))


def delete(event: Event, desk: Desk) -> Response:
    """Delete everything, read again, and say what is left."""

    async def later(store: Store) -> Response:
        await store.forget_handovers(event.chat_id)
        left = await store.people.delete(event.chat_id, event.user_id)
        key = "privacy.not_all" if left else "privacy.deleted"
        return answer_with(event, desk.say(key, left=left))

    return Response((), Talk(), "answered", kept="", later=later, scrub=True)


def trust(event: Event, desk: Desk) -> Response:
    """/trust: version, document, last evaluation, review status."""
    kb = desk.kb
    text = desk.say(
        "trust.text",
        version=version(),
        title=kb.source.origin.title,
        sha256=kb.source.sha256,
        passages=len(kb.passages.keys() - kb.apart.keys()),
        notes=kb.checked.get("notes", 0),
        signed=kb.checked.get("reviews signed", 0),
        reviews=kb.checked.get("reviews", 0),
        figures=desk.figures or desk.say("trust.no_figures"),
    )
    return answer_with(event, text)


def version() -> str:
    """The installed version."""
    try:
        return metadata.version("acne-bot")
    except metadata.PackageNotFoundError:
        return "0 (from a checkout)"
