"""Curating in the browser: why a question is matched, and a draft that the repository takes."""

from __future__ import annotations

import asyncio
import io
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page

from bot.clinic import commands
from bot.curating import diff_lines, gaps
from bot.kb.diff import changes
from bot.kb.knowledge import packaged
from bot.kb.loading import load
from bot.settings import Settings
from tests.dashboard.test_pages import DESK, PHONE, entered, follow
from tests.dashboard.world import (
    ADMIN,
    OAK_STAFF,
    PICTURES,
    World,
    running,
)
from tests.emulator import TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASKING = "A question, as a patient would write it"
ODD = "do zebras get spots from it too?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, warm_state: Path
) -> AsyncIterator[World]:
    async with running(tmp_path_factory.mktemp("curating"), warm_state) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport=DESK)  # type: ignore[arg-type]
    yield made
    await made.close()


async def tried(world: World, context: BrowserContext, text: str) -> Page:
    """The operator's page after trying a question."""
    page = await entered(world, context, ADMIN)
    await page.get_by_role("link", name="Try a question").click()
    await page.get_by_label(ASKING).fill(text)
    await follow(page.get_by_role("button", name="Try", exact=True))
    return page


async def test_a_question_shows_why_it_is_matched(world: World, context: BrowserContext) -> None:
    page = await tried(world, context, "how long is a course of accutane?")
    why = await page.locator("section", has=page.locator("#why")).inner_text()
    assert "answer: duration" in why
    assert "clearly ahead" in why
    assert "20 weeks" in await page.locator(".said").inner_text()
    assert (
        "Course length and second course (duration)"
        in await page.locator("section", has=page.locator("#labels")).inner_text()
    )
    assert ODD not in page.url
    assert "try" in await (await context.request.get(f"{world.url}/log")).text()
    await page.get_by_label(ASKING).fill("I am on accutane and I think I am pregnant")
    await page.get_by_role("button", name="Try", exact=True).click()
    row = page.get_by_role("row").filter(has_text="Before the search")
    assert "goes first" in await row.inner_text()


async def test_a_draft_question_is_a_patch_that_applies_unless_it_stands_there_already(
    world: World, context: BrowserContext, base: Path
) -> None:
    page = await tried(world, context, ODD)
    form = page.locator("section", has=page.locator("#question"))
    assert await form.get_by_label("Question").input_value() == ODD
    await form.get_by_label("It asks for").select_option("side-effects")
    async with page.expect_download() as started:
        await form.get_by_role("button").click()
    file = await (await started.value).path()
    command = ["git", "apply", str(file)]
    await asyncio.to_thread(subprocess.run, command, cwd=base.parent, check=True)
    added = [one for one in load(base).examples if one.voice == "curator"]
    assert [(one.text, one.labels) for one in added] == [(ODD, ("side-effects",))]
    await form.get_by_label("Question").fill(load(packaged()).examples[0].text)
    await form.get_by_role("button").click()
    assert "the same question stands in" in await page.get_by_role("alert").inner_text()
    state = b"".join(one.read_bytes() for one in world.state.glob("*") if one.is_file())
    assert b"zebras" not in state  # neither stored nor logged


async def test_a_draft_note_is_unsigned_and_needs_its_authority(
    world: World, context: BrowserContext, base: Path
) -> None:
    page = await tried(world, context, "are tattoos ok")
    form = page.locator("section", has=page.locator("#note"))
    await form.get_by_label("Beside").select_option("tattoos-piercings")
    await form.locator("[name=text]").fill("Words for this test only.")
    await form.get_by_label("Authority").fill(" ")
    await form.get_by_role("button").click()
    assert "the authority that it rests on" in await page.get_by_role("alert").inner_text()
    assert await form.locator("[name=text]").input_value() == "Words for this test only."
    await form.get_by_label("Authority").fill("Nobody")
    async with page.expect_download() as started:
        await form.get_by_role("button").click()
    file = await (await started.value).path()
    command = ["git", "apply", str(file)]
    await asyncio.to_thread(subprocess.run, command, cwd=base.parent, check=True)
    (note,) = load(base).topics["tattoos-piercings"].notes
    assert (note.authority, note.review.by) == ("Nobody", None)


async def test_only_the_operator_may_and_only_with_the_forms_token(
    world: World, context: BrowserContext
) -> None:
    page = await entered(world, context, OAK_STAFF)
    assert await page.get_by_role("link", name="Try a question").count() == 0
    asked: dict[str, str | float | bool] = {"asked": "x"}
    for path in ("/try", "/draft"):
        assert (await context.request.post(f"{world.url}{path}", form=asked)).status == 403
    assert (await context.request.get(f"{world.url}/try")).status == 403
    await context.clear_cookies()
    assert (await context.request.get(f"{world.url}/try")).status == 401
    await entered(world, context, ADMIN)
    forged = {**asked, "kind": "question", "label": "what", "text": "x y z", "csrf": "0" * 64}
    assert (await context.request.post(f"{world.url}/draft", form=forged)).status == 403


@pytest.mark.parametrize(("dark", "size"), [(True, PHONE), (False, DESK)])
async def test_it_can_be_used_by_all(
    world: World, browser: Browser, *, dark: bool, size: dict[str, int]
) -> None:
    context = await browser.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
    )
    page = await tried(world, context, "my lips are so dry")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"]
    if PICTURES and size is DESK:
        taken = Image.open(io.BytesIO(await page.screenshot(full_page=True))).convert("RGB")
        taken.quantize(64).save(f"{PICTURES}/curating.png", optimize=True)
    await context.close()


async def test_counts_of_real_turns_rank_gaps_and_stand_beside_what_changes(
    world: World, context: BrowserContext, tmp_path: Path
) -> None:
    page = await tried(world, context, "x")
    table = page.locator("section", has=page.locator("#gaps"))
    assert "Alcohol (alcohol)\t10" in await table.inner_text()  # nine, rounded
    settings = Settings(telegram_bot_token=TOKEN, state_dir=world.state, _env_file=None)
    asked = await asyncio.to_thread(commands.asked, settings)
    kb = load(packaged())
    assert gaps(kb, asked)[0] == ("10", "alcohol", "Alcohol")
    new = tmp_path / "new.txt"
    text = kb.source.text.replace("20 weeks", "24 weeks").replace("dryness", "drought")
    new.write_text(text, encoding="utf-8")
    said = "\n".join(diff_lines(changes(new, packaged(), kb), kb, asked))
    assert "[-20-] {+24+} weeks" in said
    assert "side-effects (Common side effects)\n    in a year: read < 5" in said
