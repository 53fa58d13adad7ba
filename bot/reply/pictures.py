"""The dose ruler, the course's timeline and its calendar file, sent on request."""

from __future__ import annotations

from bot.reply.calendar import course_ics
from bot.reply.desk import Desk, Event, Response, answer_with
from bot.reply.outgoing import Outgoing
from bot.reply.ruler import ruler_alt, ruler_png
from bot.reply.timeline import timeline_alt, timeline_png
from bot.turn.course_dates import course_from


def ruler(event: Event, desk: Desk) -> Response:
    """The dose range as a picture; its caption says the same in words."""
    figures = event.talk.dose
    if figures is None:
        return _gone(event, desk)
    made, words = ruler_png(figures, desk.kb.dose), ruler_alt(figures, desk.kb.dose)
    return _photo(event, made, words, "dose.png")


def timeline(event: Event, desk: Desk) -> Response:
    """The course as a picture; its caption says the same in words."""
    if event.talk.course is None:
        return _gone(event, desk)
    course = course_from(event.talk.course, desk.kb.dose.course)
    made = timeline_png(course, event.at.date(), desk.kb.dose)
    return _photo(event, made, timeline_alt(course, event.at.date(), desk.kb.dose), "course.png")


def calendar(event: Event, desk: Desk) -> Response:
    """The course's dates as a calendar file."""
    if event.talk.course is None:
        return _gone(event, desk)
    rules = desk.kb.dose
    made = course_ics(course_from(event.talk.course, rules.course), rules, event.at)
    kwargs = {"chat_id": event.chat_id, "document": made, "filename": "course.ics"}
    return Response((Outgoing("send_document", kwargs, event.chat_id),), None, "answered")


def _photo(event: Event, made: bytes, words: str, name: str) -> Response:
    kwargs = {"chat_id": event.chat_id, "photo": made, "filename": name, "caption": words[:1024]}
    return Response((Outgoing("send_photo", kwargs, event.chat_id),), None, "answered")


def _gone(event: Event, desk: Desk) -> Response:
    return answer_with(event, desk.say("telegram.no_figures"))
