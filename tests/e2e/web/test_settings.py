"""Settings: a first key, what is refused, tokens, health, languages, themes, other gateways."""

import json
import re
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.e2e.web.steps import at, home, keyless, link, online, rehearsing, row, said, scripted
from tests.kit.wire import CHECKOUT

WORDS = CHECKOUT / "src" / "portico" / "client" / "words"
SECRET = "sk-first-key-of-a-person-4711"
EVERYTHING = """async () => {
  const open = indexedDB.open("portico", 1);
  await new Promise((resolve) => { open.onsuccess = resolve; });
  const kept = open.result.transaction("kept").objectStore("kept").getAll();
  await new Promise((resolve) => { kept.onsuccess = resolve; });
  const fields = [...document.querySelectorAll("input, textarea")].map((one) => one.value);
  const stored = [{...localStorage}, {...sessionStorage}, kept.result];
  return JSON.stringify([document.documentElement.outerHTML, fields, stored]);
}"""
PAGES = ("appearance", "providers", "general", "tokens", "health", "gateways", "about")


async def opened(page: Page, name: str) -> None:
    """A page of settings by its link in the list."""
    if await page.get_by_role("navigation", name="Settings").count() == 0:
        await page.get_by_role("button", name="Settings", exact=True).click()
    await page.get_by_role("navigation", name="Settings").get_by_role("link", name=name, exact=True).click()
    await page.get_by_role("heading", name=name, exact=True, level=2).wait_for()


async def test_a_first_key_leads_to_a_real_stream_and_is_seen_nowhere_again(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, keyless()) as (site, visitor):
        pushed: list[str | bytes] = []

        def came(frame: str | bytes) -> None:
            pushed.append(frame)

        visitor.page.on("websocket", lambda socket: socket.on("framereceived", came))
        site.vendor.script("hello", site.vendor.says("a real ", "stream"))
        page = await home(visitor, site)
        await page.get_by_role("link", name="You are talking to a rehearsal").click()
        await page.get_by_label("Filter providers").fill("openai")
        await page.get_by_role("button", name=re.compile("Set up ?OpenAI$")).click()
        await page.get_by_label("API key").fill(SECRET)
        await page.get_by_text("Address and proxy").click()
        await page.get_by_label("Address of the server").fill(site.vendor.url)
        await page.get_by_role("button", name="Save and check").click()
        await expect(page.get_by_text("It works: one model.")).to_be_visible()
        assert site.vendor.seen[-1].headers["authorization"] == f"Bearer {SECRET}"
        await page.get_by_role("button", name="Use for new messages").click()
        await expect(page.get_by_text("New messages go to OpenAI")).to_be_visible()
        await page.get_by_role("button", name="Back to the threads").click()
        await expect(page.get_by_text("You are talking to a rehearsal")).to_be_hidden()
        await said(page, "hello", "a real stream")
        assert site.vendor.asked[-1].headers["authorization"] == f"Bearer {SECRET}"
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        assert SECRET not in await page.evaluate(EVERYTHING)
        assert pushed
        assert [frame for frame in pushed if SECRET in str(frame)] == []


async def test_a_key_that_the_provider_refuses_is_told(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, keyless()) as (site, visitor):
        page = await home(visitor, site)
        await opened(page, "Providers and keys")
        await page.get_by_label("Filter providers").fill("openai")
        await page.get_by_role("button", name=re.compile("Set up ?OpenAI$")).click()
        await page.get_by_label("API key").fill("sk with a space")
        await page.get_by_text("Address and proxy").click()
        await page.get_by_label("Address of the server").fill("http://user:pw@127.0.0.1:1")
        await page.get_by_role("button", name="Save and check").click()
        await expect(page.locator(".field .bad")).to_be_visible()


