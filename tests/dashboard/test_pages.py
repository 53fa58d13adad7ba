"""The pages in a browser, over a database that real turns have filled."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Locator, Page

from bot.clinic import commands
from bot.dashboard.app import PAGES
from bot.dashboard.site import COOKIE
from bot.settings import Settings
from bot.store.opening import open_database
from bot.store.staff import Staff
from tests.dashboard.world import (
    ADMIN,
    ELM_STAFF,
    OAK_STAFF,
    PICTURES,
    STRANGER,
    World,
    running,
)
from tests.emulator import TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")
PHONE, DESK = {"width": 375, "height": 812}, {"width": 1280, "height": 900}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, warm_state: Path
) -> AsyncIterator[World]:
    async with running(tmp_path_factory.mktemp("clinics"), warm_state) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    yield made
    await made.close()


async def entered(world: World, context: BrowserContext, who: int) -> Page:
    """Somebody who is signed in, as they do it."""
    page = await context.new_page()
    await page.goto(await world.link(who))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{world.url}/")
    return page


async def follow(control: Locator) -> None:
    """Click what leads to another page, and wait until that is there as a whole."""
    async with control.page.expect_navigation():
        await control.click()


async def figure(page: Page, section: str, row: str) -> list[str]:
    """The numbers of a row."""
    held = page.get_by_role("region", name=section, exact=True)
    line = held.get_by_role("row").filter(has=page.get_by_role("rowheader", name=row, exact=True))
    return await line.get_by_role("cell").all_inner_texts()


async def test_staff_sign_in_by_a_link_and_sign_out(world: World, context: BrowserContext) -> None:
    page = await entered(world, context, OAK_STAFF)
    assert "Oak Clinic" in await page.inner_text("h1")
    (cookie,) = await context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] not in str(world.sql("SELECT * FROM credential"))
    await page.get_by_role("button", name="Sign out").click()
    assert "signed out" in await page.inner_text("h1")
    await page.goto(f"{world.url}/")
    assert "Please sign in" in await page.inner_text("h1")
    await context.add_cookies(
        [{"name": COOKIE, "value": cookie["value"], "url": f"{world.url}/"}]
    )  # kept by somebody: it is of no use
    await page.goto(f"{world.url}/")
    assert "Please sign in" in await page.inner_text("h1")


async def test_a_link_works_once_though_it_may_be_looked_at(
    world: World, context: BrowserContext
) -> None:
    link = await world.link(OAK_STAFF)
    for _ in range(3):  # as programs do that make previews
        assert (await context.request.get(link)).status == 200
    assert (await context.request.post(link)).url == f"{world.url}/"
    await context.clear_cookies()
    again = await context.request.post(link)
    assert again.status == 403
    assert "does not work any more" in await again.text()
    assert (await context.request.get(f"{world.url}/")).status == 401


async def test_forged_and_expired_links_and_those_that_a_newer_one_replaced(
    world: World, context: BrowserContext
) -> None:
    old = await world.link(OAK_STAFF)
    link = await world.link(OAK_STAFF)
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")
    for bad in (forged, old, f"{world.url}/enter/x"):
        assert (await context.request.post(bad)).status == 403
    world.sql("UPDATE credential SET expires = 1 WHERE kind = 'link'")
    assert (await context.request.post(link)).status == 403
    assert (await context.request.get(f"{world.url}/")).status == 401


async def test_no_secret_of_a_sign_in_reaches_the_log_or_the_disk(
    world: World, context: BrowserContext
) -> None:
    link = await world.link(OAK_STAFF)
    assert (await context.request.post(link)).ok
    (cookie,) = await context.cookies()
    files = [world.state / "log", *world.state.glob("bot.sqlite*")]
    kept = b"".join([await asyncio.to_thread(file.read_bytes) for file in files])
    for secret in (link.rpartition("/")[2], cookie.get("value", "")):
        assert len(secret) > 40
        assert secret.encode() not in kept


async def test_a_stranger_gets_no_link_but_the_number_to_be_listed_by(world: World) -> None:
    said = await world.says(STRANGER, "/dashboard")
    assert "enter/" not in said
    assert str(STRANGER) in said


async def test_five_people_are_shown_and_four_are_not_however_often_they_ask(
    world: World, context: BrowserContext
) -> None:
    page = await entered(world, context, OAK_STAFF)
    assert await figure(page, "Gaps by topic", "Alcohol") == ["5"]
    assert await figure(page, "Most-read passages", "Common side effects") == ["< 5"]
    assert world.sql(
        "SELECT count FROM tally WHERE what = 'read' AND clinic = 'oak-clinic'"
        " AND name = 'side-effects' AND period LIKE '____-__'"
    ) == [(6,)]
    assert await figure(page, "Thumbs", "Alcohol") == ["5", "0"]
    assert await figure(page, "Refusals", "Something else") == ["5"]
    assert await figure(page, "Alerts by kind", "Pregnant or maybe pregnant (the patient)") == [
        "5"
    ]
    assert await figure(page, "Languages", "en") == ["20"]  # 21
    assert await figure(page, "Links and posters", "Poster") == ["< 5"]
    assert await figure(page, "Links and posters", "desk") == ["< 5"]


async def test_the_csv_tells_no_more_than_the_page(world: World, context: BrowserContext) -> None:
    page = await entered(world, context, OAK_STAFF)
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download CSV").click()
    file = await (await started.value).path()
    rows = list(
        csv.DictReader(io.StringIO(await asyncio.to_thread(Path(file).read_text, "utf-8")))
    )
    of_month = {(r["what"], r["name"]): r["times"] for r in rows if len(r["period"]) == 7}
    assert of_month["gap", "alcohol"] == "5"
    assert of_month["read", "side-effects"] == "< 5"
    assert {row["clinic"] for row in rows} == {"oak-clinic"}
    assert any(row["times"] == "5" for row in rows if len(row["period"]) == 10)


async def test_another_clinics_figures_are_refused(world: World, context: BrowserContext) -> None:
    page = await entered(world, context, OAK_STAFF)
    assert await page.locator("select[name=clinic] option").all_inner_texts() == ["Oak Clinic"]
    for path in (
        "/?clinic=elm-practice",
        "/figures.csv?clinic=elm-practice",
        "/?clinic=*",
        "/log",
    ):
        assert (await context.request.get(world.url + path)).status == 403, path
    assert (await context.request.get(f"{world.url}/?period=2026")).status == 403


async def test_four_patients_of_a_clinic_are_too_few_for_any_number(
    world: World, context: BrowserContext
) -> None:
    page = await entered(world, context, ELM_STAFF)
    cells = await page.locator("td.n").all_text_contents()
    assert set(cells) <= {"< 5", "0"}
    assert set(await page.locator(".tiles dd").all_inner_texts()) <= {"< 5", "0"}


async def test_the_operator_sees_all_and_who_looked(world: World, context: BrowserContext) -> None:
    page = await entered(world, context, ADMIN)
    assert await figure(page, "Gaps by topic", "Alcohol") == [
        "10"
    ]  # nine: five of one, four of another
    await page.get_by_label("Clinic").select_option("Elm Practice")
    await page.get_by_label("Days show").select_option("Alcohol (gap)")
    await follow(page.get_by_role("button", name="Show"))
    assert await figure(page, "Gaps by topic", "Alcohol") == ["< 5"]
    await follow(page.get_by_role("link", name="Log"))
    lines = await page.locator("tbody tr").all_inner_texts()
    assert any("elm-practice" in line and "figures" in line for line in lines)
    assert not any(str(ADMIN) in line for line in lines)


async def test_who_is_taken_off_the_list_is_out_at_once(
    world: World, context: BrowserContext
) -> None:
    await entered(world, context, OAK_STAFF)
    db = open_database(world.state, None)
    staff = Staff(db, 123456)
    assert await staff.remove("oak-clinic", OAK_STAFF)
    try:
        assert (await context.request.get(f"{world.url}/")).status == 403
    finally:
        await staff.add("oak-clinic", OAK_STAFF)
        await db.close()


async def test_a_form_of_another_site_does_nothing(world: World, context: BrowserContext) -> None:
    page = await entered(world, context, OAK_STAFF)
    token = await page.locator("input[name=csrf]").first.input_value()
    url = f"{world.url}/sign-out"
    for given, headers in (
        ("", {}),
        (token[:-1] + "x", {}),
        (token, {"Sec-Fetch-Site": "cross-site"}),
        (token, {"Origin": "https://evil.example"}),
    ):
        answer = await context.request.post(url, form={"csrf": given}, headers=headers)
        assert answer.status == 403
    assert (await context.request.get(f"{world.url}/")).status == 200


async def test_no_page_needs_what_its_policy_forbids(
    world: World, context: BrowserContext
) -> None:
    page = await context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(await world.link(ADMIN))
    await follow(page.get_by_role("button", name="Sign in"))
    for path in (one.path for one in PAGES if one.title):
        answer = await page.goto(world.url + path)
        assert answer is not None
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert faults == []


@pytest.mark.parametrize(("size", "dark"), [("phone", True), ("desktop", False)])
async def test_pages_are_readable_by_everybody(
    world: World, browser: Browser, size: str, dark: bool
) -> None:
    context = await browser.new_context(
        viewport=PHONE if size == "phone" else DESK,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
    )
    page = await context.new_page()
    await page.goto(await world.link(ADMIN))
    await sound(page, "", size, dark=dark)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{world.url}/")
    await sound(page, "dashboard", size, dark=dark)
    for summary in await page.locator("summary").all():
        await summary.click()
    await sound(page, "", size, dark=dark)
    for other in PAGES[1:]:
        if other.title:
            await page.goto(world.url + other.path)
            await sound(page, "", size, dark=dark)
    await context.close()


async def test_a_clinics_long_name_fits_on_a_phone(world: World, browser: Browser) -> None:
    settings = Settings(telegram_bot_token=TOKEN, state_dir=world.state, _env_file=None)
    name = "Donaudampfschifffahrtsgesellschaftsdermatologie am Ring"
    await asyncio.to_thread(commands.add, settings, name, "555-0199", clinic_id="long")
    context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = await entered(world, context, ADMIN)
    await page.goto(f"{world.url}/?clinic=long")
    assert name in await page.inner_text("h1")
    await sound(page, "", "phone", dark=False)
    await context.close()
    await asyncio.to_thread(commands.remove, settings, "long")


async def sound(page: Page, name: str, size: str, *, dark: bool) -> None:
    """No fault that axe finds, nothing wider than the screen; a picture where it is wanted."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    if PICTURES and name:
        taken = await page.screenshot(full_page=size == "desktop")
        small = Image.open(io.BytesIO(taken)).convert("RGB").quantize(64)
        small.save(f"{PICTURES}/{name}-{size}{'-dark' if dark else ''}.png", optimize=True)


async def test_the_keyboard_is_enough(world: World, context: BrowserContext) -> None:
    page = await context.new_page()
    await page.goto(await world.link(ADMIN))
    await page.get_by_role("button", name="Sign in").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{world.url}/")
    await page.keyboard.press("Tab")
    assert "Skip" in await page.evaluate("document.activeElement.textContent")
    await page.keyboard.press("Enter")
    reached = []
    for _ in range(9):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.tagName"))
    assert reached[:6] == ["SELECT", "SELECT", "SELECT", "BUTTON", "A", "SUMMARY"]
    await page.keyboard.press("Shift+Tab")
