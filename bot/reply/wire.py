"""The Bot API's own shapes, as plain JSON.

python-telegram-bot's objects say the same and are taken everywhere these are; making one for
each button and turning it into JSON again took a tenth of the time of an answer.
"""

from __future__ import annotations

Button = dict[str, str]
Row = list[Button]
Keyboard = dict[str, list[Row]]
Entity = dict[str, str | int]

NO_PREVIEW = {"is_disabled": True}


def keyboard(*rows: Row) -> Keyboard | None:
    """Buttons under a message: the rows that hold anything."""
    kept = [row for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def replying_to(message_id: int) -> dict[str, int | bool]:
    """That a message answers another, which may be gone by now."""
    return {"message_id": message_id, "allow_sending_without_reply": True}
