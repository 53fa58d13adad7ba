"""The operator's look at who looked: marks, not names."""

from __future__ import annotations

import datetime as dt

from starlette.responses import Response

from bot.dashboard.site import Visit


async def show(visit: Visit) -> Response:
    """The newest lines of the audit log."""
    rows = [
        (
            f"{dt.datetime.fromtimestamp(look.at, dt.UTC):%Y-%m-%d %H:%M}",
            look.who[:8],
            look.what,
            look.clinic or "-",
        )
        for look in await visit.site.staff.looks(100)
    ]
    await visit.note("log")
    return visit.render("log.html", rows=rows)
