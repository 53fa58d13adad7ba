"""The page of figures, and the same as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io

from starlette.responses import Response

from bot.dashboard import charts
from bot.dashboard.report import Report, Span, report, spans, topics
from bot.dashboard.site import Visit
from bot.store.tally import ALL, shown

EVERY = "asked/"  # all questions


async def show(visit: Visit) -> Response:
    """The figures of one clinic in one span."""
    chosen = await _chosen(visit)
    if chosen is None:
        return _refused(visit)
    await visit.note(f"figures {chosen.span.name}", chosen.clinic)
    choices = [(one.id, one.name) for one in visit.clinics]
    if visit.operator:
        choices.insert(0, (ALL, "All, with a clinic or without"))
    return visit.render(
        "figures.html",
        report=chosen,
        clinics=choices,
        clinic_name=dict(choices)[chosen.clinic],
        spans=[(one.name, one.title) for one in _spans()],
        topics=topics(visit.site.books(chosen.clinic)),
        every=EVERY,
        columns=charts.columns,
        bar=charts.bar,
    )


async def download(visit: Visit) -> Response:
    """The figures as CSV, under the same rule."""
    chosen = await _chosen(visit)
    if chosen is None:
        return _refused(visit)
    await visit.note(f"csv {chosen.span.name}", chosen.clinic)
    dated = await visit.site.tally.cells(chosen.clinic, [f"{one}" for one in chosen.span.days])
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("period", "clinic", "what", "name", "times"))
    for cell in (*chosen.cells, *dated):
        number = shown(cell.number)
        clinic = "all" if chosen.clinic == ALL else chosen.clinic
        writer.writerow((cell.period, clinic, cell.what, cell.name or "all", number))
    name = f"figures-{'all' if chosen.clinic == ALL else chosen.clinic}-{chosen.span.name}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _spans() -> list[Span]:
    return spans(dt.datetime.now(dt.UTC).date())


async def _chosen(visit: Visit) -> Report | None:
    """What the address asks for; None where it is not theirs to see, or there is no such thing."""
    asked = visit.request.query_params
    first = ALL if visit.operator else next((one.id for one in visit.clinics), "")
    clinic = asked.get("clinic", first)
    if not (visit.clinic(clinic) or (clinic == ALL and visit.operator)):
        return None
    known = _spans()
    span = next((one for one in known if one.name == asked.get("period", known[0].name)), None)
    about = asked.get("about", EVERY)
    books = visit.site.books(clinic)
    if about not in (name for name, _ in topics(books)):
        about = EVERY  # chosen for another clinic, which has a document of its own
    return await report(visit.site.tally, books, clinic, span, about) if span else None


def _refused(visit: Visit) -> Response:
    return visit.render(
        "said.html",
        403,
        heading="Not for you",
        text="There are no such figures, or they are another clinic's.",
    )
