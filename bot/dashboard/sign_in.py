"""Signing in by a link that works once, and signing out.

Opening a link changes nothing, for programs that look at links open them too; the button does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from bot.dashboard.site import (
    COOKIE,
    ROOT,
    Site,
    Visit,
    limited,
    redirect,
    render,
    same_origin,
    told,
)
from bot.store.staff import SESSION_LIVES


def door(site: Site) -> Callable[[Request], Awaitable[Response]]:
    """The page that a sign-in link opens."""

    async def endpoint(request: Request) -> Response:
        secret = request.path_params["secret"]
        if request.method != "POST":
            return render("enter.html", secret=secret)
        host = request.client.host if request.client else ""
        if limited(site.sign_ins, host):
            return told(429, "Too many tries", "Please wait a minute, then try again.")
        entered = await site.staff.redeem(secret) if same_origin(request) else None
        if entered is None:
            return told(
                403,
                "This link does not work any more",
                "A link works once, for ten minutes. Send /dashboard to the bot for a new one.",
            )
        user_id, session = entered
        await site.staff.note(user_id, "sign in")
        response = redirect("/")
        response.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION_LIVES),
            path=ROOT,
            secure=site.secure,
            httponly=True,
            samesite="strict",
        )
        return response

    return endpoint


async def leave(visit: Visit) -> Response:
    """Sign out."""
    await visit.site.staff.sign_out(visit.request.cookies.get(COOKIE, ""))
    await visit.note("sign out")
    response = told(200, "You are signed out", "Send /dashboard to the bot to come back.")
    response.delete_cookie(
        COOKIE, path=ROOT, secure=visit.site.secure, httponly=True, samesite="strict"
    )
    return response
