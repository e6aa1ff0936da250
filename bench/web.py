"""The web shell in Chromium: how soon rows are on the screen, and whether it stays calm while a turn streams."""

import json
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import msgspec
from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from bench.long_thread import long_thread
from bench.measures import Figures, uid
from bench.provider import mark
from bench.rig import Client, Gateway, client, median

ROUNDS = 5
STREAMED = 5_000
"""Deltas of the stream that is watched: ten seconds of it."""
SPACING_MS = 2
TURNS = 20
DELTAS_OF_A_TURN = 1_000
ROW = "article.is-assistant"
SETTLE_MS = 1_500

_WATCH = """
  window.bench = {long: 0, shift: 0, frames: 0, since: performance.now()};
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type});
  watch("longtask", () => { window.bench.long += 1; });
  watch("layout-shift", (one) => { window.bench.shift += one.value; });
  const frame = () => { window.bench.frames += 1; requestAnimationFrame(frame); };
  frame();
"""
_PAINTED = """(row) => new Promise((done) => {
  const look = () => {
    if (document.querySelector(row) === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  };
  look();
})"""
_CLICKED = """([line, row]) => new Promise((done) => {
  const begun = performance.now();
  document.querySelector(line).click();
  const look = () => {
    if (document.querySelector(row) === null) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  };
  look();
})"""
_LOADED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


class _Metric(msgspec.Struct):
    name: str
    value: float


class _Metrics(msgspec.Struct):
    metrics: list[_Metric]


async def web(it: Gateway) -> Figures:
    """No figures where there is no Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        print("web: there is no chromium here; `make tools` installs it for root on Debian", file=sys.stderr)
        return {}
    thread = await long_thread(it)
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        figures = await _opened(browser, it, thread)
        figures |= await _bundle(browser, it)
        figures |= await _streamed(browser, it, thread)
        figures |= await _kept(browser, it)
        await browser.close()
    return figures


@asynccontextmanager
async def _signed_in(browser: Browser, it: Gateway, **options: Any) -> AsyncGenerator[BrowserContext]:
    """A browser that has been here: the session stands, the bundle is in its cache."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, **options)
    await context.request.post(f"{it.url}/auth/session", headers={"authorization": f"Bearer {it.token}"})
    page = await context.new_page()
    await _home(page, it)
    await page.close()
    yield context
    await context.close()


async def _home(page: Page, it: Gateway) -> None:
    await page.goto(f"{it.url}/")
    await page.get_by_label("Message", exact=True).wait_for()
    await page.wait_for_timeout(SETTLE_MS)


async def _opened(browser: Browser, it: Gateway, thread: str) -> Figures:
    """Milliseconds to rows of a thread that nobody has open: by its address, and by a click on its line of the tree."""
    addressed: list[float] = []
    clicked: list[float] = []
    costs: list[float] = []
    for _ in range(ROUNDS):
        async with _signed_in(browser, it) as context:
            page = await context.new_page()
            await page.goto(f"{it.url}/#/t/{thread}", wait_until="commit")
            addressed.append(await page.evaluate(_PAINTED, ROW))
            await page.close()
        async with _signed_in(browser, it) as context:
            page = await context.new_page()
            await _home(page, it)
            before = it.cpu()
            clicked.append(await page.evaluate(_CLICKED, [f'[data-id="{thread}"]', ROW]))
            costs.append((it.cpu() - before) * 1e3)
            await page.close()
    return {"web_address_ms": median(addressed), "web_click_ms": median(clicked), "web_click_cpu_ms": median(costs)}


async def _bundle(browser: Browser, it: Gateway) -> Figures:
    """Bytes of all that a first visit loads, as they come over the wire."""
    # a service worker would give them unpacked
    async with _signed_in(browser, it, service_workers="block") as context:
        page = await context.new_page()
        await _home(page, it)
        return {"web_bundle_kb": float(await page.evaluate(_LOADED)) / 1e3}


async def _streamed(browser: Browser, it: Gateway, thread: str) -> Figures:
    """A stream of 500 deltas a second at the end of the long thread."""
    async with _signed_in(browser, it) as context, client(it) as mine:
        page = await context.new_page()
        await page.goto(f"{it.url}/#/t/{thread}")
        await page.locator(ROW).first.wait_for()
        await page.wait_for_timeout(SETTLE_MS)
        await page.evaluate(_WATCH)
        await browser.start_tracing(page=page, categories=["toplevel", "disabled-by-default-devtools.timeline"])
        await mine.turn(thread, uid("t"), mark(n=STREAMED, d=SPACING_MS, md=1))
        seen: dict[str, Any] = await page.evaluate("() => ({...window.bench, until: performance.now()})")
        tasks = _tasks(json.loads(await browser.stop_tracing()))
    return {
        "web_long_tasks": float(seen["long"]),
        "web_longest_ms": max(wall for wall, _ in tasks),
        "web_longest_cpu_ms": max(cpu for _, cpu in tasks),
        "web_shift": float(seen["shift"]),
        "web_frames_per_s": seen["frames"] / (seen["until"] - seen["since"]) * 1e3,
    }


def _tasks(trace: dict[str, Any]) -> list[tuple[float, float]]:
    """How long each task of the pages' main threads took, and what it had of the processor: milliseconds.

    On a machine that has other work the second says what the shell is to blame for.
    """
    events: list[dict[str, Any]] = trace["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"].get("name") == "CrRendererMain"
    }
    return [
        (one["dur"] / 1e3, one.get("tdur", 0) / 1e3)
        for one in events
        if one.get("dur") and (one["pid"], one["tid"]) in mains and one["name"].endswith("RunTask")
    ]


async def _kept(browser: Browser, it: Gateway) -> Figures:
    """What the page keeps of 20,000 deltas: 20 answers of a thousand."""
    async with _signed_in(browser, it) as context, client(it) as mine:
        thread = await mine.thread(uid("web"))
        page = await context.new_page()
        tool = await context.new_cdp_session(page)
        await _ask(tool, "Performance.enable")
        await page.goto(f"{it.url}/#/t/{thread}")
        heaps: list[tuple[float, float]] = []
        for number in range(TURNS + 1):
            await _answered(page, mine, thread)
            if number in {0, TURNS // 2, TURNS}:
                heaps.append(await _heap(page, tool))
    (first, _), (half, _), (last, nodes) = heaps
    return {"web_heap_mb": first, "web_heap_10k_mb": half, "web_heap_20k_mb": last, "web_nodes": nodes}


async def _answered(page: Page, mine: Client, thread: str) -> None:
    with anyio.fail_after(60):
        await mine.turn(thread, uid("t"), mark(n=DELTAS_OF_A_TURN, d=0.5, md=1))
        await page.locator(ROW).last.wait_for()


async def _heap(page: Page, tool: CDPSession) -> tuple[float, float]:
    """Megabytes of JavaScript's heap, and nodes, after garbage was collected."""
    await page.wait_for_timeout(SETTLE_MS)
    for _ in range(2):
        await _ask(tool, "HeapProfiler.collectGarbage")
    found = msgspec.convert(await _ask(tool, "Performance.getMetrics"), _Metrics)
    told = {one.name: one.value for one in found.metrics}
    return told["JSHeapUsedSize"] / 1e6, told["Nodes"]


async def _ask(tool: CDPSession, method: str) -> Any:
    send: Any = tool.send  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - no types
    return await send(method)
