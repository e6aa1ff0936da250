"""The page at `/` in a real browser: sign-in, streamed answers, stop, reload, and text that would be more than text."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from playwright.async_api import Browser, Route

from tests.e2e.browser import Visitor, browsing, visiting
from tests.e2e.processes import place
from tests.kit.gateways import Setup, Site, gateway
from tests.kit.wire import refusal

pytestmark = pytest.mark.promise("http.page")
HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(2)</script> [go](javascript:alert(3)) <a href='javascript:alert(4)'>"
)

TWENTY_SEVEN = """async () => {
  localStorage.setItem("portico_conversation_id", "long");
  for (let n = 0; n < 27; n++) {
    const body = JSON.stringify({conversationId: "long", message: `message ${n}.`});
    await fetch("/v1/chat", {method: "POST", body});
  }
}"""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """Of the module: its tests share a loop, and so a browser."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser() -> AsyncGenerator[Browser]:
    async with browsing() as it:
        yield it


@asynccontextmanager
async def chatting(folder: Path, browser: Browser, **options: Any) -> AsyncGenerator[tuple[Site, Visitor]]:
    """A gateway and somebody who is signed in to it."""
    async with gateway(folder, Setup()) as site, visiting(browser, **options) as visitor:
        await visitor.page.goto(link(site))
        await visitor.shows(".welcome", "Nothing has been said here yet")
        yield site, visitor


def link(site: Site) -> str:
    code, _ = site.it.gateway.features.access.make_code()
    return f"{site.url}/#code={code}"


async def test_the_printed_link_signs_in_and_the_code_leaves_the_address(tmp_path: Path, browser: Browser) -> None:
    async with (
        place(tmp_path) as here,
        visiting(browser) as visitor,
        await anyio.open_process(here.command(), env=here.environment) as process,
    ):
        assert process.stdout is not None
        told = ""
        while (found := re.search(r"http://\S+/#code=\S+", told)) is None:
            told += (await process.stdout.receive()).decode()
        await visitor.page.goto(found[0])
        await visitor.shows(".welcome", "Nothing has been said here yet")
        assert visitor.page.url == found[0].partition("#")[0]
        await visitor.press("Sign out")
        await visitor.shows(".door", "To sign in")
        process.terminate()


async def test_without_a_credential_the_page_says_how_to_sign_in(tmp_path: Path, browser: Browser) -> None:
    async with gateway(tmp_path) as site, visiting(browser) as visitor:
        await visitor.page.goto(site.url)
        await visitor.shows(".door", "portico up")
        await visitor.page.goto(f"{site.url}/#code=wrong")
        await visitor.shows("#status", "This link was used or is too old")
        assert "code" not in visitor.page.url
        await visitor.page.get_by_label("Token").fill("no such token")
        await visitor.press("Sign in")
        await visitor.shows("#status", "This is no token")
        await visitor.page.get_by_label("Token").fill("wrong")
        await visitor.press("Sign in")
        await visitor.shows("#status", "This token is not valid here")
        await visitor.page.get_by_label("Token").fill(site.token)
        await visitor.press("Sign in")
        await visitor.shows(".welcome", "Nothing has been said here yet")


