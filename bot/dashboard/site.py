"""What every page shares: who visits, what they may see, templates, headers, forms."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.intake.limits import Admission, Limiter
from bot.kb.knowledge import Knowledge
from bot.reply.desk import OwnDocuments
from bot.store.clinics import Clinic, Clinics
from bot.store.staff import Staff
from bot.store.tally import ALL, Tally
from bot.turn.context import Context

ROOT = "/dashboard"
COOKIE = "dashboard_session"
LARGEST_FORM = 64_000  # bytes
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: browsers would then hide the origin of our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Curating:
    """What trying a question needs. ``root``: the folder of the knowledge base."""

    context: Context
    root: Path
    language: str


@dataclass(frozen=True)
class Site:
    """What the pages work with. ``secure``: browsers reach us by https."""

    staff: Staff
    clinics: Clinics
    tally: Tally
    kb: Knowledge
    secure: bool = False
    own: OwnDocuments | None = None
    curating: Curating | None = None
    pages: Limiter = field(default_factory=lambda: Limiter(120))
    sign_ins: Limiter = field(default_factory=lambda: Limiter(20))

    def books(self, clinic: str) -> list[Knowledge]:
        """What a clinic's chats are answered from, its own document first; for all, every one."""
        if self.own is None:
            return [self.kb]
        if clinic == ALL:
            return [self.kb, *self.own.all()]
        card = self.clinics.get(clinic)
        held = self.own.get(card.knowledge) if card else None
        return [held[1] if held else self.kb]


@dataclass(frozen=True)
class Visit:
    """One request by somebody who is signed in. ``clinics``: those that they may see."""

    site: Site
    request: Request
    user_id: int
    operator: bool
    clinics: tuple[Clinic, ...]
    csrf: str
    form: Mapping[str, str] = field(default_factory=dict)

    def clinic(self, name: str) -> Clinic | None:
        """A clinic that they may see."""
        return next((one for one in self.clinics if one.id == name), None)

    async def note(self, what: str, clinic: str = "") -> None:
        """Write a line of the audit log."""
        await self.site.staff.note(self.user_id, what, clinic)

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page for this visit."""
        return render(template, status, visit=self, **values)


View = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page behind the sign-in. ``title``: its name in the menu, "" where it is not in it.

    ``operator``: only for the operator. ``methods``: a POST has passed the CSRF check.
    """

    path: str
    view: View
    title: str = ""
    operator: bool = False
    methods: tuple[str, ...] = ("GET",)


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates, which escape all that they are given."""
    loader = PackageLoader("bot.dashboard")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, status: int = 200, **values: Any) -> Response:
    """A page as HTML."""
    given = {"root": ROOT, "visit": None, **values}
    return HTMLResponse(templates().get_template(template).render(given), status)


def told(status: int, heading: str, text: str) -> Response:
    """A page that only says something."""
    return render("said.html", status, heading=heading, text=text)


def signed_out() -> Response:
    """What somebody sees who is not signed in."""
    return told(401, "Please sign in", "Send /dashboard to the bot. It sends you a link.")


def csrf_of(session: str) -> str:
    """The token of a session's forms."""
    return hmac.new(session.encode(), b"csrf", hashlib.sha256).hexdigest()


def limited(limiter: Limiter, key: str) -> bool:
    """Whether there were too many requests of one kind."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big") + 1
    return limiter.admit(number) is not Admission.ANSWER


def same_origin(request: Request) -> bool:
    """Whether a form came from our own pages, as far as the browser tells."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def read_form(request: Request) -> dict[str, str] | None:
    """The fields of a posted form; None where it is too large or no form."""
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return None


def guarded(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """A page's endpoint: nobody gets to its view but those who may see it."""

    async def endpoint(request: Request) -> Response:
        session = request.cookies.get(COOKIE, "")
        user_id = await site.staff.session(session) if session else None
        if user_id is None:
            return signed_out()
        if limited(site.pages, str(user_id)):
            return told(429, "Too fast", "Please wait a minute, then load the page again.")
        visit = await _visit(site, request, user_id, csrf_of(session))
        if visit is None or (page.operator and not visit.operator):
            return told(403, "Not for you", "You are not on the list of those who may see this.")
        if request.method == "POST":
            form = await read_form(request)
            if form is None:
                return told(413, "Not taken", "The form is too long, or is not a form.")
            given = form.pop("csrf", "")
            if not (
                same_origin(request) and hmac.compare_digest(given.encode(), visit.csrf.encode())
            ):
                return told(
                    403, "Not taken", "Please load the page again, then send it once more."
                )
            visit = Visit(**{**vars(visit), "form": form})
        return await page.view(visit)

    return endpoint


async def _visit(site: Site, request: Request, user_id: int, csrf: str) -> Visit | None:
    access = await site.staff.access(user_id)
    if not access.any:
        return None
    known = await site.clinics.refresh()
    seen = tuple(one for one in known if access.operator or one.id in access.clinics)
    return Visit(site, request, user_id, access.operator, seen, csrf)


def redirect(path: str) -> Response:
    """Go on to another of our pages."""
    return RedirectResponse(f"{ROOT}{path}", 303)
