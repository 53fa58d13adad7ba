"""Questions without Telegram: one text, or a conversation a line as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, StrictInt, StrictStr, ValidationError

from bot.kb.models import Frozen
from bot.turn.inbound import Inbound
from bot.turn.memory import Memory
from bot.turn.reply import Reply
from bot.turn.turn import TurnFunction


class Conversation(Frozen):
    """One line of input: ``{"id": "q1", "turns": ["how long?", "and then?"]}``."""

    id: StrictStr | StrictInt
    turns: tuple[str, ...] = Field(min_length=1)


def converse(turns: Iterable[str], turn: TurnFunction) -> list[Reply]:
    """The reply to each turn of one conversation."""
    memory, replies = Memory(), []
    now = dt.datetime.now(dt.UTC)
    for text in turns:
        memory, reply = turn(Inbound(text=text, at=now), memory)
        replies.append(reply)
    return replies


def answer_lines(lines: Iterable[str], turn: TurnFunction) -> Iterator[dict[str, Any]]:
    """One result for each line that is not blank, in order; a bad line gives its error."""
    for line in lines:
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as why:
            yield {"id": None, "error": f"this line is not JSON: {why}"}
            continue
        name = data.get("id") if isinstance(data, dict) else None
        name = name if isinstance(name, str | int) else None
        try:
            asked = Conversation.model_validate(data)
        except ValidationError as why:
            first = why.errors()[0]
            where = ".".join(map(str, first["loc"])) or "line"
            accepted = 'accepted: {"id": "q1", "turns": ["a question", "a further one"]}'
            yield {"id": name, "error": f"{where}: {first['msg']}; {accepted}"}
            continue
        replies = converse(asked.turns, turn)
        yield {"id": asked.id, "replies": [reply.model_dump(mode="json") for reply in replies]}
