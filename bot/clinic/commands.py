"""What ``bot clinic`` does: add, list, link, revoke, remove, poster, counts. Each blocks."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import time
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.clinic import ClinicError, poster
from bot.kb.replies import Replies
from bot.opened import connected, make_bot, opened_store
from bot.reply import links
from bot.settings import Settings
from bot.store.clinics import Clinic, Clinics
from bot.store.staff import Staff
from bot.store.store import Store
from bot.store.tally import ALL, Cell, month, summed, year
from bot.turn.handover import LONGEST_WAIT, SHORTEST_WAIT, Handover, plain

Found = TypeVar("Found")
_WOULD_DO = {
    "id": "1 to 30 of a-z 0-9 and -, not beginning with -; a name with none of these needs --id",
    "name": "a name has 1 to 80 characters",
    "phone": "a phone number has digits, and up to 40 characters",
    "hours": "it has up to 120 characters",
    "emergency": "it has up to 120 characters",
}


def _run(settings: Settings, work: Callable[[Store, Clinics], Awaitable[Found]]) -> Found:
    if settings.telegram_bot_token is None:
        raise ClinicError("TELEGRAM_BOT_TOKEN is not set: a clinic belongs to one bot.")

    async def go() -> Found:
        async with opened_store(settings) as store:
            clinics = Clinics(store.db, settings.bot_id)
            await clinics.refresh()
            return await work(store, clinics)

    return asyncio.run(go())


def slug(name: str) -> str:
    """An id out of a name: "St. Mary's Clinic" gives ``st-marys-clinic``."""
    plain = unicodedata.normalize("NFKD", re.sub(r"['’.]", "", name.casefold()))
    ascii_only = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:30].strip("-")


def refuse_other(held: Clinic | None, name: str) -> None:
    """Let nobody change a clinic whose name only happens to give the same id as theirs.

    Raises:
        ClinicError: ``held`` has another name.
    """
    if held is not None and one_line(held.name) != one_line(name):
        raise ClinicError(
            f"the id {held.id}, made from this name, is that of {held.name!r};"
            f" `python -m bot clinic add` takes another with --id, and --id {held.id} changes"
            " that clinic"
        )


def one_line(text: str) -> str:
    """A text in one line, without what cannot be seen."""
    return " ".join(plain(text).split())


def taken(field: str, text: str) -> str:
    """A field of a clinic's card as it is kept.

    Raises:
        ValueError: it cannot be used; the text says what could.
    """
    value = one_line(text)
    try:
        Clinic.model_validate({"id": "a", "name": "a", "phone": "1", field: value})
    except ValidationError:
        raise ValueError(_WOULD_DO[field]) from None
    return value


def add(
    settings: Settings,
    name: str,
    phone: str,
    hours: str | None = None,
    emergency: str | None = None,
    clinic_id: str = "",
    knowledge: str | None = None,
) -> tuple[Clinic, bool]:
    """Keep a clinic. Its id comes from its name unless given; a known id is changed.

    ``knowledge``: the folder of its own document. "" takes hours, emergency or knowledge away;
    None leaves them as they are.

    Returns:
        The clinic, and whether it is new.

    Raises:
        ClinicError: a field cannot be used, or the id out of the name is another clinic's.
    """
    said = {"name": name, "phone": phone, "hours": hours, "emergency": emergency}
    given = {} if knowledge is None else {"knowledge": knowledge}
    for field, text in {**said, "id": clinic_id or slug(name)}.items():
        try:
            given |= {} if text is None else {field: taken(field, text)}
        except ValueError as why:
            raise ClinicError(f"{field}: {why}") from None
    card = Clinic.model_validate(given)

    async def work(_: Store, clinics: Clinics) -> tuple[Clinic, bool]:
        held = clinics.get(card.id)
        if not clinic_id:
            refuse_other(held, name)
        stays = {*said, "knowledge"} - given.keys()
        kept = {field: getattr(held, field) for field in stays if held}
        changed = card.model_copy(update=kept)
        return changed, await clinics.add(changed)

    return _run(settings, work)


def all_of(settings: Settings) -> list[Clinic]:
    """Every clinic of this bot."""

    async def work(_: Store, clinics: Clinics) -> list[Clinic]:
        return await clinics.refresh()

    return _run(settings, work)


def known(clinics: Clinics, clinic_id: str) -> tuple[Clinic, bytes]:
    """A clinic and the key of its links.

    Raises:
        ClinicError: there is no such clinic.
    """
    card, key = clinics.get(clinic_id), clinics.key(clinic_id)
    if card is None or key is None:
        names = ", ".join(clinics.ids) or "none yet"
        raise ClinicError(f"There is no clinic {clinic_id!r}. Known: {names}.")
    return card, key


def link(settings: Settings, clinic_id: str, source: str = "") -> str:
    """The clinic's signed link; people who come by it are counted under ``source``.

    Raises:
        ClinicError: there is no such clinic, the source cannot be used, or the bot's name cannot
            be learnt.
    """
    return _linked(settings, clinic_id, source)[1]


def _linked(settings: Settings, clinic_id: str, source: str) -> tuple[Clinic, str, str]:
    if source and not re.fullmatch(r"[a-z0-9]{1,7}", source):
        raise ClinicError("A source is 1 to 7 of a-z 0-9, for example: door, desk, flyer2.")

    async def work(store: Store, clinics: Clinics) -> tuple[Clinic, str, str]:
        card, key = known(clinics, clinic_id)
        username = await _username(settings, store)
        payload = links.clinic(settings.bot_id, clinic_id, key, source)
        return card, links.url(username, payload), username

    return _run(settings, work)


def revoke(settings: Settings, clinic_id: str) -> None:
    """Make all links and posters of a clinic invalid, and unbind its staff group.

    Chats bound already stay bound.

    Raises:
        ClinicError: there is no such clinic.
    """

    async def work(_: Store, clinics: Clinics) -> None:
        known(clinics, clinic_id)
        await clinics.revoke(clinic_id)

    _run(settings, work)


def remove(settings: Settings, clinic_id: str) -> None:
    """Forget a clinic, its staff and its counts; chats bound to it are bound to none.

    Raises:
        ClinicError: there is no such clinic.
    """

    async def work(_: Store, clinics: Clinics) -> None:
        known(clinics, clinic_id)
        await clinics.remove(clinic_id)

    _run(settings, work)


def handover(settings: Settings, clinic_id: str, change: Mapping[str, object]) -> Clinic:
    """Change what a clinic has set of its hand-over; patients with an open talk are told.

    Raises:
        ClinicError: there is no such clinic, or a value cannot be used.
    """

    def changed(held: Handover) -> Handover:
        return Handover.model_validate({**held.model_dump(), **change})

    async def work(_: Store, clinics: Clinics) -> Clinic:
        known(clinics, clinic_id)
        try:
            await clinics.hand_over(clinic_id, changed)
        except ValidationError as why:
            first = why.errors(include_input=False)[0]
            said = first["msg"].removeprefix("Value error, ")
            raise ClinicError(f"{first['loc'][0]}: {said}") from None
        return known(clinics, clinic_id)[0]

    return _run(settings, work)


def minutes(text: str | None) -> int | None:
    """Minutes of "4h" or "30m".

    Raises:
        ClinicError: it is neither, or no time that a hand-over may take.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,3})\s*([hm])", text.strip().lower())
    asked = int(found[1]) * (60 if found[2] == "h" else 1) if found else 0
    if not SHORTEST_WAIT <= asked <= LONGEST_WAIT:
        raise ClinicError(
            f"timeout: write 4h or 30m, from {SHORTEST_WAIT}m to {LONGEST_WAIT // 60}h"
        )
    return asked


