"""The routes under ``/dashboard``. ``PAGES`` is where a new page is added."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.dashboard import curate, figures, log, sign_in
from bot.dashboard.site import HEADERS, ROOT, Page, Site, guarded, templates, told

PAGES = (
    Page("/", figures.show, "Figures"),
    Page("/figures.csv", figures.download),
    Page("/try", curate.show, "Try a question", operator=True),
    Page("/try", curate.ask, operator=True, methods=("POST",)),
    Page("/draft", curate.download, operator=True, methods=("POST",)),
    Page("/log", log.show, "Log", operator=True),
    Page("/sign-out", sign_in.leave, methods=("POST",)),
)


class Headers:
    """Puts our security headers on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name for name, _ in message["headers"]}
                more = [(n.lower().encode(), v.encode()) for n, v in HEADERS.items()]
                message["headers"] += [pair for pair in more if pair[0] not in known]
            await send(message)

        await self._app(scope, receive, with_headers)


async def _no_such_page(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return told(status, "No such page", "The address leads nowhere.")


def dashboard(site: Site) -> Mount:
    """All pages, to hang into the HTTP side."""
    templates().globals["menu"] = [page for page in PAGES if page.title]
    routes: list[BaseRoute] = [
        Route(page.path, guarded(site, page), methods=list(page.methods)) for page in PAGES
    ]
    routes += [
        Route("/enter/{secret}", sign_in.door(site), methods=["GET", "POST"]),
        Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
    ]
    handlers = {404: _no_such_page, 405: _no_such_page}
    app = Starlette(routes=routes, middleware=[Middleware(Headers)], exception_handlers=handlers)
    return Mount(ROOT, app)
