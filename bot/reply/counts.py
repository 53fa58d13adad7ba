"""What an update counts for: the one place where a turn becomes numbers. Never whose, no words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from bot.reply import links
from bot.reply.codes import Press, read_code
from bot.reply.desk import Desk, Event, Response
from bot.turn.answer import EMPTY
from bot.turn.inbound import Where
from bot.turn.reply import Kind, Reply

Counted = tuple[str, str, str]
_WAYS = {"p": "shared", "t": "shared", "g": "group"}
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-.*)?", re.ASCII | re.DOTALL)


def counted(event: Event, desk: Desk, said: Response) -> tuple[Counted, ...]:
    """All that an answered update counts for: what, name, clinic."""
    reply, facts = said.reply, [*_arrival(event)]
    if reply is not None and reply.kind is not Kind.CHAT:
        facts += [*_shown(reply)]
        if _is_question(event):
            facts += [*_asked(event, reply)]
    return (*said.counted, *(desk.counted(event, what, name) for what, name in facts))


def _arrival(event: Event) -> Iterator[tuple[str, str]]:
    """By which way somebody came; a clinic's own links are counted where they bind."""
    done = event.done
    if done.kind == "text" and done.where is Where.PRIVATE and done.command == "start":
        if done.text in ("", "inline"):
            yield "link", done.text or "start"
        elif (link := links.read_payload(done.text)) and link.kind in _WAYS:
            yield "link", _WAYS[link.kind]


def _is_question(event: Event) -> bool:
    """Whether it was typed, or tapped in place of typing; an edit was counted before."""
    done = event.done
    if done.kind == "press":
        code = read_code(done.data)
        return code is not None and code.press is Press.SAY
    return done.kind in ("text", "media") and done.command != "start"


def _shown(reply: Reply) -> Iterator[tuple[str, str]]:
    if reply.kind is Kind.ANSWER and reply.citations:
        yield "read", reply.citations[0].passage


def _asked(event: Event, reply: Reply) -> Iterator[tuple[str, str]]:
    """Facts that are counted each by itself: no two of them can be put together again."""
    yield "asked", ""
    yield "asked", reply.kind.value
    yield "hour", f"{event.at.astimezone(dt.UTC):%H}"
    if found := _LANGUAGE.fullmatch(event.done.language.lower()):
        yield "language", found[1]
    if reply.alert is not None:
        yield "alert", reply.alert.id
        yield "urgency", reply.alert.urgency.value
    if reply.topic is not None:
        yield "gap", reply.topic
    elif reply.refused not in (None, EMPTY):
        yield "refused", reply.refused