def spoken(card: Clinic) -> str:
    """What a clinic has set of its hand-over, in one line."""
    held = card.handover
    if not held.on:
        return "hand-over off"
    wait = f"{held.timeout // 60}h" if held.timeout % 60 == 0 else f"{held.timeout}m"
    group = "no staff group" if held.group is None else f"staff group {held.group}"
    parts = [held.spoken_hours(), f"within {wait}", group]
    return f"hand-over on: {', '.join(parts + ['pictures too'] * held.photos)}"


def staff_command(settings: Settings, clinic_id: str) -> str:
    """What binds a group to the clinic, typed in that group within a day.

    Raises:
        ClinicError: there is no such clinic, or the bot's name cannot be learnt.
    """

    async def work(store: Store, clinics: Clinics) -> str:
        card, key = known(clinics, clinic_id)
        changes = card.handover.changes
        code = links.staff_code(settings.bot_id, clinic_id, key, changes, time.time())
        return f"/staffgroup@{await _username(settings, store)} {code}"

    return _run(settings, work)


async def _username(settings: Settings, store: Store) -> str:
    username = await store.setting(f"username_{settings.bot_id}")
    if username is None:  # the bot has not run yet on this database: ask Telegram
        async with connected(make_bot(settings.per_bot()[0])) as bot:
            username = bot.username
    return username


