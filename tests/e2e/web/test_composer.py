"""The composer: keys, input methods, drafts that outlive everything, what a running turn takes, models and efforts."""

from pathlib import Path
from typing import Any

import anyio
from playwright.async_api import Browser, expect

from tests.e2e.web.steps import at, home, message, online, rehearsing, row, said, say, scripted, stored, thread_of

COMPOSE = """(area) => {
  const all = {bubbles: true, cancelable: true, key: "Enter"};
  const key = (init) => area.dispatchEvent(new KeyboardEvent("keydown", {...all, ...init}));
  key({isComposing: true});
  key({keyCode: 229});
}"""


async def test_enter_sends_and_shift_enter_and_a_composition_do_not(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await message(page).fill("/say one")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("/say two")
        await message(page).evaluate(COMPOSE)
        assert page.url == f"{site.url}/"
        await expect(message(page)).to_have_value("/say one\n/say two")
        await page.keyboard.press("Enter")
        await row(page, "assistant", "one").wait_for()
        await row(page, "assistant", "two").wait_for()
        await expect(message(page)).to_have_value("")
        await expect(message(page)).to_be_focused()


async def test_a_draft_outlives_a_reload_and_belongs_to_its_thread(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await said(page, "/say first", "first")
        await message(page).fill("half a thought")
        await page.get_by_role("button", name="New thread").first.click()
        await expect(message(page)).to_have_value("")
        await page.go_back()
        await expect(message(page)).to_have_value("half a thought")
        await page.reload()
        await expect(message(page)).to_have_value("half a thought")


async def test_an_example_leaves_what_was_being_written(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await message(page).fill("my own words")
        await page.get_by_role("button", name="Run date").click()
        await row(page, "assistant").wait_for()
        await page.get_by_role("button", name="New thread").first.click()
        await expect(message(page)).to_have_value("my own words")


async def test_a_revoked_session_asks_to_sign_in_and_everything_is_still_there(
    tmp_path: Path, browser: Browser
) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor), site.peer() as peer:
        page = await home(visitor, site)
        thread = await said(page, "/say still here", "still here")
        await message(page).fill("not sent yet")
        await peer.call("token/rotate")
        dialog = page.get_by_role("dialog", name="Signed out")
        await dialog.wait_for()
        await expect(row(page, "assistant", "still here")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_visible()
        await dialog.locator("input").fill(site.token)
        await page.keyboard.press("Enter")
        await dialog.wait_for(state="hidden")
        assert thread_of(page) == thread
        await expect(message(page)).to_have_value("not sent yet")
        await online(page)
        await message(page).fill("/say back again")
        await page.keyboard.press("Enter")
        await row(page, "assistant", "back again").wait_for()


async def test_a_send_that_fails_keeps_the_draft_and_a_second_try_says_it_once(
    tmp_path: Path, browser: Browser
) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = visitor.page
        cut = {"at": "composer_send"}

        def through(ws: Any) -> None:
            server = ws.connect_to_server()

            async def sent(frame: str | bytes) -> None:
                server.send(frame)
                if cut["at"] and f'"method":"{cut["at"]}"' in str(frame):
                    cut["at"] = ""
                    await ws.close(code=1011)

            ws.on_message(sent)

        await page.route_web_socket("**/boundary", through)
        await home(visitor, site)
        await say(page, "/say exactly once")
        await expect(page.get_by_text("The connection broke before it was done")).to_be_visible()
        await expect(message(page)).to_have_value("/say exactly once")
        await online(page)
        await expect(page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
        await message(page).focus()
        await page.keyboard.press("Enter")
        await expect(message(page)).to_have_value("")
        await row(page, "assistant", "exactly once").wait_for()
        items = await stored(site, thread_of(page))
        assert [item["type"] for item in items].count("userMessage") == 1


async def test_a_text_of_five_megabytes_is_refused_with_words_and_stays(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, rehearsing()) as (site, visitor):
        page = await home(visitor, site)
        await said(page, "/say before", "before")
        await message(page).evaluate(
            """(area) => {
              area.value = "long ".repeat(1_048_576);
              area.dispatchEvent(new Event("input", {bubbles: true}));
              area.focus();
            }"""
        )
        await expect(page.get_by_text("The text is longer than one message can carry")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("The text is longer than one message can carry")).to_be_visible()
        assert await message(page).evaluate("(area) => area.value.length") == 5_242_880
        await message(page).fill("/say after")
        await page.keyboard.press("Enter")
        await row(page, "assistant", "after").wait_for()


async def test_a_turn_is_stopped_by_the_button_and_by_escape_twice(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        never = anyio.Event()
        for word in ("first", "second"):
            site.vendor.script(word, site.vendor.says("begun", never))
        page = await home(visitor, site)
        await say(page, "first")
        await row(page, "assistant", "begun").wait_for()
        await page.get_by_role("button", name="Stop").click()
        await row(page, "end").wait_for()
        await say(page, "second")
        await row(page, "assistant", "begun").nth(1).wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await row(page, "end").nth(1).wait_for()
        never.set()


async def test_what_is_said_while_a_turn_runs(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        go_on = anyio.Event()
        site.vendor.script("begin", site.vendor.says("working", go_on, " and done"))
        site.vendor.script("later", site.vendor.says("it is later"))
        site.vendor.script("at the end", site.vendor.says("the end it is"))
        page = await home(visitor, site)
        await say(page, "begin")
        await row(page, "assistant", "working").wait_for()
        await message(page).fill("take this back")
        await page.get_by_label("While a turn runs").select_option("queue")
        await page.get_by_role("button", name="Send when it is done").click()
        await row(page, "queued", "take this back").get_by_role("button", name="Do not send this").click()
        await row(page, "queued").wait_for(state="detached")
        await message(page).fill("later")
        await page.keyboard.press("Control+Enter")
        await row(page, "queued", "later").wait_for()
        await message(page).fill("at the end")
        await page.get_by_label("While a turn runs").select_option("follow_up")
        await page.get_by_role("button", name="Follow up at its end").click()
        await expect(page.get_by_label("Not taken yet")).to_contain_text("at the end")
        go_on.set()
        await row(page, "assistant", "the end it is").wait_for()
        await row(page, "assistant", "it is later").wait_for()
        await expect(page.get_by_label("Not taken yet")).to_be_hidden()
        texts = [item["text"] for item in await stored(site, thread_of(page)) if item["type"] == "userMessage"]
        assert [text for text in texts if text == "take this back"] == []


async def test_steering_reaches_the_turn_that_runs(tmp_path: Path, browser: Browser) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        go_on = anyio.Event()
        site.vendor.script("begin", site.vendor.says("thinking", go_on))
        site.vendor.script("rather this", site.vendor.says("turned"))
        page = await home(visitor, site)
        await say(page, "begin")
        await row(page, "assistant", "thinking").wait_for()
        await say(page, "rather this")
        await expect(page.get_by_label("Not taken yet")).to_contain_text("rather this")
        go_on.set()
        await row(page, "assistant", "turned").wait_for()
        assert b"rather this" in site.vendor.asked[-1].body


async def test_the_model_panel_by_keyboard_and_an_effort_that_goes_with_its_model(
    tmp_path: Path, browser: Browser
) -> None:
    async with at(tmp_path, browser, scripted()) as (site, visitor):
        site.vendor.models = ("gpt-5.4", "m-plain")
        page = await home(visitor, site)
        model = page.locator("button.model")
        await model.focus()
        await page.keyboard.press("Enter")
        panel = page.get_by_role("dialog", name="Model")
        await panel.get_by_label("Filter").fill("5.4")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(panel).to_be_hidden()
        await expect(model).to_be_focused()
        await expect(model).to_contain_text("5.4")
        await page.keyboard.press("Enter")
        await panel.get_by_role("radiogroup", name="Effort").get_by_role("radio", name="High", exact=True).check()
        await page.keyboard.press("Escape")
        await expect(model).to_contain_text("High")
        await say(page, "hard question")
        await row(page, "assistant", "ok").wait_for()
        assert site.vendor.asked[-1].json["reasoning_effort"] == "high"
        await model.click()
        await panel.get_by_role("button", name="M Plain").click()
        await expect(model).not_to_contain_text("High")
        await said(page, "easy question", "ok")
        await expect(row(page, "assistant", "ok")).to_have_count(2)
        assert site.vendor.asked[-1].json["model"] == "m-plain"
        assert "reasoning_effort" not in site.vendor.asked[-1].json
