"""The projector: whatever happens, what it tells makes the shell's rows those of a fresh projection."""

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from portico.client.markdown import Document
from portico.client.state import ThreadState, reduce
from portico.client.timeline import AnyPatch, Append, Projector, Put, Row, apply, dressed, folded, queue_rows, rows
from portico.protocol import events as ev
from portico.protocol.methods.turn import QueuedTurn
from portico.protocol.types import item as it
from portico.protocol.types.input import ImageInput, TextInput
from portico.protocol.types.turn import TurnStatus
from tests.client.timeline.made import answered, begun, call, command, done, ended, reduced, running, said, task

Step = tuple[ev.Event, str]


class Shell:
    """What a shell has: rows, made of patches only."""

    def __init__(self, projector: Projector) -> None:
        self.rows: list[Row] = dressed(projector.rows)

    def take(self, patches: list[AnyPatch]) -> None:
        self.rows = apply(self.rows, patches)

    @property
    def bare(self) -> list[Row]:
        return [msgspec.structs.replace(row, markdown=None) for row in self.rows]


def played(steps: list[Step], state: ThreadState | None = None) -> ThreadState:
    state = state or ThreadState("t")
    for event, turn_id in steps:
        state = reduce(state, event, version=state.version + 1, turn_id=turn_id)
    return state


ITEMS = st.sampled_from(["a", "b", "c"])
STREAMS = st.sampled_from(["agent_message", "reasoning", "stdout"])
TEXTS = st.sampled_from(["x", "# h\n\n", "```\n", "\n", "- i\n"])


def updated_task(id_: str, status: str) -> ev.Event:
    return ev.ItemUpdated(item=task(id_, status))


def delta(id_: str, text: str, stream: Any) -> ev.Event:
    return ev.ItemDelta(item_id=id_, delta=text, stream=stream)


def of_an_item(id_: str) -> list[ev.Event]:
    printing = command(id=id_, status=it.ToolStatus.IN_PROGRESS, display=it.ShellDisplay())
    return [
        running(id_),
        done(id_),
        said(id_),
        ev.ItemStarted(item=printing),
        ev.ItemStarted(item=it.ReasoningItem(id=id_, summary=[], content=[])),
        ev.ItemCompleted(item=call(id=id_, tool_name="task_wait")),
    ]


def item_event(turn: str) -> st.SearchStrategy[ev.Event]:
    ids = ITEMS.map(f"{turn}-".__add__)
    tasks = st.builds(updated_task, ids, st.sampled_from(["running", "completed"]))
    plain = ids.flatmap(lambda id_: st.sampled_from(of_an_item(id_)))
    return st.one_of(st.builds(delta, ids, TEXTS, STREAMS), plain, st.builds(answered, ids, TEXTS), tasks)


def turn_event(turn: str) -> st.SearchStrategy[ev.Event]:
    compress = ev.ContextCompressing(reason="threshold", tokens_before=1)
    queued = ev.TurnQueueChanged(depth=1, change="queued", queued_turn_id="later")
    gone = ev.TurnQueueChanged(depth=0, change="started", queued_turn_id="later")
    ends = st.sampled_from([TurnStatus.COMPLETED, TurnStatus.FAILED]).map(lambda status: ended(status, turn))
    return st.one_of(item_event(turn), item_event(turn), ends, st.sampled_from([compress, queued, gone, begun(turn)]))


def steps_of(turn: str) -> st.SearchStrategy[list[Step]]:
    """A turn that starts, and whatever may come."""
    events = st.lists(turn_event(turn), max_size=12)
    return events.map(lambda made: [(begun(turn), turn), *((event, turn) for event in made)])


def late() -> st.SearchStrategy[list[Step]]:
    """Events of a turn that is not the newest any more."""
    return st.lists(st.tuples(item_event("u"), st.just("u")), max_size=3)


STEPS = st.tuples(steps_of("u"), steps_of("v"), late()).map(lambda parts: [*parts[0], *parts[1], *parts[2]])
KEYS = st.sampled_from(["u:work", "v:work", "u-a:tools", "u-a:waits", "v-b:tools"])


@given(
    STEPS, st.lists(st.tuples(st.integers(0, 30), KEYS, st.booleans()), max_size=4), st.integers(0, 30), st.booleans()
)
def test_patches_make_the_rows_of_a_fresh_projection(
    steps: list[Step], touched: list[tuple[int, str, bool]], cut: int, is_asked: bool
) -> None:
    """Also when it begins in the middle, when rows are opened and closed, and when documents are told on the way; and
    whether it was asked for its first rows or the shell has them of another one."""
    state = played(steps[:cut])
    toggles: dict[str, bool] = {}
    projector = Projector(state)
    shell = Shell(projector if is_asked else Projector(state))
    for number, (event, turn_id) in enumerate(steps[cut:]):
        state = reduce(state, event, version=state.version + 1, turn_id=turn_id)
        shell.take(projector.take(event, state))
        for when, key, is_open in touched:
            if when == number:
                toggles[key] = is_open
                shell.take(projector.toggle(key, is_open=is_open))
        if number % 3 == 0:
            shell.take([*projector.documents()])
        assert shell.bare == folded(state, toggles)
    shell.take([*projector.documents()])
    assert projector.rows == folded(state, toggles)
    assert [drawn(row) for row in shell.rows] == [drawn(row) for row in dressed(folded(state, toggles))]


