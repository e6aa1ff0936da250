"""Broken lines, gateways that restart, sleeping tabs, wrong clocks: the time line is that of a fresh load."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from playwright.async_api import Browser, Page, expect

from tests.e2e.browser import visiting
from tests.e2e.web.steps import (
    ROWS,
    SECONDS,
    at,
    home,
    link,
    message,
    online,
    rehearsing,
    row,
    rows,
    said,
    say,
    scripted,
)
from tests.e2e.web.wire import Wire
from tests.kit.gateways import Setup, Site, gateway

HIDE = """(state) => {
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
STATE = "The gateway cannot be reached. What you see is the last state."


def port(site: Site) -> int:
    return int(site.url.rsplit(":", 1)[1])


def through(wire: Wire, site: Site) -> str:
    return f"{wire.url}/#{link(site).partition('#')[2]}"


async def same_as_fresh(page: Page) -> None:
    """What the page has become is what a page shows that comes now."""
    fresh = await page.context.new_page()
    await fresh.goto(page.url)
    await fresh.locator(ROWS).first.wait_for()
    await expect(fresh.locator(ROWS)).to_have_count(await page.locator(ROWS).count())
    assert await rows(page) == await rows(fresh)
    await fresh.close()


async def test_a_line_that_breaks_in_a_stream_leaves_no_hole(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor), Wire(port(site)).laid() as wire:
        first, second, third = anyio.Event(), anyio.Event(), anyio.Event()
        site.vendor.script("tell", site.vendor.says("one ", first, "two ", second, "three ", third, "four"))
        page = visitor.page
        await page.goto(through(wire, site))
        await online(page)
        await say(page, "tell")
        await row(page, "assistant", "one").wait_for()
        await wire.cut()
        first.set()
        await expect(page.get_by_text(STATE)).to_be_visible()
        await expect(row(page, "assistant", "one")).to_be_visible()
        second.set()
        wire.mend()
        await page.get_by_role("button", name="Try now").click()
        await row(page, "assistant", "one two three").wait_for()
        await expect(page.get_by_text(STATE)).to_be_hidden()
        await wire.cut()
        wire.mend()
        third.set()
        await row(page, "assistant", "one two three four").wait_for()
        await page.get_by_role("button", name="Stop").wait_for(state="hidden")
        await same_as_fresh(page)


async def test_a_gateway_that_restarts_is_gone_on_with(tmp_path: Path, browser: Browser) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    setup = Setup(seconds=SECONDS, config={"provider": "rehearsal", "model": "rehearsal", "port": number})
    async with visiting(browser) as visitor:
        page = visitor.page
        async with gateway(tmp_path, setup) as site:
            await home(visitor, site)
            await said(page, "/say before", "before")
        await expect(page.get_by_text(STATE)).to_be_visible()
        async with gateway(tmp_path, setup):
            await expect(page.get_by_text(STATE)).to_be_hidden(timeout=20_000)
            await say(page, "/say after")
            await row(page, "assistant", "after").wait_for()
            await page.get_by_role("button", name="Stop").wait_for(state="hidden")
            await expect(row(page, "assistant", "before")).to_have_count(1)
            await same_as_fresh(page)


async def test_two_pages_show_the_same(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        go_on = anyio.Event()
        site.vendor.script("long", site.vendor.says("begun ", go_on, "ended"))
        page = await home(visitor, site)
        await say(page, "long")
        await row(page, "assistant", "begun").wait_for()
        other = await page.context.new_page()
        await other.goto(page.url)
        await row(other, "assistant", "begun").wait_for()
        go_on.set()
        await row(other, "assistant", "begun ended").wait_for()
        await say(other, "from the other")
        await row(page, "user", "from the other").wait_for()
        await row(page, "assistant", "ok").wait_for()
        await row(other, "assistant", "ok").wait_for()
        for one in (page, other):
            await one.get_by_role("button", name="Stop").wait_for(state="hidden")
        assert await rows(page) == await rows(other)
        await message(page).fill("half a thought")
        await other.get_by_role("button", name="What can be done with this thread").click()
        await other.get_by_role("menuitem", name="Delete").click()
        await other.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(page.get_by_text("This thread was deleted.")).to_be_visible()
        await expect(page.get_by_text("half a thought")).to_be_visible()
        await expect(page.get_by_role("button", name="Copy what you wrote")).to_be_focused()


async def test_a_tab_that_slept_catches_up_when_it_is_looked_at(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor), Wire(port(site)).laid() as wire:
        go_on = anyio.Event()
        site.vendor.script("long", site.vendor.says("begun ", go_on, "ended"))
        page = visitor.page
        await page.goto(through(wire, site))
        await online(page)
        await say(page, "long")
        await row(page, "assistant", "begun").wait_for()
        await page.clock.install()
        await page.evaluate(HIDE, "hidden")
        await wire.cut()
        await expect(page.get_by_role("img", name="Not connected")).to_be_visible()
        await page.clock.fast_forward("01:00:00")
        go_on.set()
        wire.mend()
        await page.evaluate(HIDE, "visible")
        await row(page, "assistant", "begun ended").wait_for()


async def test_a_clock_that_is_wrong_gives_sane_times(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        go_on = anyio.Event()
        site.vendor.script("long", site.vendor.says("begun ", go_on, "ended"))
        page = visitor.page
        await page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
        await home(visitor, site)
        await say(page, "long")
        await row(page, "assistant", "begun").wait_for()
        work = page.locator("article.is-work")
        await expect(work).to_contain_text("s")
        told = await work.inner_text()
        assert not any(word in told for word in ("min", " h", "day"))
        go_on.set()
        await row(page, "assistant", "begun ended").wait_for()


async def test_what_was_done_before_a_break_is_not_done_twice(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor), Wire(port(site)).laid() as wire:
        page = visitor.page
        await page.goto(through(wire, site))
        await online(page)
        for number in range(3):
            await said(page, f"/say answer {number}", f"answer {number}")
            await wire.cut()
            await expect(page.get_by_role("img", name="Not connected")).to_be_visible()
            wire.mend()
            await expect(page.get_by_role("img", name="Connected", exact=True)).to_be_visible()
        await expect(row(page, "user")).to_have_count(3)
        await same_as_fresh(page)
