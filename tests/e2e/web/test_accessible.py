"""WCAG 2.2 AA as axe finds it: every screen, light and dark, wide and narrow."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.web.axe import AXE, violations
from tests.e2e.web.steps import DOOR, PHONE, at, link, online, rehearsing, row, say
from tests.kit.gateways import Site

pytestmark = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: `npm ci` in web/ installs it")
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
LOOKS = [
    pytest.param(WIDE, id="wide"),
    pytest.param(PHONE, id="narrow"),
]
EVERYTHING = """/think so
/tool exec_command {"cmd": "printf '\\\\033[31mred\\\\033[0m'; exit 3"}
/tool read_file {"path": "nothing.txt"}
/say # Heading
/say
/say Some **bold** `code`, a [link](https://example.org) and a list:
/say
/say - one
/say - two
/say
/say | a | b |
/say |---|---|
/say | 1 | 2 |
/say
/say ```python
/say def f(x): return "s" + str(1)  # why
/say ```
/say
/say > quoted"""


@asynccontextmanager
async def looking(folder: Path, browser: Browser, look: dict[str, Any]) -> AsyncGenerator[tuple[Site, Page]]:
    async with at(folder, browser, rehearsing(), bypass_csp=True, reduced_motion="reduce", **look) as (site, visitor):
        yield site, visitor.page


async def enter(site: Site, page: Page) -> None:
    await page.goto(link(site))
    await online(page)


@pytest.mark.parametrize("look", LOOKS)
async def test_signing_in(tmp_path: Path, browser: Browser, look: dict[str, Any]) -> None:
    async with looking(tmp_path, browser, look) as (site, page):
        await page.goto(site.url)
        await page.locator(DOOR).wait_for()
        assert await violations(page) == []
        await page.locator(DOOR).fill("wrong")
        await page.keyboard.press("Enter")
        await expect(page.locator(DOOR)).to_have_attribute("aria-invalid", "true")
        assert await violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
async def test_home_the_models_and_the_palette(tmp_path: Path, browser: Browser, look: dict[str, Any]) -> None:
    async with looking(tmp_path, browser, look) as (site, page):
        await enter(site, page)
        assert await violations(page) == []
        await page.locator("button.model").click()
        await page.get_by_role("dialog", name="Model").get_by_role("button", name="Rehearsal").wait_for()
        assert await violations(page) == []
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox", name="Commands").or_(page.locator(".palette-input")).first.wait_for()
        assert await violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
async def test_a_thread_with_everything_in_it(tmp_path: Path, browser: Browser, look: dict[str, Any]) -> None:
    async with looking(tmp_path, browser, look) as (site, page):
        await enter(site, page)
        await say(page, EVERYTHING) if "is_mobile" not in look else await tapped(page, EVERYTHING)
        await row(page, "assistant", "quoted").wait_for()
        await page.locator("article.is-work button").first.click()
        await row(page, "tool").first.wait_for()
        for head in await page.locator("article.is-tool button.fold-line").all():
            if await head.get_attribute("aria-expanded") == "false":
                await head.click()
        await page.locator("article.is-reasoning button").first.click()
        await tapped(page, "/fail rate_limited") if "is_mobile" in look else await say(page, "/fail rate_limited")
        await page.locator("article.is-end, article.is-notice").first.wait_for()
        assert await violations(page) == []
        await page.get_by_role("button", name="What can be done with this thread").click()
        await page.get_by_role("menu").wait_for()
        assert await violations(page) == []
        await page.get_by_role("menuitem", name="Delete").click()
        await page.get_by_role("dialog").wait_for()
        assert await violations(page) == []


async def tapped(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send", exact=True).tap()


@pytest.mark.parametrize("look", LOOKS)
async def test_every_page_of_settings(tmp_path: Path, browser: Browser, look: dict[str, Any]) -> None:
    async with looking(tmp_path, browser, look) as (site, page):
        await enter(site, page)
        for name in ("all", "appearance", "providers", "general", "memory", "tokens", "health", "gateways", "about"):
            await page.goto(f"{site.url}/#/settings/{name}")
            await page.locator(".settings").wait_for()
            await expect(page.locator("[aria-busy=true]")).to_have_count(0)
            assert (name, await violations(page)) == (name, [])
        await page.goto(f"{site.url}/#/settings/providers")
        await page.locator(".line button").first.click()
        assert await violations(page) == []
        await page.goto(f"{site.url}/#/settings/tokens")
        await page.get_by_role("button", name="Issue a token").first.click()
        await page.get_by_role("dialog").wait_for()
        assert await violations(page) == []


async def test_the_drawer_and_a_search(tmp_path: Path, browser: Browser) -> None:
    async with looking(tmp_path, browser, PHONE) as (site, page):
        await enter(site, page)
        await tapped(page, "/say a heron")
        await row(page, "assistant", "a heron").wait_for()
        await page.get_by_role("button", name="Show the sidebar").tap()
        await page.get_by_role("treeitem").first.wait_for()
        assert await violations(page) == []
        await page.get_by_role("combobox").fill("heron")
        await page.get_by_role("option").first.wait_for()
        assert await violations(page) == []
