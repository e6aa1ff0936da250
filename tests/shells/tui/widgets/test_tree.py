"""The tree by keys and by mouse."""

from portico.boundary.events import TreeTold
from portico.client.tree import Node
from tests.shells.tui.rig import NODES, FakeBackend, screen, seated


async def test_walking_folding_and_choosing() -> None:
    async with seated() as person:
        person.app.tree_view.focus()
        await person.sees("▾ Trips", "Night train")
        await person.press("home", "left")
        await person.sees("▸ Trips")
        assert "Night train" not in person.shown
        await person.press("right", "down")
        assert person.app.tree_view.chosen == "lisbon"
        await person.press("left")
        assert person.app.tree_view.chosen == "f"
        await person.press("down", "down", "enter")
        await person.until(lambda: person.backend.asked("active_thread_open"))
        assert person.backend.asked("active_thread_open") == [{"thread_id": "plan"}]


async def test_a_click_chooses() -> None:
    async with seated() as person:
        await person.pilot.click("#tree", offset=(6, 2))
        await person.until(lambda: person.backend.asked("active_thread_open") == [{"thread_id": "plan"}])


async def test_what_is_chosen_stays_when_the_tree_changes_and_goes_on_when_it_is_gone() -> None:
    async with seated() as person:
        person.app.tree_view.focus()
        await person.press("end")
        assert person.app.tree_view.chosen == "list"
        person.backend.tell(TreeTold(workspace_id="Home", nodes=(Node("new", "thread", "Newer"), *NODES)))
        await person.sees("Newer")
        assert person.app.tree_view.chosen == "list"
        person.backend.tell(TreeTold(workspace_id="Home", nodes=NODES[:2]))
        await person.until(lambda: person.app.tree_view.chosen == "plan")


async def test_an_empty_tree_says_so() -> None:
    async with seated(FakeBackend(workspace_bootstrap=screen(()))) as person:
        await person.sees("No threads yet")
        person.app.tree_view.focus()
        await person.press("down", "enter", "left")
        assert person.app.tree_view.node is None


async def test_ten_thousand_threads_are_walked() -> None:
    many = [Node(str(number), "thread", f"Thread {number}") for number in range(10_000)]
    async with seated(FakeBackend(workspace_bootstrap=screen(many))) as person:
        person.app.tree_view.focus()
        await person.press("end")
        await person.sees("Thread 9999")
        assert "Thread 10 " not in person.shown


async def test_hostile_names_are_one_line() -> None:
    evil = Node("e", "thread", "\x1b[2J\nsecond\u202eline [red]x[/]")
    async with seated(FakeBackend(workspace_bootstrap=screen([evil]))) as person:
        await person.sees("␛[2J secondline [red]x")
