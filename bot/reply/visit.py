"""The visit sheet: what a person put on the list, on one page for the next appointment."""

from __future__ import annotations

import datetime as dt

from telegram import MessageEntity

from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with, press_answer
from bot.reply.outgoing import Outgoing
from bot.reply.render import Mark, Page, messages
from bot.reply.sheet import BOX, pdf, png
from bot.reply.talk import LIST_LONGEST, Dosed, Kept
from bot.reply.wire import Row, keyboard
from bot.turn.course_dates import course_from, spoken

DOSES_KEPT = 12


def add(event: Event, desk: Desk, name: str) -> Response:
    """Put an answer, a gap or the last dose range on the list."""
    kept = event.kept
    key = "visit.added"
    if name == "dose":
        if event.talk.dose is None:
            return _pressed(event, desk.say("telegram.no_figures"))
        one = Dosed(on=event.at.date(), figures=event.talk.dose)
        if one in kept.doses:
            key = "visit.there"
        else:
            kept = kept.model_copy(update={"doses": (*kept.doses, one)[-DOSES_KEPT:]})
    elif name == "course":
        if event.talk.course is None:
            return _pressed(event, desk.say("telegram.no_figures"))
        kept = kept.model_copy(update={"course": event.talk.course})
    elif desk.title(name) is None:
        return _pressed(event, desk.say("service.old_button"))
    elif name in kept.items:
        key = "visit.there"
    elif len(kept.items) >= LIST_LONGEST:
        key = "visit.full"
    else:
        kept = kept.model_copy(update={"items": (*kept.items, name)})
    changed = kept.stored() if kept != event.kept else None
    return _pressed(event, desk.say(key), changed)


def _pressed(event: Event, text: str, kept: str | None = None) -> Response:
    query = event.done.query_id
    calls = (press_answer(query, text),) if query else ()
    return Response(calls, None, "answered", kept=kept)


def show(event: Event, desk: Desk) -> Response:
    """/visit: the page as text, and what can be done with it."""
    say = desk.say
    if not _anything(event.kept):
        markup = keyboard(button(say("visit.tick"), Press.DO, "visit.tick"))
        return answer_with(event, say("visit.empty"), reply_markup=markup)
    markup = keyboard(
        button(say("visit.tick"), Press.DO, "visit.tick"),
        button(say("visit.as_picture"), Press.DO, "visit.picture")
        + button(say("visit.as_pdf"), Press.DO, "visit.pdf"),
        button(say("visit.clear"), Press.DO, "visit.clear"),
    )
    held = lines(event.kept, desk, event.at.date())
    shown = Page("\n".join(held), (Mark(0, len(held[0]), MessageEntity.BOLD),))
    return Response(tuple(messages(shown, event.chat_id, markup)), None, "answered")


def _anything(kept: Kept) -> bool:
    return bool(kept.items or kept.effects or kept.doses or kept.course or kept.reminders)


def lines(kept: Kept, desk: Desk, today: dt.date, *, open_: str = "•") -> list[str]:
    """The page, a line each; headings are followed by lines that begin with a bullet.

    ``open_``: the bullet of what is still to be asked.
    """
    say, kb = desk.say, desk.kb
    found = [say("visit.heading"), say("visit.about", today=spoken(today))]
    topics = [kb.topics[name].title for name in kept.items if name in kb.topics]
    passages = [kb.passages[name].title for name in kept.items if name in kb.passages]
    known = kb.replies.texts["visit_effects"]
    effects = [known[name] for name in kept.effects if name in known]
    doses = [_dose_line(one, desk) for one in kept.doses]
    for key, held, bullet in (
        ("questions", topics, open_),
        ("asked", passages, open_),
        ("effects", effects, "•"),
        ("doses", doses, "•"),
    ):
        if held:
            found += ["", say(f"visit.{key}"), *(f"{bullet} {line}" for line in held)]
    dates = _dates(kept, desk, today)
    return [*found, "", *dates] if dates else found


