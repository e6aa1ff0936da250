"""What a person does with the web shell, in the words of its tests."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page

from tests.e2e.browser import Visitor, visiting
from tests.kit.gateways import Setup, Site, gateway

SECONDS = 60.0
"""A bound of each test, not an expectation."""
DOOR = "#app input[type=password]"
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
ROWS = "article[data-key]"


def keyless() -> Setup:
    """As right after installing: nobody set a key, rehearsal answers."""
    return Setup(
        seconds=SECONDS,
        environment={"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""},
        config={"provider": None, "model": None},
    )


def rehearsing() -> Setup:
    return Setup(seconds=SECONDS, config={"provider": "rehearsal", "model": "rehearsal"})


def scripted() -> Setup:
    """A vendor that says what the test wrote."""
    return Setup(seconds=SECONDS)


def link(site: Site) -> str:
    """As `portico up` prints it."""
    return f"{site.url}/#code={site.it.gateway.features.access.make_code()[0]}"


def message(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def row(page: Page, kind: str, text: str = "") -> Locator:
    return page.locator(f"article.is-{kind}").filter(has_text=text)


async def home(visitor: Visitor, site: Site) -> Page:
    """Sign in by a link; the page shows the first screen."""
    await visitor.page.goto(link(site))
    await message(visitor.page).wait_for()
    await online(visitor.page)
    return visitor.page


async def online(page: Page) -> None:
    """Until the gateway's state is on the page."""
    await page.locator(".model:not([disabled])").wait_for()


async def say(page: Page, text: str) -> None:
    """Write a message and send it by key."""
    await message(page).fill(text)
    await page.keyboard.press("Enter")


async def said(page: Page, text: str, answer: str) -> str:
    """A message and its whole answer; the thread's id."""
    await say(page, text)
    await row(page, "assistant", answer).last.wait_for()
    await page.get_by_role("button", name="Stop", exact=False).wait_for(state="hidden")
    return thread_of(page)


def thread_of(page: Page) -> str:
    found = re.search(r"#/t/([^/]+)", page.url)
    assert found is not None, page.url
    return found[1]


async def rows(page: Page) -> list[str]:
    """What the time line says, without times."""
    texts = await page.locator(ROWS).all_inner_texts()
    assert texts
    return [re.sub(r"\b\d+(\.\d+)?\s?(ms|s|min)\b", "", text) for text in texts]


async def stored(site: Site, thread_id: str) -> list[Any]:
    """The items of a thread, as the gateway keeps them."""
    async with site.peer() as peer:
        events = await peer.history(thread_id)
    return [event["payload"]["item"] for event in events if event["payload"]["type"] == "itemCompleted"]


@asynccontextmanager
async def at(folder: Path, browser: Browser, setup: Setup, **options: Any) -> AsyncGenerator[tuple[Site, Visitor]]:
    """A gateway, and a visitor in front of its page."""
    async with gateway(folder, setup) as site, visiting(browser, **options) as visitor:
        yield site, visitor
