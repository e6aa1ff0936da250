"""A phone: the drawer, the composer above the keyboard, what a finger has to hit, other gateways, plain HTTP."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from portico.gateway.admin.qr import phone_address
from tests.e2e.browser import visiting
from tests.e2e.web.axe import small
from tests.e2e.web.steps import DOOR, PHONE, at, home, link, message, online, rehearsing, row
from tests.kit.gateways import Setup, gateway

PIXEL: dict[str, Any] = {
    "viewport": {"width": 412, "height": 839},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2.625,
}
SMALLEST: dict[str, Any] = {
    "viewport": {"width": 320, "height": 568},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
PHONES = [pytest.param(PIXEL, id="pixel"), pytest.param(SMALLEST, id="se"), pytest.param(PHONE, id="360")]
WIDER = "document.documentElement.scrollWidth - innerWidth"


async def tapped(page: Page, text: str) -> None:
    await message(page).fill(text)
    await page.get_by_role("button", name="Send", exact=True).tap()


@pytest.mark.parametrize("phone", PHONES)
async def test_a_phone_shows_everything_and_targets_are_large(
    tmp_path: Path, browser: Browser, phone: dict[str, Any]
) -> None:
    async with at(tmp_path, browser, rehearsing(), **phone) as (site, visitor):
        page = await home(visitor, site)
        assert await small(page, 44) == []
        await tapped(page, '/tool list_dir {"path": "."}\n/say ' + "Donaudampfschifffahrtsgesellschaft" * 8)
        await row(page, "assistant", "Donau").wait_for()
        assert await page.evaluate(WIDER) <= 0
        await page.get_by_role("button", name="Show the sidebar").tap()
        drawer = page.get_by_role("dialog", name="Threads")
        await drawer.get_by_role("treeitem").first.wait_for()
        assert await small(page, 24) == []
        await drawer.get_by_role("button", name="New thread").first.tap()
        await expect(drawer).to_be_hidden()
        for name in ("all", "appearance", "providers", "general", "tokens", "health", "gateways", "about"):
            await page.goto(f"{site.url}/#/settings/{name}")
            await expect(page.locator("[aria-busy=true]")).to_have_count(0)
            assert (name, await page.evaluate(WIDER)) == (name, 0)
            assert (name, await small(page, 24)) == (name, [])


async def test_the_composer_stands_above_the_keyboard(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing(), **PIXEL) as (site, visitor):
        page = await home(visitor, site)
        await tapped(page, "/repeat 200\n/say line")
        await page.get_by_role("button", name="Stop").wait_for(state="hidden")
        await message(page).tap()
        # what a keyboard leaves of the page, as `interactive-widget=resizes-content` has it
        await page.set_viewport_size({"width": 412, "height": 380})
        box = await message(page).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 380
        await message(page).press("Enter")
        await expect(message(page)).to_have_value("\n")
        content = await page.locator("meta[name=viewport]").get_attribute("content")
        assert "interactive-widget=resizes-content" in str(content)
        assert "viewport-fit=cover" in str(content)


async def test_another_gateway_is_gone_to_and_signed_in_there(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        gateway(tmp_path / "a", rehearsing()) as here,
        gateway(tmp_path / "b", rehearsing()) as there,
        visiting(browser, **PHONE) as visitor,
    ):
        page = await home(visitor, here)
        await page.goto(f"{here.url}/#/settings/gateways")
        await page.get_by_label("Address").fill("not an address at all")
        await page.get_by_role("button", name="Add", exact=True).tap()
        await expect(page.get_by_text("This is no http or https address.")).to_be_visible()
        await page.get_by_label("Name").fill("Office")
        await page.get_by_label("Address").fill(there.url)
        await page.get_by_role("button", name="Add", exact=True).tap()
        await page.get_by_role("link", name="Open").tap()
        await page.locator(DOOR).wait_for()
        assert page.url == f"{there.url}/"
        await page.goto(link(there))
        await online(page)
        await page.goto(f"{here.url}/#/settings/gateways")
        await expect(page.get_by_role("button", name="Remove Office")).to_be_visible()
        kept = await page.evaluate("JSON.stringify({...localStorage})")
        assert here.token not in kept
        assert there.token not in kept


async def test_over_plain_http_it_works_and_says_why_it_is_not_installed(tmp_path: Path, browser: Browser) -> None:
    address = phone_address("0.0.0.0")
    if address is None:
        pytest.skip("this machine is in no network")
    setup = Setup(seconds=60.0, config={"provider": "rehearsal", "model": "rehearsal", "host": "0.0.0.0"})
    async with at(tmp_path, browser, setup, **PHONE) as (site, visitor):
        page = visitor.page
        port = site.url.rsplit(":", 1)[1]
        code = link(site).partition("#")[2]
        await page.goto(f"http://{address}:{port}/#{code}")
        await online(page)
        assert await page.evaluate("isSecureContext") is False
        await tapped(page, "/say over the air")
        await row(page, "assistant", "over the air").wait_for()
        await page.goto(f"http://{address}:{port}/#/settings/about")
        await expect(page.get_by_text("browsers allow that over HTTPS only")).to_be_visible()