async def test_an_answer_appears_piece_by_piece(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        held = anyio.Event()
        site.vendor.script("first question", site.vendor.says("Hello ", "there", held, ", world"))
        await visitor.say("first question")
        await visitor.shows(".assistant", "Hello there")
        assert await visitor.texts(".assistant") == ["Hello there"]
        assert await visitor.page.get_by_role("button", name="Send").is_disabled()
        held.set()
        await visitor.shows("#status", "Done")
        assert await visitor.texts(".msg") == ["first question", "Hello there, world"]
        site.vendor.script("second question", site.vendor.says("Again"))
        await visitor.say("second question", "Control+Enter")
        await visitor.shows(".assistant", "Again")
        assert await visitor.page.get_by_label("Conversation").input_value() != ""


async def test_stop_ends_the_run(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        site.vendor.script("go on", site.vendor.says("for ever", anyio.Event()))
        await visitor.say("go on")
        await visitor.shows(".assistant", "for ever")
        await visitor.press("Stop")
        await visitor.shows("#status", "Stopped.")
        assert await visitor.page.get_by_role("button", name="Stop").is_hidden()
        await visitor.say("and now?")
        await visitor.shows(".assistant", "ok")


async def test_reload_keeps_the_history_and_takes_up_what_runs(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        await visitor.say("one")
        await visitor.shows("#status", "Done")
        held = anyio.Event()
        site.vendor.script("two", site.vendor.says("half ", held, "whole"))
        await visitor.say("two")
        await visitor.shows(".assistant", "half")
        await visitor.page.reload()
        await visitor.shows(".assistant", "half")
        assert await visitor.texts(".msg") == ["one", "ok", "two", "half "]
        held.set()
        await visitor.shows(".assistant", "half whole")
        await visitor.shows("#status", "Done")
        await visitor.page.reload()
        await visitor.shows(".assistant", "half whole")
        assert await visitor.texts(".msg") == ["one", "ok", "two", "half whole"]
        assert len(site.vendor.asked) == 2


async def test_a_stream_that_is_cut_is_taken_up_behind_its_last_event(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        site.vendor.script("count", site.vendor.says("one ", "two ", "three"))

        async def cut(route: Route) -> None:
            answer = await route.fetch()
            told = await answer.body()
            await route.fulfill(response=answer, body=told[: told.index(b"two ") + 20])

        await visitor.page.route("**/v1/chat/stream", cut)
        await visitor.say("count")
        await visitor.shows("#status", "Done")
        assert await visitor.texts(".assistant") == ["one two three"]


async def test_a_message_whose_answer_got_lost_is_sent_again_and_runs_once(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):

        async def lose(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await visitor.page.route("**/v1/chat/stream", lose, times=1)
        await visitor.say("once")
        await visitor.shows("#status", "Done")
        assert await visitor.texts(".msg") == ["once", "ok"]
        assert len(site.vendor.asked) == 1


async def test_what_was_written_stays_text(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        hostile_call = site.vendor.calls(("exec_command", {"command": ["echo", HOSTILE]}), text=HOSTILE)
        site.vendor.script(HOSTILE[:20], hostile_call, site.vendor.says(f"{HOSTILE} the end"))
        await visitor.say(HOSTILE)
        await visitor.shows("#status", "Done")
        assert await visitor.texts(".user") == [HOSTILE]
        assert await visitor.texts(".assistant .text") == [HOSTILE, f"{HOSTILE} the end"]
        await visitor.page.locator("summary").click()
        await visitor.shows(".assistant pre", HOSTILE)
        for _ in range(2):
            made = visitor.page.locator("#messages :is(img, script, a, iframe)")
            assert await made.count() == 0
            await visitor.page.reload()
            await visitor.shows(".assistant", "the end")


async def test_a_tool_has_a_line_of_its_own(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        calls = site.vendor.calls(("exec_command", {"command": ["echo", "from the tool"]}))
        site.vendor.script("use it", calls, site.vendor.says("used"))
        await visitor.say("use it")
        await visitor.shows("details.tool summary", "exec_command")
        await visitor.shows(".assistant .text", "used")
        await visitor.page.locator("summary").click()
        await visitor.shows("details.tool pre", "from the tool")


async def test_failures_are_told_in_words_and_the_next_message_works(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (site, visitor):
        site.vendor.script("break", refusal(400, {"error": {"message": "the vendor says no"}}))
        await visitor.say("break")
        await visitor.shows(".error", "the vendor says no")
        assert await visitor.page.get_by_role("alert").count() == 1
        await visitor.say("hello?")
        await visitor.shows(".assistant", "ok")
        await visitor.page.context.clear_cookies()
        await visitor.say("who am I?")
        await visitor.shows(".error", "You are signed out")


async def test_earlier_messages_come_page_by_page_and_a_new_session_is_empty(tmp_path: Path, browser: Browser) -> None:
    async with chatting(tmp_path, browser) as (_, visitor):
        await visitor.page.evaluate(TWENTY_SEVEN)
        await visitor.page.reload()
        await visitor.shows(".user", "message 26.")
        assert await visitor.page.locator(".msg").count() == 50
        await visitor.press("Earlier messages")
        await visitor.shows(".user", "message 0.")
        assert await visitor.texts(".user") == [f"message {number}." for number in range(27)]
        assert await visitor.page.locator(".earlier").count() == 0
        await visitor.press("New session")
        await visitor.shows(".welcome", "Nothing has been said here yet")
        await visitor.page.get_by_label("Conversation").fill("long")
        await visitor.page.keyboard.press("Tab")
        await visitor.shows(".user", "message 26.")


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(247, 247, 245)"), ("dark", "rgb(21, 24, 27)")])
async def test_it_fits_a_small_screen_in_light_and_dark(
    tmp_path: Path, browser: Browser, scheme: str, ground: str
) -> None:
    small = {"viewport": {"width": 360, "height": 640}, "color_scheme": scheme}
    async with chatting(tmp_path, browser, **small) as (site, visitor):
        site.vendor.script("wide", site.vendor.says("w" * 500))
        await visitor.say("wide")
        await visitor.shows("#status", "Done")
        width = await visitor.page.evaluate("document.documentElement.scrollWidth")
        assert (width, await visitor.page.evaluate("getComputedStyle(document.body).backgroundColor")) == (360, ground)
        for name in ("Send", "New session", "Sign out"):
            assert await visitor.page.get_by_role("button", name=name).is_visible()
