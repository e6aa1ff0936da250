"""The first minute: a printed link, an example, a tool at work, a reload, the way out, what keeps others outside."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import visiting
from tests.e2e.web.steps import DOOR, at, home, keyless, link, message, online, rehearsing, row, rows
from tests.kit.gateways import gateway


async def test_a_link_an_example_a_tool_an_answer_and_a_reload(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, keyless()) as (site, visitor):
        (site.root / "heron.txt").write_text("a bird")
        page = await home(visitor, site)
        assert page.url == f"{site.url}/"
        assert await page.evaluate("history.length") == 2
        await expect(page.get_by_text("You are talking to a rehearsal")).to_be_visible()
        await page.get_by_role("button", name="List the files here").click()
        await row(page, "user", "List the files here").wait_for()
        await row(page, "assistant", "heron.txt").wait_for()
        work = page.locator("article.is-work")
        await work.wait_for()
        before = await rows(page)
        await page.reload()
        await row(page, "assistant", "heron.txt").wait_for()
        assert await rows(page) == before
        await work.get_by_role("button").first.click()
        await row(page, "tool", "list_dir").wait_for()


async def test_who_signs_out_is_outside_and_leaves_nothing(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await message(page).fill("what I thought of")
        await page.goto(f"{site.url}/#/settings/about")
        await page.get_by_role("button", name="Sign out").click()
        await page.locator(DOOR).wait_for()
        kept = await page.evaluate("JSON.stringify({...localStorage})")
        assert "what I thought of" not in kept
        assert await page.evaluate(KEPT) == []
        await page.reload()
        await page.locator(DOOR).wait_for()


KEPT = """async () => {
  const open = indexedDB.open("portico", 1);
  await new Promise((resolve) => {
    open.onupgradeneeded = () => open.result.createObjectStore("kept");
    open.onsuccess = resolve;
  });
  const keys = open.result.transaction("kept").objectStore("kept").getAllKeys();
  await new Promise((resolve) => { keys.onsuccess = resolve; });
  return keys.result;
}"""


async def test_a_used_link_says_so_and_a_token_signs_in(tmp_path: Path, browser: Browser) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        printed = link(site)
        async with visiting(browser) as first:
            await first.page.goto(printed)
            await message(first.page).wait_for()
            # whoever is in stays in
            await first.page.goto("about:blank")
            await first.page.goto(printed)
            await message(first.page).wait_for()
            assert first.page.url == f"{site.url}/"
        async with visiting(browser) as second:
            page = second.page
            await page.goto(printed)
            await expect(page.get_by_text("This link was used or is too old")).to_be_visible()
            assert "code" not in page.url
            await page.locator(DOOR).fill("wrong")
            await page.keyboard.press("Enter")
            await expect(page.get_by_text("This token is not valid here.")).to_be_visible()
            await page.locator(DOOR).fill(site.token)
            await page.keyboard.press("Enter")
            await message(page).wait_for()
            await online(page)
            assert site.token not in await page.evaluate(
                "document.documentElement.outerHTML + JSON.stringify({...localStorage})"
            )


async def test_a_link_that_is_pasted_into_an_open_page_signs_in(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = visitor.page
        await page.goto(site.url)
        await page.locator(DOOR).wait_for()
        await page.goto(link(site))
        await message(page).wait_for()
        assert page.url == f"{site.url}/"


@pytest.mark.parametrize("scopes", [("read",), ("read", "chat")])
async def test_a_narrow_token_is_refused_with_words(tmp_path: Path, browser: Browser, scopes: Any) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        async with site.peer() as peer:
            narrow = (await peer.call("token/issue", name="narrow", scopes=list(scopes)))["secret"]
        page = visitor.page
        await page.goto(site.url)
        await page.locator(DOOR).fill(narrow)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("This token lacks rights")).to_be_visible()


async def test_too_many_wrong_tokens_are_told_to_wait(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = visitor.page
        await page.goto(site.url)
        for _ in range(40):
            await page.locator(DOOR).fill("wrong")
            async with page.expect_response("**/auth/session") as answered:
                await page.keyboard.press("Enter")
            if (await answered.value).status == 429:
                break
        await expect(page.get_by_text("Too many failed attempts.")).to_be_visible()
