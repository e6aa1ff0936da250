"""Threads: what is asked of a person, and what of the gateway."""

from pathlib import Path

from textual.widgets import Input

from portico.client.timeline import Row
from tests.shells.tui.rig import FakeBackend, Person, Refusal, seated

TURNS = (
    Row(key="q1", kind="user", text="first", turn_id="t1"),
    Row(key="a1", kind="assistant", text="one", turn_id="t1"),
    Row(key="q2", kind="user", text="second", turn_id="t2"),
    Row(key="a2", kind="assistant", text="two", turn_id="t2"),
)
THREAD = {"thread": {"id": "new"}, "epoch": "e", "head_version": 1}


ASKED: tuple[tuple[str, tuple[str, ...], str, object], ...] = (
    ("home", ("N", "x", "enter"), "folder_create", {"name": "x", "parent_folder_id": "f"}),
    ("end", ("r", "X", "enter"), "thread_rename", {"thread_id": "list", "name": "ShoppingX"}),
    ("home", ("r", "X", "enter"), "folder_rename", {"folder_id": "f", "name": "TripsX"}),
    ("end", ("d", "y"), "thread_delete", {"thread_id": "list"}),
    ("home", ("d", "y"), "folder_delete", {"folder_id": "f"}),
    ("end", ("m", *"trips", "enter"), "thread_move", {"thread_id": "list", "folder_id": "f"}),
    ("end", ("m", "enter"), "thread_move", {"thread_id": "list", "folder_id": None}),
    ("home", ("m", "enter"), "folder_move", {"folder_id": "f", "parent_folder_id": None}),
)
LEFT: tuple[tuple[str, ...], ...] = (
    ("d", "n"),
    ("d", "escape"),
    ("d", "enter", "escape"),
    ("r", "enter"),
    ("m", "escape"),
)


async def test_keys_of_the_tree() -> None:
    async with seated(FakeBackend(folder_create={"id": "n"})) as person:
        for place, keys, method, expected in ASKED:
            person.backend.calls.clear()
            person.app.tree_view.focus()
            await person.press(place, keys[0])
            await person.until(lambda: len(person.app.screen_stack) == 2)
            await person.press(*keys[1:])
            await person.until(lambda method=method, expected=expected: person.backend.asked(method) == [expected])


async def test_what_is_not_confirmed_does_nothing() -> None:
    async with seated() as person:
        for keys in LEFT:
            person.app.tree_view.focus()
            await person.press("end", keys[0])
            await person.until(lambda: len(person.app.screen_stack) == 2)
            await person.press(*keys[1:])
            await person.until(lambda: len(person.app.screen_stack) == 1)
        assert not [name for name, _ in person.backend.calls if name.startswith("thread_")]


async def test_the_thread_that_is_looked_at_is_deleted() -> None:
    async with seated() as person:
        await person.opens()
        person.app.action_run("delete")
        await person.sees("Delete Plan for good?")
        await person.press("y")
        await person.until(lambda: person.app.model.thread_id is None)


async def test_a_hit_is_shown_in_its_thread() -> None:
    hit = {
        "thread_id": "lisbon",
        "name": "Night",
        "item_id": "q2",
        "snippet": "a night train",
        "matches": [[2, 7]],
        "at": 1,
    }
    async with seated(FakeBackend(thread_search={"items": [hit]})) as person:
        await person.press("ctrl+f", *"night")
        await person.sees("a night train")
        await person.press("enter")
        await person.until(lambda: person.app.model.thread_id == "lisbon")
        person.backend.rows(*TURNS, thread_id="lisbon")
        await person.until(lambda: person.app.timeline.chosen == "q2")
        assert person.backend.asked("thread_search")[-1] == {"workspace_id": "Home", "query": "night", "limit": 30}


async def test_a_search_that_is_refused_finds_nothing_and_says_why() -> None:
    async with seated(FakeBackend(thread_search=Refusal("not now"))) as person:
        await person.press("ctrl+f", "x")
        await person.sees("Nothing fits", "not now")


async def test_a_fork_through_a_row() -> None:
    async with seated(FakeBackend(thread_fork=Refusal("no"))) as person:
        await person.opens()
        person.backend.rows(*TURNS)
        await person.sees("two")
        await person.press("up", "up", "up", "f")
        await person.until(lambda: person.backend.asked("thread_fork"))
        asked = person.backend.asked("thread_fork")[0]
        assert (asked["thread_id"], asked["through_turn_id"]) == ("plan", "t1")
        await person.sees("no")


async def test_editing_the_first_message_begins_a_new_thread_with_it() -> None:
    async with seated() as person:
        await person.opens()
        person.backend.rows(*TURNS[:2])
        await person.sees("first")
        person.app.action_run("edit")
        await person.until(lambda: person.app.composer.text == "first")
        made = person.backend.asked("thread_create")[0]["thread_id"]
        assert person.app.model.thread_id == made


async def test_editing_a_later_message_forks_before_it() -> None:
    async with seated(FakeBackend(thread_fork=Refusal("no"))) as person:
        await person.opens()
        person.backend.rows(*TURNS)
        await person.sees("second")
        person.app.action_run("edit")
        await person.until(lambda: person.backend.asked("thread_fork"))
        assert person.backend.asked("thread_fork")[0]["through_turn_id"] == "t1"


async def test_a_thread_is_exported_to_a_file_and_another_is_not_overwritten(tmp_path: Path) -> None:
    async with seated(FakeBackend(thread_export={"text": "# Plan"})) as person:
        await person.opens()
        file = tmp_path / "plan.md"
        for answer in ("n", "y"):
            is_there = file.exists()
            person.app.action_run("export")
            await person.sees("Export to the file")
            await _answers(person, file)
            if is_there:
                await person.sees("y  Yes")
                await person.press(answer)
            await person.until(lambda: len(person.app.screen_stack) == 1)
            await person.until(lambda: file.exists() and file.read_text() == "# Plan")
        assert person.backend.asked("thread_export")[0] == {"thread_id": "plan", "format": "markdown"}


async def test_an_export_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    async with seated(FakeBackend(thread_export={"text": "{}"})) as person:
        await person.opens()
        person.app.action_run("export")
        await person.sees("Export to the file")
        await _answers(person, tmp_path / "none" / "x.json")
        await person.sees("cannot be written")
        assert person.backend.asked("thread_export")[0]["format"] == "json"


async def _answers(person: Person, path: Path) -> None:
    """Give the path to the question that is asked."""
    await person.until(lambda: isinstance(person.app.focused, Input))
    person.app.screen.query_one(Input).value = str(path)
    await person.press("enter")