def drawn(row: Row) -> tuple[Row, Document]:
    """No document and an empty one look the same."""
    return msgspec.structs.replace(row, markdown=None), row.markdown or Document(blocks=())


@given(STEPS, st.data())
def test_a_version_again_changes_nothing(steps: list[Step], data: st.DataObject) -> None:
    state = played(steps)
    projector = Projector(state)
    event, turn_id = data.draw(st.sampled_from(steps))
    again = reduce(state, event, version=data.draw(st.integers(1, len(steps))), turn_id=turn_id)
    assert projector.take(event, again) == []
    assert projector.rows == folded(state)


@given(STEPS, st.integers(0, 30))
def test_a_timeline_cut_and_resumed_is_the_uncut_one(steps: list[Step], cut: int) -> None:
    whole = played(steps)
    assert folded(played(steps[cut:], played(steps[:cut]))) == folded(whole)
    projector = Projector(played(steps[:cut]))
    shell = Shell(projector)
    shell.take(projector.load(whole))
    assert shell.bare == folded(whole)
    shell.take(projector.load(ThreadState("t")))
    assert shell.rows == []


@given(STEPS, st.integers(1, 6), st.data())
def test_pages_are_parts_of_the_rows(steps: list[Step], count: int, data: st.DataObject) -> None:
    projector = Projector(played(steps))
    newest, has_more = projector.page(count)
    shown = folded(played(steps))
    assert (newest, has_more) == (shown[-count:], len(shown) > count)
    end = data.draw(st.integers(0, max(len(shown) - 1, 0)))
    before = shown[end].key if shown else "nothing"
    assert projector.page(count, before) == (shown[max(end - count, 0) : end], end > count)
    assert projector.page(count, "no such row") == ([], False)


def streaming() -> tuple[ThreadState, Projector]:
    state = reduced(begun(), said("q"), ev.ItemStarted(item=it.AgentMessage(id="m", text="")))
    return state, Projector(state)


def after(state: ThreadState, event: ev.Event) -> ThreadState:
    return reduce(state, event, version=state.version + 1, turn_id="u")


def test_a_delta_is_one_small_patch() -> None:
    state, projector = streaming()
    hel = delta("m", "Hel", "agent_message")
    assert projector.take(hel, after(state, hel)) == [Append(key="m", text="Hel")]


def test_a_delta_of_a_hidden_row_is_none() -> None:
    state = reduced(begun(), said("q"), running("a", display=it.ProgressDisplay(stage="x", metadata={})))
    projector = Projector(state, {"u:work": False})
    out = delta("a", "out", "tool_progress")
    assert projector.take(out, after(state, out)) == []
    assert [row.text for row in apply([], projector.toggle("u:work", is_open=True)) if row.key == "a"] == ["out"]


def test_a_delta_that_was_not_told_is_made_good() -> None:
    state, projector = streaming()
    missed = after(state, delta("m", "Hel", "agent_message"))
    lo = delta("m", "lo", "agent_message")
    assert projector.take(lo, after(missed, lo)) == [Append(key="m", text="Hello")]


def test_documents_come_when_they_are_asked_for() -> None:
    state, projector = streaming()
    assert projector.documents() == []
    for text in ("a\n\n", "b"):
        piece = delta("m", text, "agent_message")
        state = after(state, piece)
        projector.take(piece, state)
    (mark,) = projector.documents()
    assert (mark.key, mark.keep, len(mark.blocks)) == ("m", 0, 2)
    assert projector.documents() == []


def test_a_new_turn_costs_the_old_ones_nothing() -> None:
    state = reduced(begun(), said("q"), answered("m"), ended())
    projector = Projector(state)
    patches = projector.take(begun("v"), reduce(state, begun("v"), version=9, turn_id="v"))
    assert [(patch.key, patch.after) for patch in patches if isinstance(patch, Put)] == [("v:work", "m")]
    assert len(patches) == 1


def test_what_waits_stands_last_with_what_it_says() -> None:
    queued = ev.TurnQueueChanged(depth=1, change="queued", queued_turn_id="later")
    state = reduced(begun(), said("q"), queued)
    projector = Projector(state)
    shell = Shell(projector)
    image = ImageInput(url="data:,x")
    told = QueuedTurn(
        turn_id="later", thread_id="t", position=1, input=[TextInput(text="and then"), image], queued_at=1
    )
    shell.take(projector.queue([told]))
    shell.take(projector.take(said("r"), after(state, said("r"))))
    expected: dict[str, Any] = {"text": "and then", "title": "and then", "attachments": (image,)}
    assert shell.rows[-1] == Row(key="queued:later", kind="queued", turn_id="later", **expected)
    assert queue_rows(state) == [Row(key="queued:later", kind="queued", turn_id="later")]
    assert folded(after(state, said("r")), queued=[told]) == shell.rows


def test_plain_rows_fold_nothing() -> None:
    state = reduced(begun(), said("q"), done("a"), answered("m"), ended())
    assert [row.key for row in rows(state)] == ["q", "a", "m"]
    assert rows(replace(state, current=None)) == []
