"""The timeline at a screen: follows, walks, opens, draws only what is seen."""

from portico.client.state.types import Phase
from portico.client.timeline import Append, Put, Row
from tests.shells.tui.rig import FakeBackend, seated

LONG = tuple(
    Row(key=f"r{number}", kind="assistant", text=f"answer {number}", turn_id=f"t{number}") for number in range(200)
)


async def test_the_end_is_followed_until_a_person_scrolls_up() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.rows(*LONG)
        await person.sees("answer 199")
        view = person.app.timeline
        await person.until(lambda: view.vertical_scrollbar.position == view.max_scroll_y > 0)
        person.backend.patches(Put(key="new", row=Row(key="new", kind="assistant", text="newest"), after="r199"))
        await person.sees("newest")
        await person.press("pageup")
        await person.until(lambda: "newest" not in person.shown)
        person.backend.patches(Append(key="new", text=" of all"))
        await person.until(lambda: person.app.timeline.rows[-1].text == "newest of all")
        assert "newest" not in person.shown


async def test_only_some_screens_are_laid_out() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.rows(*LONG)
        await person.sees("answer 199")
        assert person.app.timeline.text_of("r199")
        assert not person.app.timeline.text_of("r0")
        person.app.timeline.focus()
        await person.press("home")
        await person.sees("answer 0")


async def test_older_rows_are_asked_for_at_the_top_and_stay_where_they_are() -> None:
    more = [{"key": f"o{number}", "kind": "assistant", "text": f"older {number}"} for number in range(50)]
    async with seated(FakeBackend(active_thread_more={"rows": more, "has_more": False})) as person:
        await person.opens()
        person.backend.rows(*LONG[:20], has_more=True)
        await person.sees("answer 19")
        for _ in range(20):
            await person.press("pageup")
        await person.until(lambda: len(person.app.timeline.rows) == 70)
        assert person.backend.asked("active_thread_more") == [{"thread_id": "plan", "before": "r0"}]


async def test_rows_are_walked_and_opened() -> None:
    tool = Row(key="x", kind="tool", title="exec_command ls", text="a.py")
    work = Row(key="w", kind="work", is_open=False, count=2)
    async with seated() as person:
        await person.opens()
        person.backend.rows(work, tool)
        await person.sees("exec_command")
        assert "a.py" not in person.shown
        await person.press("up", "enter")
        await person.sees("a.py")
        await person.press("up", "enter")
        await person.until(lambda: person.backend.asked("active_thread_toggle"))
        assert person.backend.asked("active_thread_toggle") == [{"thread_id": "plan", "key": "w", "is_open": True}]


async def test_a_click_opens_a_row() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.rows(Row(key="x", kind="tool", title="exec_command ls", text="a.py"))
        await person.sees("exec_command")
        await person.pilot.click("#timeline", offset=(5, 0))
        await person.sees("a.py")


async def test_a_screen_that_becomes_narrow_wraps_again() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.rows(Row(key="a", kind="assistant", text="word " * 30))
        await person.sees("word")
        before = person.app.timeline.text_of("a").count("\n")
        await person.pilot.resize_terminal(50, 20)
        await person.until(lambda: person.app.timeline.text_of("a").count("\n") > before)


async def test_what_runs_is_drawn_again_as_time_goes_on() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.rows(Row(key="w", kind="work", is_open=True, phase=Phase.RUNNING))
        await person.sees("◐ Working")
        person.app.timeline.tick()
        await person.sees("◓ Working")
