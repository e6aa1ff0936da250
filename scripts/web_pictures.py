"""Draws the pictures of `docs/web.md` and `docs/phone.md`: the web shell in Chromium, over a vendor laid ready."""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

import anyio
from playwright.async_api import Browser, Page, async_playwright
from tests.e2e.browser import chromium
from tests.kit.gateways import Setup, Site, gateway

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
QUESTION = "Which night train to Lisbon is cheaper? Note it in lisbon.md."
PATCH = """*** Begin Patch
*** Update File: lisbon.md
@@
 Book the night train.
-Seat: 38
+Berth: 62, seat: 38. Take the seat.
*** End Patch"""
ANSWER = """Both leave at **21:45**. What differs is the price:

| class | minutes | price |
|:--|--:|--:|
| seat | 560 | 38 |
| berth | 560 | 62 |

The seat is cheaper; `lisbon.md` says so now. If more fares come up:

```python
def cheapest(fares):
    return min(fares, key=lambda fare: fare.price)
```
"""
OTHERS = ("Plan the garden", "What changed in the notes this week?", "Draft a letter to the landlord")
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}


async def main() -> None:
    """Needs Chromium and a built web shell."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="portico-") as folder:
        async with gateway(Path(folder), Setup(seconds=300)) as site, async_playwright() as playwright:
            site.root.joinpath("lisbon.md").write_text("# Trip to Lisbon\n\nBook the night train.\nSeat: 38\n")
            browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            await desk(browser, site)
            await phone(browser, site)
            await browser.close()


async def desk(browser: Browser, site: Site) -> None:
    page = await signed_in(browser, site, "light", DESK)
    for name in OTHERS:
        await talk(page, name)
    await page.goto(f"{site.url}/#/")
    await picture(page, "web-home")
    site.vendor.script(
        "Lisbon",
        site.vendor.calls(("grep_files", {"pattern": "Seat|Berth"}), ("list_dir", {"path": "."})),
        site.vendor.calls(("apply_patch", {"patch": PATCH})),
        site.vendor.says(ANSWER),
    )
    await talk(page, QUESTION)
    await page.locator("article.is-work button").first.click()
    await picture(page, "web-thread")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("set")
    await picture(page, "web-palette")
    await page.goto(f"{site.url}/#/settings/providers")
    await page.reload()
    await picture(page, "web-providers")
    dark = await signed_in(browser, site, "dark", DESK)
    await dark.get_by_text(re.compile("Which night train")).first.click()
    await dark.locator("article.is-assistant").first.wait_for()
    await picture(dark, "web-dark")


async def phone(browser: Browser, site: Site) -> None:
    page = await signed_in(browser, site, "light", PHONE)
    await page.get_by_role("button", name="Show the sidebar").click()
    await picture(page, "phone-threads")
    await page.get_by_text(re.compile("Which night train")).first.click()
    await page.locator("article.is-assistant").first.wait_for()
    await picture(page, "phone-thread")


async def signed_in(browser: Browser, site: Site, scheme: Literal["light", "dark"], options: dict[str, Any]) -> Page:
    context = await browser.new_context(color_scheme=scheme, locale="en-GB", reduced_motion="reduce", **options)
    page = await context.new_page()
    await page.goto(f"{site.url}/#code={site.it.gateway.features.access.make_code()[0]}")
    await page.locator(".model:not([disabled])").wait_for()
    return page


async def talk(page: Page, text: str) -> None:
    """A turn of a new thread, to its end."""
    await page.goto(page.url.partition("#")[0] + "#/")
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Enter")
    await page.locator("article.is-assistant").first.wait_for()
    await page.locator(".composer .stop").wait_for(state="hidden")


async def picture(page: Page, name: str) -> None:
    # what is drawn late (colours of code, marks of focus) has come by then
    await page.wait_for_timeout(700)
    await page.screenshot(path=FOLDER / f"{name}.png")
    print(f"{name}.png")


if __name__ == "__main__":
    sys.exit(anyio.run(main))
