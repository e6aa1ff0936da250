"""Threads in folders, a search, the palette: by keys and by mouse."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.e2e.web.steps import at, home, rehearsing, row, said, thread_of


async def test_a_folder_takes_a_thread_that_is_renamed_and_deleted(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await said(page, "/say a heron", "a heron")
        thread = page.get_by_role("treeitem", name="/say a heron")
        await page.get_by_role("button", name="New folder").click()
        await page.get_by_label("Name of the folder").fill("Birds")
        await page.keyboard.press("Enter")
        folder = page.get_by_role("treeitem", name="Birds")
        await thread.drag_to(folder)
        await expect(thread).to_have_attribute("aria-level", "2")
        await thread.focus()
        await page.keyboard.press("F2")
        await page.get_by_label("New name of /say a heron").fill("Ardea")
        await page.keyboard.press("Enter")
        renamed = page.get_by_role("treeitem", name="Ardea")
        await expect(renamed).to_be_focused()
        await expect(page.get_by_role("heading", name="Ardea", level=1)).to_be_visible()
        await page.reload()
        await expect(renamed).to_have_attribute("aria-level", "2")
        await renamed.focus()
        await page.keyboard.press("ArrowLeft")
        await expect(folder).to_be_focused()
        await page.keyboard.press("ArrowLeft")
        await expect(renamed).to_be_hidden()
        await page.keyboard.press("ArrowRight")
        await page.keyboard.press("ArrowRight")
        await expect(renamed).to_be_focused()
        await page.keyboard.press("Delete")
        dialog = page.get_by_role("dialog", name="Delete this thread?")
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(renamed).to_be_focused()
        await page.keyboard.press("Delete")
        await dialog.get_by_role("button", name="Delete").click()
        await expect(renamed).to_have_count(0)
        await expect(page).to_have_url(f"{site.url}/#/")


async def test_a_search_finds_a_word_and_opens_at_its_row(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        found = await said(page, "/say the kingfisher waits", "the kingfisher waits")
        await page.get_by_role("button", name="New thread").first.click()
        await said(page, "/say something else", "something else")
        await page.locator("#main").focus()
        await page.keyboard.press("/")
        await expect(page.get_by_role("combobox", name="Search all threads")).to_be_focused()
        await page.keyboard.type("kingfish")
        hit = page.get_by_role("option").filter(has_text="kingfisher").last
        await expect(hit.locator("mark").first).to_have_text("kingfisher")
        await hit.click()
        await row(page, "assistant", "the kingfisher waits").wait_for()
        assert thread_of(page) == found
        await expect(page.locator("article.marked")).to_contain_text("kingfisher")


async def choose(page: Page, typed: str) -> None:
    """The first that the palette finds."""
    await page.keyboard.press("Control+k")
    await expect(page.locator(".palette-input")).to_be_focused()
    await page.keyboard.type(typed)
    await page.keyboard.press("Enter")


async def test_the_palette_goes_to_threads_and_runs_commands(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        thread = await said(page, "/say a wren", "a wren")
        await choose(page, "new thread")
        await expect(page).to_have_url(f"{site.url}/#/")
        await choose(page, "wren")
        await row(page, "assistant", "a wren").wait_for()
        assert thread_of(page) == thread
        await page.keyboard.press("Control+k")
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog.palette")).to_have_count(0)