async def test_a_setting_that_is_refused_says_why_and_one_that_is_taken_stays(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await page.goto(f"{site.url}/#/settings/general")
        provider = page.get_by_label("Default provider")
        await provider.fill("no such vendor")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(provider).to_have_attribute("aria-invalid", "true")
        await page.get_by_label("Tools").select_option("readonly")
        other = await page.context.new_page()
        await other.goto(f"{site.url}/#/settings/general")
        await expect(other.get_by_label("Tools")).to_have_value("readonly")


async def test_a_token_is_issued_seen_once_and_revoked(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await opened(page, "Tokens")
        await page.get_by_role("button", name="Issue a token").click()
        dialog = page.get_by_role("dialog", name="Issue a token")
        await dialog.get_by_label("Name").fill("phone")
        for scope in ("read", "chat", "agent"):
            await dialog.get_by_role("checkbox", name=re.compile(f"^{scope}")).uncheck()
        await dialog.get_by_role("button", name="Issue a token").click()
        await expect(page.get_by_text("A token without any right is of no use.")).to_be_visible()
        await dialog.get_by_role("checkbox", name=re.compile("^read")).check()
        await dialog.get_by_role("button", name="Issue a token").click()
        secret = await page.locator(".secret").inner_text()
        await page.get_by_role("dialog", name="phone").get_by_role("button", name="Close").click()
        assert secret not in await page.content()
        async with site.socket(secret) as peer:
            await peer.call("workspace/default")
            await page.get_by_role("button", name=re.compile("Revoke ?phone")).click()
            await page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
            await peer.closed.wait()
        await expect(page.get_by_text("Revoked", exact=True)).to_be_visible()


async def test_health_tells_what_the_gateway_finds(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        page = await home(visitor, site)
        await opened(page, "Health")
        await expect(page.locator(".badge.ok").first).to_be_visible()
        await page.get_by_role("button", name="Look again").click()
        await expect(page.locator(".badge.ok").first).to_be_visible()


def foreign() -> set[str]:
    """English words of the page that German says otherwise."""
    english, german = (json.loads((WORDS / f"{tag}.json").read_text()) for tag in ("en", "de"))
    same = set(german.values())
    return {
        words
        for name, words in english.items()
        if "{" not in words and words not in same and not name.startswith("ui.tui")
    }


VISIBLE = """() => [...document.querySelectorAll("*")].flatMap((one) => [
  ...["aria-label", "title", "placeholder", "alt"].map((name) => one.getAttribute(name)),
  ...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
]).filter(Boolean).map((text) => text.trim())"""


async def test_german_says_everything(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, keyless(), locale="de-DE") as (site, visitor):
        page = visitor.page
        await page.goto(site.url)
        await expect(page.locator("html")).to_have_attribute("lang", "de")
        seen: set[str] = set(await page.evaluate(VISIBLE))
        await page.goto(link(site))
        await online(page)
        seen |= set(await page.evaluate(VISIBLE))
        for name in PAGES:
            await page.goto(f"{site.url}/#/settings/{name}")
            await page.locator(".settings section .card").first.wait_for()
            await expect(page.locator("[aria-busy=true]")).to_have_count(0)
            seen |= set(await page.evaluate(VISIBLE))
        await page.goto(f"{site.url}/#/")
        await page.locator("textarea").fill('/think so\n/tool list_dir {"path": "."}\n/say ja')
        await page.keyboard.press("Enter")
        await row(page, "assistant", "ja").wait_for()
        await expect(page.locator(".composer .stop")).to_have_count(0)
        seen |= set(await page.evaluate(VISIBLE))
        assert seen & foreign() == set()
        assert len(seen) > 100


async def test_a_language_and_a_theme_hold_at_once_and_after_a_reload(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await opened(page, "Appearance")
        await page.get_by_role("radio", name="Dark").check()
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        background = "getComputedStyle(document.body).backgroundColor"
        dark = await page.evaluate(background)
        await page.get_by_role("radio", name="Deutsch").check()
        await expect(page.get_by_role("heading", level=2)).to_have_text("Darstellung")
        await page.reload()
        await expect(page.get_by_role("heading", level=2)).to_have_text("Darstellung")
        assert await page.evaluate(background) == dark
        await page.get_by_role("radio", name="Hell").check()
        assert await page.evaluate(background) != dark
