"""One browser for all tests of the web shell; each test has visitors of its own."""

from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.browser import MILLISECONDS, browsing

expect.set_options(timeout=MILLISECONDS)


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """Of the package: its tests share a loop, and so a browser."""
    return "asyncio"


@pytest.fixture(scope="package")
async def browser() -> AsyncGenerator[Browser]:
    async with browsing() as it:
        yield it
