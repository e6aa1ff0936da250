"""The page without its gateway: it opens with its last state, says so, and goes on by itself."""

import shutil
import socket
from importlib import import_module
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.browser import visiting
from tests.e2e.web.steps import DOOR, SECONDS, at, home, link, online, rehearsing, row, said
from tests.e2e.web.test_faults import STATE, port, through
from tests.e2e.web.wire import Wire
from tests.kit.gateways import Setup, gateway

BUILD = import_module("portico.gateway.main.build")
READY = """navigator.serviceWorker.ready.then(({active}) => new Promise((done) => {
  const look = () => { if (active.state === "activated") done(); };
  active.addEventListener("statechange", look);
  look();
}))"""
KEPT = """async () => {
  const open = indexedDB.open("portico", 1);
  await new Promise((resolve) => {
    open.onupgradeneeded = () => open.result.createObjectStore("kept");
    open.onsuccess = resolve;
  });
  const threads = open.result.transaction("kept").objectStore("kept").get("threads");
  await new Promise((resolve) => { threads.onsuccess = resolve; });
  open.result.close();
  return JSON.stringify(threads.result ?? null);
}"""


async def kept(page: Page, words: str) -> None:
    """Until the rows with these words are in the browser's database."""
    await page.evaluate(
        f"async (words) => {{ while (!(await ({KEPT})()).includes(words)) await new Promise(requestAnimationFrame); }}",
        words,
    )


async def test_the_page_opens_offline_with_its_last_state_and_goes_on(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor), Wire(port(site)).laid() as wire:
        page = visitor.page
        await page.goto(through(wire, site))
        await online(page)
        await page.evaluate(READY)
        await said(page, "/say kept for later", "kept for later")
        await kept(page, "kept for later")
        await wire.cut()
        await page.reload()
        await row(page, "assistant", "kept for later").wait_for()
        await expect(page.get_by_role("treeitem", name="kept for later")).to_be_visible()
        await expect(page.get_by_text(STATE)).to_be_visible()
        await page.get_by_label("Message", exact=True).fill("written offline")
        await expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
        wire.mend()
        await expect(page.get_by_text(STATE)).to_be_hidden(timeout=20_000)
        await expect(page.get_by_label("Message", exact=True)).to_have_value("written offline")
        await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()


async def test_a_new_build_is_there_at_the_next_load(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    setup = Setup(seconds=SECONDS, config={"provider": "rehearsal", "model": "rehearsal", "port": number})
    new = tmp_path / "new"
    shutil.copytree(BUILD.WEB_SHELL, new)
    index, worker = new / "index.html", new / "sw.js"
    index.write_text(
        index.read_text().replace("<title>Portico</title>", '<title>Portico</title><meta name="build" content="new">')
    )
    worker.write_text(worker.read_text() + "\n/* new */\n")
    async with visiting(browser) as visitor:
        page = visitor.page
        async with gateway(tmp_path, setup) as site:
            await home(visitor, site)
            await page.evaluate(READY)
        monkeypatch.setattr(BUILD, "WEB_SHELL", new)
        async with gateway(tmp_path, setup):
            await page.reload()
            await online(page)
            await expect(page.locator("meta[name=build]")).to_have_count(1)


async def test_signing_out_erases_what_was_kept(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor), Wire(port(site)).laid() as wire:
        page = visitor.page
        await page.goto(through(wire, site))
        await online(page)
        await page.evaluate(READY)
        await said(page, "/say a secret of mine", "a secret of mine")
        await kept(page, "a secret of mine")
        await page.goto(f"{wire.url}/#/settings/about")
        await page.get_by_role("button", name="Sign out").click()
        await page.locator(DOOR).wait_for()
        assert await page.evaluate(KEPT) == "null"
        await wire.cut()
        await page.reload()
        await expect(page.get_by_text("a secret of mine")).to_have_count(0)
        assert "a secret of mine" not in await page.content()


async def test_a_session_that_was_voided_leaves_the_draft(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor), site.peer() as peer:
        page = await home(visitor, site)
        await page.get_by_label("Message", exact=True).fill("not lost")
        await page.goto("about:blank")
        await peer.call("token/rotate")
        await page.goto(site.url)
        await page.locator(DOOR).wait_for()
        await page.goto("about:blank")
        await page.goto(link(site))
        await online(page)
        await expect(page.get_by_label("Message", exact=True)).to_have_value("not lost")
