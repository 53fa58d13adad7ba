"""The buttons under a reply, and the keyboards of our own dialogues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from bot.reply import codes
from bot.reply.codes import Press
from bot.reply.desk import Desk, section_of
from bot.reply.wire import Keyboard, Row, keyboard
from bot.turn.reply import Kind, Reply, Suggestion


def button(label: str, press: Press, target: str) -> Row:
    """A row's worth of one button; empty where its code would be too long."""
    text = codes.code(press, target)
    return [{"text": label, "callback_data": text}] if text else []


def offers(suggestions: Iterable[Suggestion]) -> list[Row]:
    """One row for each suggestion."""
    rows = []
    for offered in suggestions:
        text = codes.of(offered)
        if text is not None:
            rows.append([{"text": offered.label, "callback_data": text}])
    return rows


def under(reply: Reply, desk: Desk, *, section: bool = False) -> Keyboard | None:
    """What hangs under a reply, by its kind; an alert has only its own buttons.

    ``section``: it shows the whole section already.
    """
    rows = offers(reply.suggestions)
    say = desk.say
    match reply.kind:
        case Kind.ALERT | Kind.CHAT:
            pass
        case Kind.DOSE:
            if reply.dose is not None:
                mark = codes.mark(reply.dose)
                rows.append(
                    button(say("telegram.picture"), Press.DO, f"dose.picture:{mark}")
                    + button(say("telegram.add"), Press.LIST, f"dose:{mark}")
                )
        case Kind.CLARIFY:
            if reply.suggestions and reply.suggestions[0].command is None:
                rows.append(button(say("telegram.other"), Press.OTHER, "-"))
        case Kind.ANSWER | Kind.NOT_COVERED:
            course = reply.course
            rows += _course(desk, course) if course else _about(reply, desk, section=section)
    return keyboard(*rows)


def _course(desk: Desk, start: dt.date) -> list[Row]:
    say, mark = desk.say, codes.mark(start)
    return [
        button(say("telegram.timeline"), Press.DO, f"course.picture:{mark}")
        + button(say("telegram.calendar"), Press.DO, f"course.calendar:{mark}"),
        button(say("telegram.remind_me"), Press.DO, f"course.remind:{mark}")
        + button(say("telegram.add"), Press.LIST, f"course:{mark}"),
    ]


def _about(reply: Reply, desk: Desk, *, section: bool) -> list[Row]:
    name = reply.citations[0].passage if reply.citations else reply.topic
    say = desk.say
    if name is None:
        return [button(say("telegram.other"), Press.OTHER, "-")] if reply.suggestions else []
    more: Row = []
    if name in desk.kb.passages:
        if not section and len(section_of(desk.kb, desk.kb.passages[name])) > 1:
            more += button(say("telegram.section"), Press.SECTION, name)
        held = desk.kb.passages[name].notes
    else:
        held = desk.kb.topics[name].notes if name in desk.kb.topics else ()
    if any(note.more for note in held):
        more += button(say("telegram.authorities"), Press.AUTHORITIES, name)
    dates: Row = []
    if name == desk.kb.dose.course.weeks_passage:
        dates = button(say("telegram.course_dates"), Press.SAY, "/course")
    return [
        more,
        dates,
        button(say("telegram.add"), Press.LIST, name)
        + button(say("telegram.other"), Press.OTHER, name),
        button(say("telegram.helped"), Press.HELPED, name)
        + button(say("telegram.not_helped"), Press.DID_NOT_HELP, name),
    ]


def without_thumbs(rows: Sequence[Any]) -> Keyboard | None:
    """A message's own buttons as they came back, without the thumbs; None where it had none.

    Raises:
        AttributeError, KeyError, TypeError: the rows are not those of the Bot API.
    """
    left: list[Row] = []
    found = False
    for row in rows:
        kept: Row = []
        for one in row:
            read = codes.read_code(str(one.get("callback_data", "")))
            if read is not None and read.press in (Press.HELPED, Press.DID_NOT_HELP):
                found = True
                continue
            kept.append({name: str(value) for name, value in one.items()})
        if kept:
            left.append(kept)
    return {"inline_keyboard": left} if found else None
