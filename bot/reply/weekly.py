"""The weekly summary for a clinic's staff: a few numbers and one picture, under the same rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from bot.reply.buttons import button
from bot.reply.codes import Press
from bot.reply.desk import Desk, Event, Response, answer_with
from bot.reply.drawing import GREY, HEIGHT, INK, LINE, MARGIN, TEAL, WIDTH, Sheet
from bot.reply.outgoing import Outgoing
from bot.reply.talk import Kept
from bot.reply.wire import keyboard
from bot.store.store import Store
from bot.store.tally import Cell, day, shown, week

_GAPS = 3  # topics that are named
_FOOT, _TALL = HEIGHT - 170, 330


def answer(event: Event, desk: Desk) -> Response:
    """Send a week's numbers to one of the staff, if they are still on the list."""
    clinic, _, since = event.done.text.partition(" ")
    monday = dt.date.fromisoformat(since)

    async def later(store: Store) -> Response:
        staff, clinics = desk.staff, desk.clinics
        if staff is None or clinics is None:
            return Response()
        await clinics.refresh()
        held = clinics.get(clinic)
        if held is None or clinic not in (await staff.access(event.user_id)).clinics:
            return Response()
        days = [monday + dt.timedelta(days=number) for number in range(7)]
        dated = await store.tally.cells(clinic, [day(one).name for one in days])
        cells = await store.tally.cells(clinic, [week(monday).name])
        numbers = {
            one.period: one.number for one in dated if (one.what, one.name) == ("asked", "")
        }
        heading = desk.say("dashboard.week", name=held.name, on=f"{monday.day} {monday:%B %Y}")
        columns = [(f"{one:%a}", numbers.get(day(one).name, 0)) for one in days]
        kwargs = {
            "chat_id": event.chat_id,
            "photo": picture(heading, desk.say("dashboard.week_picture"), columns),
            "caption": f"{heading}\n{_told(cells, desk.of(Kept(clinic=clinic)))}",
            "reply_markup": keyboard(
                button(desk.say("dashboard.week_stop"), Press.DO, "weekly.stop")
            ),
        }
        return Response((Outgoing("send_photo", kwargs, event.chat_id),))

    return Response((), None, "answered", later=later)


def _told(cells: Sequence[Cell], desk: Desk) -> str:
    held: Mapping[tuple[str, str], int | None] = {(c.what, c.name): c.number for c in cells}

    def told(name: str) -> str:
        return shown(held.get(("asked", name), 0))

    lines = [
        desk.say(
            "dashboard.week_numbers",
            asked=told(""),
            answered=told("answer"),
            gaps=told("not_covered"),
            alerts=told("alert"),
        )
    ]
    gaps = [(c.number, c.name) for c in cells if c.what == "gap" and c.number is not None]
    if gaps:
        largest = sorted(gaps, key=lambda one: (-one[0], one[1]))[:_GAPS]
        named = ", ".join(f"{desk.title(name) or name} ({number})" for number, name in largest)
        lines.append(desk.say("dashboard.week_gaps", gaps=named))
    lines.append(desk.say("dashboard.week_more"))
    return "\n".join(lines)


def stop(event: Event, desk: Desk) -> Response:
    """No more summaries."""
    return _switch(event, desk, on=False)


def start(event: Event, desk: Desk) -> Response:
    """Summaries again."""
    return _switch(event, desk, on=True)


def _switch(event: Event, desk: Desk, *, on: bool) -> Response:
    async def later(_: Store) -> Response:
        if desk.staff is not None:
            await desk.staff.set_weekly(event.user_id, on=on)
        if on:
            return answer_with(event, desk.say("dashboard.week_started"))
        again = button(desk.say("dashboard.week_start"), Press.DO, "weekly.start")
        text = desk.say("dashboard.week_stopped")
        return answer_with(event, text, reply_markup=keyboard(again))

    return Response((), None, "answered", later=later)


def picture(heading: str, below: str, columns: Sequence[tuple[str, int | None]]) -> bytes:
    """A column a day; None is shown as a low grey one."""
    sheet = Sheet()
    sheet.text((MARGIN, 90), heading, 44, INK, "lm")
    sheet.text((MARGIN, HEIGHT - 50), below, 26, GREY, "lm")
    sheet.draw.line((MARGIN, _FOOT, WIDTH - MARGIN, _FOOT), fill=LINE, width=3)
    most = max((number or 0 for _, number in columns), default=0) or 1
    step = (WIDTH - 2 * MARGIN) / len(columns)
    for at, (label, number) in enumerate(columns):
        middle = MARGIN + step * (at + 0.5)
        high = 14 if number is None else _TALL * number / most
        box = (middle - step * 0.32, _FOOT - high, middle + step * 0.32, _FOOT)
        if number != 0:
            sheet.draw.rectangle(box, fill=GREY if number is None else TEAL)
        sheet.text((middle, _FOOT - high - 28), shown(number), 34, INK)
        sheet.text((middle, _FOOT + 40), label, 32, GREY)
    return sheet.png()
