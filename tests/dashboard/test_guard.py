"""What keeps the pages: limits, cookies, forms; the site by itself, over a real SQLite file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from bot.dashboard.app import dashboard
from bot.dashboard.site import COOKIE, LARGEST_FORM, Site
from bot.store.clinics import Clinic, Clinics
from bot.store.opening import migrate, open_database
from bot.store.staff import Staff
from bot.store.tally import Tally
from bot.turn.context import Context

URL = "https://clinic.example"


@pytest.fixture
async def site(tmp_path: Path, context: Context) -> AsyncIterator[Site]:
    db = open_database(tmp_path, None)
    await migrate(db)
    clinics = Clinics(db, 7)
    await clinics.add(Clinic(id="oak", name="Oak", phone="1"))
    staff = Staff(db, 7)
    await staff.add("oak", 5)
    yield Site(staff, clinics, Tally(db, 7), context.kb, secure=True)
    await db.close()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(Starlette(routes=[dashboard(site)]))
    async with AsyncClient(transport=transport, base_url=URL) as made:
        yield made


async def enter(site: Site, client: AsyncClient) -> None:
    answer = await client.post(f"/dashboard/enter/{await site.staff.link(5)}")
    assert answer.headers["location"] == "/dashboard/"


async def test_the_cookie_of_a_site_with_https_never_goes_out_without_it(
    site: Site, client: AsyncClient
) -> None:
    answer = await client.post(f"/dashboard/enter/{await site.staff.link(5)}")
    said = answer.headers["set-cookie"].lower()
    for word in ("httponly", "secure", "samesite=strict", "path=/dashboard", "max-age=7200"):
        assert word in said
    assert answer.status_code == 303


async def test_guessing_links_is_stopped_and_so_is_the_guesser_with_a_good_one(
    site: Site, client: AsyncClient
) -> None:
    statuses = [(await client.post(f"/dashboard/enter/{n}")).status_code for n in range(25)]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    good = await site.staff.link(5)
    assert (await client.post(f"/dashboard/enter/{good}")).status_code == 429
    assert (await client.get("/dashboard/")).status_code == 401


async def test_loading_pages_has_a_limit(site: Site, client: AsyncClient) -> None:
    await enter(site, client)
    statuses = [(await client.get("/dashboard/log")).status_code for _ in range(130)]
    assert statuses[0] == 403
    assert statuses[-1] == 429


async def test_a_link_that_another_site_posts_signs_nobody_in(
    site: Site, client: AsyncClient
) -> None:
    link = f"/dashboard/enter/{await site.staff.link(5)}"
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert (await client.post(link, headers=headers)).status_code == 403
    assert (await client.post(link, headers={"origin": URL})).status_code == 303


async def test_what_is_no_form_or_too_large_is_not_taken(site: Site, client: AsyncClient) -> None:
    await enter(site, client)
    for body, kind in (
        ("x" * (LARGEST_FORM + 1), "application/x-www-form-urlencoded"),
        ("&".join(["a=1"] * 200), "application/x-www-form-urlencoded"),
        ("\udcff".encode("utf-8", "surrogateescape"), "application/x-www-form-urlencoded"),
        ("{}", "application/json"),
    ):
        answer = await client.post(
            "/dashboard/sign-out", content=body, headers={"content-type": kind}
        )
        assert answer.status_code == 413


@pytest.mark.parametrize("cookie", ["", "x", "../../etc/passwd", "é" * 10, "a" * 4000])
async def test_a_made_up_session_is_none(client: AsyncClient, cookie: str) -> None:
    headers = {b"cookie": f"{COOKIE}={cookie}".encode()}
    assert (await client.get("/dashboard/", headers=headers)).status_code == 401


async def test_every_answer_bears_the_headers(site: Site, client: AsyncClient) -> None:
    await enter(site, client)
    for path in ("/", "/nowhere", "/enter/x", "/static/style.css", "/static/none", "/figures.csv"):
        answer = await client.get(f"/dashboard{path}")
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        assert "style=" not in answer.text


async def test_what_stands_in_the_address_is_never_put_into_a_page_as_it_is(
    site: Site, client: AsyncClient
) -> None:
    await enter(site, client)
    evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for path in (f"/enter/{evil}", f"/?clinic={evil}", f"/?about={evil}", f"/{evil}"):
        assert "<script" not in (await client.get(f"/dashboard{path}")).text
