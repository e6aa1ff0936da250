"""Pictures reach the model: chosen, dropped, pasted, scaled down where they are large; what is none says so."""

import struct
import zlib
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ElementHandle, Locator, Page, expect

from tests.e2e.web.steps import PHONE, at, home, message, row, say, scripted, stored, thread_of
from tests.kit.gateways import Site

GIVE = """async ([kind, name, type, bytes]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([new Uint8Array(bytes)], name, {type}));
  const init = {bubbles: true, cancelable: true};
  const area = document.querySelector("textarea");
  if (kind === "paste") return void area.dispatchEvent(new ClipboardEvent("paste", {...init, clipboardData: carried}));
  const main = document.querySelector("main");
  for (const event of ["dragover", "drop"]) main.dispatchEvent(new DragEvent(event, {...init, dataTransfer: carried}));
}"""
LARGE = """async () => {
  const canvas = new OffscreenCanvas(4000, 3000), context = canvas.getContext("2d");
  for (let n = 0; n < 20000; n++) {
    context.fillStyle = `hsl(${(n * 137) % 360} 80% ${(n * 31) % 100}%)`;
    context.fillRect((n * 7919) % 4000, (n * 104729) % 3000, 60, 60);
  }
  const blob = await canvas.convertToBlob({type: "image/jpeg", quality: 0.98});
  const carried = new DataTransfer();
  carried.items.add(new File([blob], "large.jpg", {type: "image/jpeg"}));
  const pasted = new ClipboardEvent("paste", {bubbles: true, cancelable: true, clipboardData: carried});
  document.querySelector("textarea").dispatchEvent(pasted);
  return blob.size;
}"""
SIZE = """async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}"""


def png(width: int = 8, height: int = 8) -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = (b"\0" + b"\xc0\x40\x20" * width) * height
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(lines)) + part(b"IEND", b"")


async def give(page: Page, kind: str, name: str, type_: str, data: bytes) -> None:
    """By a paste or a drop, as the browser tells one."""
    await page.evaluate(GIVE, [kind, name, type_, list(data)])


def sent(site: Site) -> list[str]:
    """The pictures of the newest question, as the model got them."""
    content: Any = site.vendor.asked[-1].json["messages"][-1]["content"]
    return [part["image_url"]["url"] for part in content if part["type"] == "image_url"]


def thumbnails(page: Page) -> Locator:
    return page.locator(".picks img")


async def test_a_picture_is_chosen_dropped_and_pasted_and_the_model_gets_it(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        page = await home(visitor, site)
        async with page.expect_file_chooser() as choosing:
            await page.get_by_role("button", name="Add pictures").click()
        await (await choosing.value).set_files({"name": "chosen.png", "mimeType": "image/png", "buffer": png()})
        await expect(thumbnails(page)).to_have_count(1)
        await give(page, "drop", "dropped.png", "image/png", png(16))
        await expect(thumbnails(page)).to_have_count(2)
        await give(page, "paste", "pasted.png", "image/png", png(32))
        await expect(thumbnails(page)).to_have_count(3)
        await page.get_by_role("button", name="Remove dropped.png").click()
        await expect(thumbnails(page)).to_have_count(2)
        await say(page, "what is this?")
        await row(page, "assistant", "ok").wait_for()
        assert [await page.evaluate(SIZE, url) for url in sent(site)] == [[8, 8], [32, 8]]
        await expect(row(page, "user").locator(".attachments img")).to_have_count(2)
        await expect(thumbnails(page)).to_have_count(0)
        [user] = [item for item in await stored(site, thread_of(page)) if item["type"] == "userMessage"]
        assert len([part for part in user["attachments"] if part["type"] == "image"]) == 2


async def test_a_large_picture_is_scaled_until_it_fits(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        page = await home(visitor, site)
        assert await page.evaluate(LARGE) > 1_000_000
        await expect(thumbnails(page)).to_have_count(1)
        await say(page, "what is this?")
        await row(page, "assistant", "ok").wait_for()
        [url] = sent(site)
        width, height = await page.evaluate(SIZE, url)
        assert url.startswith("data:image/jpeg;base64,")
        assert len(url) < 1_000_000
        assert width <= 1_568
        assert abs(width / height - 4 / 3) < 0.01


async def test_what_is_no_picture_says_so_and_is_not_added(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        page = await home(visitor, site)
        await give(page, "paste", "broken.png", "image/png", b"not a picture")
        await expect(page.get_by_text("broken.png is no picture that this browser can read")).to_be_visible()
        await give(page, "drop", "notes.txt", "text/plain", b"words")
        await expect(page.get_by_text("notes.txt is no picture that this browser can read")).to_be_visible()
        await expect(thumbnails(page)).to_have_count(0)
        await expect(message(page)).to_have_value("")


async def test_a_phone_offers_its_camera(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted(), **PHONE) as (site, visitor):
        page = await home(visitor, site)
        async with page.expect_file_chooser() as choosing:
            await page.get_by_role("button", name="Take a picture").click()
        chooser = await choosing.value
        element: ElementHandle = chooser.element
        assert await element.get_attribute("capture") == "environment"
        await chooser.set_files({"name": "camera.png", "mimeType": "image/png", "buffer": png()})
        await expect(thumbnails(page)).to_have_count(1)
        await message(page).fill("what is this?")
        await page.get_by_role("button", name="Send", exact=True).tap()
        await row(page, "assistant", "ok").wait_for()
        assert len(sent(site)) == 1
