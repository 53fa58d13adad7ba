"""/dashboard: a link to the clinic's pages, for those on a clinic's list."""

from __future__ import annotations

from bot.reply.desk import Desk, Event, Response, answer_with
from bot.store.staff import LINK_LIVES
from bot.store.store import Store


def send_link(event: Event, desk: Desk) -> Response:
    """A link that works once, or what somebody who is not listed can do."""
    if desk.pages_of:
        text = desk.say("dashboard.elsewhere", username=desk.pages_of)
        return answer_with(event, text)

    async def later(_: Store) -> Response:
        staff, who = desk.staff, event.user_id
        if staff is None or not who or not (await staff.access(who)).any:
            text = desk.say("dashboard.not_listed", number=who)
            return answer_with(event, text)
        link = f"{desk.dashboard}/enter/{await staff.link(who)}"
        text = desk.say("dashboard.link", link=link, minutes=round(LINK_LIVES / 60))
        return answer_with(event, text, protect_content=True)

    return Response((), None, "answered", later=later)