def _dates(kept: Kept, desk: Desk, today: dt.date) -> list[str]:
    found = []
    if kept.course is not None:
        course = course_from(kept.course, desk.kb.dose.course)
        end = spoken(course.end)
        if course.end <= today:
            found.append(desk.say("visit.course_over", start=spoken(course.start), end=end))
        elif course.start <= today:
            day, week = course.day(today), course.week(today)
            found.append(desk.say("visit.course", day=day, week=week, end=end))
        else:
            found.append(desk.say("visit.course_ahead", start=spoken(course.start), end=end))
    exams = [one.on for one in kept.reminders if one.what == "exam"]
    return found + [desk.say("visit.exam", on=spoken(day)) for day in exams]


def _dose_line(one: Dosed, desk: Desk) -> str:
    figures = one.figures
    line = desk.say(
        "visit.dose_line",
        on=spoken(one.on),
        kg=f"{figures.weight_kg:g}",
        start=f"{figures.start_max_mg:g}",
        average=f"{figures.average_mg:g}",
        maximum=f"{figures.maximum_mg:g}",
    )
    if figures.daily_mg is None:
        return line
    return line + desk.say("visit.dose_own", daily=f"{figures.daily_mg:g}")


def tick_list(event: Event, desk: Desk) -> Response:
    """The side effects in the document's words, to tick."""
    return answer_with(event, desk.say("visit.tick_text"), reply_markup=_ticks(event.kept, desk))


def _ticks(kept: Kept, desk: Desk) -> object:
    rows: list[Row] = []
    for name, effect in desk.kb.replies.texts["visit_effects"].items():
        if effect in desk.kb.source.text:
            key = "visit.ticked" if name in kept.effects else "visit.unticked"
            rows.append(button(desk.say(key, effect=effect), Press.DO, f"tick.{name}"))
    rows.append(button(desk.say("visit.done"), Press.DO, "visit.show"))
    return keyboard(*rows)


def tick(event: Event, desk: Desk, name: str) -> Response:
    """Put a side effect on the page, or take it off."""
    held = event.kept.effects
    effects = tuple(n for n in held if n != name) if name in held else (*held, name)
    kept = event.kept.model_copy(update={"effects": effects})
    kwargs = {
        "chat_id": event.chat_id,
        "message_id": event.done.message_id,
        "reply_markup": _ticks(kept, desk),
    }
    call = Outgoing("edit_message_reply_markup", kwargs, event.chat_id, essential=False)
    return Response((call,), None, "answered", kept=kept.stored())


def _sheet(event: Event, desk: Desk) -> tuple[list[str], str, str]:
    """What the printed page holds, and the labels of what is filled in by hand."""
    held = lines(event.kept, desk, event.at.date(), open_=BOX)
    return held, desk.say("visit.name"), desk.say("visit.notes")


def picture(event: Event, desk: Desk) -> Response:
    """The page as a picture."""
    if not _anything(event.kept):
        return show(event, desk)
    made = png(*_sheet(event, desk))
    kwargs = {
        "chat_id": event.chat_id,
        "photo": made,
        "filename": "my-visit.png",
        "caption": desk.say("visit.caption"),
    }
    return Response((Outgoing("send_photo", kwargs, event.chat_id),), None, "answered")


def print_out(event: Event, desk: Desk) -> Response:
    """The page as a PDF."""
    if not _anything(event.kept):
        return show(event, desk)
    kwargs = {
        "chat_id": event.chat_id,
        "document": pdf(*_sheet(event, desk)),
        "filename": "my-visit.pdf",
        "caption": desk.say("visit.caption"),
    }
    return Response((Outgoing("send_document", kwargs, event.chat_id),), None, "answered")


def clear(event: Event, desk: Desk) -> Response:
    """Forget the list; clinic and reminders stay."""
    gone = {"items": (), "effects": (), "doses": (), "course": None}
    kept = event.kept.model_copy(update=gone)
    return answer_with(event, desk.say("visit.cleared"), kept=kept)