def make_posters(
    settings: Settings,
    clinic_id: str,
    folder: Path,
    replies: Replies,
    source: str = "poster",
) -> tuple[list[Path], str]:
    """Write the posters: A4 and card, each as SVG, PNG and PDF.

    Returns:
        The files, and what to know of them: where our fonts lack letters there is the SVG alone,
        which the computer that prints it draws with its own.

    Raises:
        ClinicError: there is no such clinic.
        OSError: the folder cannot be written.
    """
    card, url, username = _linked(settings, clinic_id, source)
    made = poster.lay_out(card, url, username, replies)
    note = made.undrawn and (
        f"no PNG and PDF, for no font here has {made.undrawn}: print the SVG from a browser, or"
        " give the clinic's name, hours and emergency line in Latin letters"
    )
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for size in poster.Size:
        for kind, draw in (("svg", poster.svg), ("png", poster.png), ("pdf", poster.pdf)):
            file = folder / f"{clinic_id}-{size.value}.{kind}"
            if note and kind != "svg":
                file.unlink(missing_ok=True)  # of before it was named so
                continue
            file.write_bytes(draw(made, size))
            written.append(file)
    return written, note


def counts(settings: Settings, clinic_id: str) -> list[Cell]:
    """What a clinic's patients asked about this month; small counts without their number.

    Raises:
        ClinicError: there is no such clinic.
    """

    async def work(store: Store, clinics: Clinics) -> list[Cell]:
        known(clinics, clinic_id)
        this_month = month(dt.datetime.now(dt.UTC).date())
        return await store.tally.cells(clinic_id, [this_month.name])

    return _run(settings, work)


def asked(settings: Settings) -> dict[tuple[str, str], int | None]:
    """What everybody asked in the last year, by (what, name); None: fewer than five people.

    Numbers are sums of months in which five and more asked, each rounded to fives.
    """

    async def work(store: Store, _: Clinics) -> dict[tuple[str, str], int | None]:
        cells = await store.tally.cells(ALL, [one.name for one in year(dt.datetime.now(dt.UTC))])
        return summed(cells)

    return _run(settings, work)


def _staffed(
    settings: Settings, clinic_id: str, work: Callable[[Staff], Awaitable[Found]]
) -> Found:
    """Do something with the staff of a clinic that there is."""

    async def go(store: Store, clinics: Clinics) -> Found:
        known(clinics, clinic_id)
        return await work(Staff(store.db, store.bot_id))

    return _run(settings, go)


def add_staff(settings: Settings, clinic_id: str, user_id: int) -> bool:
    """List somebody who may see the clinic's figures. Returns whether they are new there.

    Raises:
        ClinicError: there is no such clinic.
    """
    return _staffed(settings, clinic_id, lambda staff: staff.add(clinic_id, user_id))


def remove_staff(settings: Settings, clinic_id: str, user_id: int) -> bool:
    """Take somebody off the list. Returns whether they were on it.

    Raises:
        ClinicError: there is no such clinic.
    """
    return _staffed(settings, clinic_id, lambda staff: staff.remove(clinic_id, user_id))


def list_staff(settings: Settings, clinic_id: str) -> list[int]:
    """Who may see the clinic's figures.

    Raises:
        ClinicError: there is no such clinic.
    """
    return _staffed(settings, clinic_id, lambda staff: staff.of(clinic_id))
