"""Curating: try a question, see why it is matched or refused, draft what would change that.

What is typed is neither stored nor logged. A draft is a patch to download: the repository stays
the truth, where it is checked, measured and signed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import Response

from bot.curating import gaps
from bot.dashboard.site import Curating, Visit, told
from bot.kb import draft
from bot.kb.models import NoteVerdict, Verified
from bot.store.tally import ALL, summed, year
from bot.turn.context import Context
from bot.turn.explain import Explained, explain

LONGEST = 4000  # characters of a question that is tried


async def show(visit: Visit) -> Response:
    """The form, and what is asked most and not covered."""
    await visit.note("curate")
    return await _page(visit)


async def ask(visit: Visit) -> Response:
    """Try a question."""
    await visit.note("try")
    return await _page(visit)


async def download(visit: Visit) -> Response:
    """A draft as a patch, or what is wrong with it."""
    held = visit.site.curating
    if held is None:
        return _none()
    await visit.note("draft")
    form = visit.form
    try:
        made = await asyncio.to_thread(_drafted, held, form)
    except draft.DraftError as why:
        return await _page(visit, f"Not taken: {why}.")
    name = f"{Path(made.name).stem}.patch"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made.patch, headers=headers, media_type="text/x-diff")


def _drafted(held: Curating, form: Mapping[str, str]) -> draft.Draft:
    kb, label = held.context.kb, form.get("label", "")
    if form.get("kind") == "note":
        return draft.note(kb, held.root, label, form)
    return draft.question(kb, held.root, held.language, label, form.get("text", ""))


def _none() -> Response:
    return told(404, "No such page", "This process has no knowledge base to try.")


async def _page(visit: Visit, error: str = "") -> Response:
    held = visit.site.curating
    if held is None:
        return _none()
    kb, asked = held.context.kb, visit.form.get("asked", "").strip()[:LONGEST]
    found: Explained | None = None
    if asked:
        found = await asyncio.to_thread(explain, asked, held.context)
    months = [period.name for period in year(dt.datetime.now(dt.UTC))]
    counted = summed(await visit.site.tally.cells(ALL, months))
    titles = {name: one.title for name, one in kb.passages.items()}
    titles |= {name: one.title for name, one in kb.topics.items()}
    return visit.render(
        "curate.html",
        400 if error else 200,
        asked=asked,
        found=found,
        error=error,
        given=visit.form,
        gaps=gaps(kb, counted),
        titles=titles,
        labels=_labels(found, held.context),
        verified=list(Verified),
        verdicts=list(NoteVerdict),
    )


def _labels(found: Explained | None, context: Context) -> list[str]:
    """What a question can be an example of: the likeliest first."""
    known: dict[str, Any] = dict.fromkeys(one.labels[0] for one in context.kb.examples)
    likely = [name for name, _ in found.labels] if found else []
    return list(dict.fromkeys([*likely, *sorted(known)]))
