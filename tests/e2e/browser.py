"""A browser for tests of the page: Debian's chromium, driven by Playwright; each visitor has a profile of their own."""

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Dialog, Error, Page, async_playwright

MILLISECONDS = 20_000.0
"""A bound of each wait, not an expectation."""


@dataclass
class Visitor:
    """Somebody at a page. `breaches`: what broke the page's policy, what it threw, and what it asked."""

    page: Page
    breaches: list[str] = field(default_factory=list[str])

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", self._threw)
        self.page.on("dialog", self._asked)

    async def shows(self, selector: str, text: str) -> None:
        """Wait until an element shows `text`."""
        await self.page.locator(selector).filter(has_text=text).first.wait_for()

    async def say(self, text: str, key: str = "Enter") -> None:
        """Type a message and send it by key."""
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press(key)

    async def texts(self, selector: str) -> list[str]:
        return await self.page.locator(selector).all_inner_texts()

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).click()

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Refused to" in message.text:
            self.breaches.append(message.text)

    def _threw(self, error: Error) -> None:
        self.breaches.append(str(error))

    async def _asked(self, dialog: Dialog) -> None:
        self.breaches.append(dialog.message)
        await dialog.dismiss()


def chromium() -> str:
    """Where the browser is; without one the test is skipped, in CI it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        said = "there is no chromium here: `make tools` installs it for root on Debian"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    return found


@asynccontextmanager
async def browsing() -> AsyncGenerator[Browser]:
    """A browser without a window."""
    path = chromium()
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, **options: Any) -> AsyncGenerator[Visitor]:
    """A visitor without cookies. At the end nothing may have broken the policy, thrown, or opened a dialog."""
    context = await browser.new_context(**options)
    context.set_default_timeout(MILLISECONDS)
    visitor = Visitor(await context.new_page())
    visitor.watch()
    yield visitor
    await context.close()
    assert visitor.breaches == []
