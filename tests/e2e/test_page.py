"""The page at `/` in a real browser: the printed link signs in, a reload stays signed in, signing out ends it."""

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import anyio.abc
import pytest
from playwright.async_api import Browser

from portico.gateway.admin.qr import phone_address
from tests.e2e.browser import Visitor, browsing, visiting
from tests.e2e.processes import place
from tests.kit.gateways import Site, gateway

pytestmark = pytest.mark.promise("http.page")
SHELL = "#app main#main"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DOOR = "#app input[type=password]"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Of the module: its tests share a loop, and so a browser."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser() -> AsyncGenerator[Browser]:
    async with browsing() as it:
        yield it


async def printed_link(process: anyio.abc.Process, whom: str) -> str:
    """The link that `portico up` prints for a browser or a phone."""
    assert process.stdout is not None
    told = ""
    while (found := re.search(rf"with a {whom}: +(http://\S+/#code=\S+)\n", told)) is None:
        told += (await process.stdout.receive()).decode()
    return found[1]


async def sees(visitor: Visitor, selector: str) -> None:
    await visitor.page.locator(selector).first.wait_for()


async def sign_out(visitor: Visitor) -> int:
    """The status; as the shell's command does it."""
    return await visitor.page.evaluate("fetch('/auth/session', {method: 'DELETE'}).then((answer) => answer.status)")


def link(site: Site) -> str:
    return f"{site.url}/#code={site.it.gateway.features.access.make_code()[0]}"


async def test_the_printed_link_signs_in_and_the_code_leaves_the_address(tmp_path: Path, browser: Browser) -> None:
    async with (
        place(tmp_path) as here,
        visiting(browser) as visitor,
        await anyio.open_process(here.command(), env=here.environment) as process,
    ):
        printed = await printed_link(process, "browser")
        await visitor.page.goto(printed)
        await sees(visitor, SHELL)
        assert visitor.page.url.partition("#")[0] == printed.partition("#")[0]
        assert "code" not in visitor.page.url
        await visitor.page.reload()
        await sees(visitor, SHELL)
        assert await sign_out(visitor) == 204
        await visitor.page.reload()
        await sees(visitor, DOOR)
        process.terminate()


async def test_a_code_that_is_used_and_a_wrong_token_stay_outside(tmp_path: Path, browser: Browser) -> None:
    async with gateway(tmp_path) as site, visiting(browser) as visitor:
        await visitor.page.goto(f"{site.url}/#code=wrong")
        await sees(visitor, DOOR)
        assert "code" not in visitor.page.url
        for token, seen in (("wrong", DOOR), (site.token, SHELL)):
            await visitor.page.locator(DOOR).fill(token)
            async with visitor.page.expect_response("**/auth/session"):
                await visitor.page.keyboard.press("Enter")
            await sees(visitor, seen)


async def test_a_closed_door_serves_the_page_to_sign_in(tmp_path: Path, browser: Browser) -> None:
    async with place(tmp_path) as here:
        here.more["GATEWAY_AUTH_TOKEN"] = "s3cret"
        async with here.up() as up, visiting(browser) as visitor:
            answer = await visitor.page.goto(up.told["url"])
            assert answer is not None
            assert answer.status == 401
            await visitor.page.locator(DOOR).fill("s3cret")
            await visitor.page.keyboard.press("Enter")
            await sees(visitor, SHELL)


async def test_a_phone_signs_in_over_plain_http_by_the_link_of_the_qr_code(tmp_path: Path, browser: Browser) -> None:
    if phone_address("0.0.0.0") is None:
        pytest.skip("this machine is in no network")
    async with (
        place(tmp_path) as here,
        visiting(browser, **PHONE) as visitor,
        await anyio.open_process(here.command("--host", "0.0.0.0", "--qr"), env=here.environment) as process,
    ):
        await visitor.page.goto(await printed_link(process, "phone"))
        await sees(visitor, SHELL)
        assert await visitor.page.evaluate("[isSecureContext, innerWidth]") == [False, 360]
        await visitor.page.reload()
        await sees(visitor, SHELL)
        process.terminate()


async def test_nothing_of_the_page_is_asked_for_elsewhere(tmp_path: Path, browser: Browser) -> None:
    async with gateway(tmp_path) as site, visiting(browser) as visitor:
        asked: list[str] = []
        visitor.page.on("request", lambda request: asked.append(request.url))
        await visitor.page.goto(link(site))
        await sees(visitor, SHELL)
        assert {url for url in asked if not url.startswith((f"{site.url}/", "data:", "blob:"))} == set()
        assert len(asked) > 3
