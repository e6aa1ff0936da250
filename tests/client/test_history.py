"""Pages of history: read at once or one by one; a load that leaves deltas out knows what a whole one knows."""

import json
from typing import Any

import anyio
import msgspec
import pytest

from portico.client.connection import Connection, Step
from portico.client.history import Told, lacking, read
from portico.client.state import ThreadState, reduce
from portico.client.timeline import folded
from portico.protocol import events as ev
from portico.protocol.types.history import HistoryEvent
from portico.protocol.types.item import AgentMessage, HiddenDisplay, ReasoningItem, ShellDisplay, ToolStatus
from portico.protocol.types.turn import Turn, TurnStatus
from tests.client.timeline.made import call
from tests.kit.peer import FakeGateway, FakePeer


def row(version: int, event: ev.Event, turn_id: str | None = "u1") -> dict[str, Any]:
    payload = json.loads(msgspec.json.encode(event))
    return {"version": version, "sequence": 1, "created_at": 5, "turn_id": turn_id, "payload": payload}


def raws(*rows: dict[str, Any]) -> list[msgspec.Raw]:
    return [msgspec.Raw(msgspec.json.encode(one)) for one in rows]


def begin(turn_id: str) -> ev.Event:
    turn = Turn(id=turn_id, status=TurnStatus.IN_PROGRESS)
    return ev.TurnStarted(workspace_id="w", thread_id="t", turn=turn, input=[])


def end(turn_id: str) -> ev.Event:
    return ev.TurnCompleted(turn=Turn(id=turn_id, status=TurnStatus.COMPLETED))


def said(text: str, item_id: str = "i1") -> list[ev.Event]:
    """A message and its deltas."""
    return [
        ev.ItemStarted(item=AgentMessage(id=item_id, text="")),
        *(ev.ItemDelta(item_id=item_id, delta=piece) for piece in text),
        ev.ItemCompleted(item=AgentMessage(id=item_id, text=text)),
    ]


def state_of(*turns: tuple[str, list[ev.Event]]) -> tuple[ThreadState, ThreadState]:
    """The state after these, and the one before the last of them began."""
    state = before = ThreadState("t")
    for turn_id, events in turns:
        before = state
        for event in (begin(turn_id), *events, end(turn_id)):
            state = reduce(state, event, version=state.version + 1, turn_id=turn_id)
    return state, before


def test_a_page_is_read_as_facts() -> None:
    told = read(raws(row(1, begin("u1")), row(2, ev.ItemDelta(item_id="i", delta="a"))))
    assert [(type(one), one.version) for one in told] == [(Told, 1), (Told, 2)]
    assert read([]) == []


def test_a_fact_of_a_later_protocol_stays_as_it_came_and_spoils_no_other() -> None:
    later = row(2, begin("u1")) | {"payload": {"type": "somethingLater", "item": {"id": "i"}}}
    told = read(raws(row(1, begin("u1")), later, row(3, end("u1"))))
    assert [type(one) for one in told] == [Told, HistoryEvent, Told]


PRINTED = call(display=ShellDisplay(stdout="x", exit_code=0))
HIDDEN = call(display=HiddenDisplay())
WHOLE: list[list[ev.Event]] = [
    [],
    said("ab"),
    [ev.ItemStarted(item=call(status=ToolStatus.IN_PROGRESS)), ev.ItemCompleted(item=PRINTED)],
    [ev.ItemCompleted(item=ReasoningItem(id="r", summary=[], content=["so"]))],
]
OPEN: list[list[ev.Event]] = [
    said("ab")[:-1],
    [ev.ItemStarted(item=ReasoningItem(id="r", summary=[], content=[]))],
    [ev.ItemStarted(item=call(status=ToolStatus.IN_PROGRESS))],
    # what it printed stands in its deltas only
    [ev.ItemStarted(item=call(status=ToolStatus.IN_PROGRESS)), ev.ItemCompleted(item=HIDDEN)],
    [ev.ItemDelta(item_id="nobody began it", delta="a")],
]


@pytest.mark.parametrize("events", WHOLE)
def test_of_complete_items_nothing_lacks(events: list[ev.Event]) -> None:
    assert lacking(*state_of(("u1", events), ("u2", events))) is None


@pytest.mark.parametrize("events", OPEN)
def test_an_open_item_of_the_newest_turn_is_read_again_from_before_it(events: list[ev.Event]) -> None:
    state, before = state_of(("u1", said("ab")), ("u2", events))
    assert lacking(state, before) == before
    assert lacking(state, None) == ThreadState("t")


def test_a_turn_that_runs_is_read_again_whatever_is_known_of_it() -> None:
    over, _ = state_of(("u1", said("ab")))
    running = reduce(over, begin("u2"), version=over.version + 1, turn_id="u2")
    assert lacking(running, over) == over


@pytest.mark.parametrize("events", OPEN)
def test_an_open_item_of_an_older_turn_is_read_again_from_the_beginning(events: list[ev.Event]) -> None:
    state, before = state_of(("u1", events), ("u2", []))
    assert lacking(state, before) == ThreadState("t")


async def served(peer: FakePeer, facts: list[dict[str, Any]], pages: list[bool]) -> None:
    """Answer pages of three events as a gateway does; `pages` gets whether each was asked for with deltas."""
    while True:
        frame = await peer.request("thread/history")
        params = frame["params"]
        has_deltas = params.get("include_deltas", True)
        after, head = params["after_version"], len(facts)
        wanted = [one for one in facts if one["version"] > after]
        found = [one for one in wanted if has_deltas or one["payload"]["type"] != "itemDelta"][:3]
        last = found[-1]["version"] if len(found) == 3 else head
        ids = {"workspace_id": "w", "thread_id": "t", "epoch": "e"}
        versions = {"from_version": after + 1, "to_version": last, "head_version": head, "now_ms": 5_000}
        pages.append(has_deltas)
        peer.say(id=frame["id"], result={**ids, **versions, "events": found})


ENDS: dict[str, list[ev.Event]] = {"over": [*said("end", "i2"), end("u2")], "running": said("so far", "i2")[:-1]}


@pytest.mark.parametrize("name", ENDS)
async def test_a_load_without_deltas_gives_the_rows_of_a_whole_one(name: str) -> None:
    turns = {"u1": [begin("u1"), *said("abcdef"), end("u1")], "u2": [begin("u2"), *ENDS[name]]}
    flat = [(turn_id, event) for turn_id, events in turns.items() for event in events]
    facts = [row(version, event, turn_id) for version, (turn_id, event) in enumerate(flat, start=1)]
    whole = ThreadState("t")
    for version, (turn_id, event) in enumerate(flat, start=1):
        whole = reduce(whole, event, version=version, turn_id=turn_id, at_ms=5_000)
    peer, pages = FakePeer(), list[bool]()
    connection = Connection(FakeGateway(peer).open, now_ms=lambda: 5_000)
    steps: list[Step] = []
    loaded = ThreadState("t")
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(served, peer, facts, pages)
        with anyio.fail_after(5):
            loaded = await connection.follow("t", steps.append)
        group.cancel_scope.cancel()
    assert folded(loaded) == folded(whole)
    assert (loaded.version, steps) == (len(facts), [])
    assert (pages[0], pages[1], pages[-1]) == (True, False, name == "running")


class Until(list[bool]):
    """Pages of a connection that breaks before the answer of that number."""

    def __init__(self, peer: FakePeer, cut: int) -> None:
        super().__init__()
        self._peer = peer
        self._cut = cut

    def append(self, object: bool, /) -> None:
        super().append(object)
        if len(self) == self._cut:
            self._peer.hang_up()


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


@pytest.mark.parametrize("cut", range(1, 6))
@pytest.mark.parametrize("name", ENDS)
async def test_a_load_that_is_cut_gives_the_rows_of_a_whole_one(name: str, cut: int) -> None:
    turns = {"u1": [begin("u1"), *said("abcdef"), end("u1")], "u2": [begin("u2"), *ENDS[name]]}
    flat = [(turn_id, event) for turn_id, events in turns.items() for event in events]
    facts = [row(version, event, turn_id) for version, (turn_id, event) in enumerate(flat, start=1)]
    whole = ThreadState("t")
    for version, (turn_id, event) in enumerate(flat, start=1):
        whole = reduce(whole, event, version=version, turn_id=turn_id, at_ms=5_000)
    first, second, loaded = FakePeer(), FakePeer(), ThreadState("t")
    connection = Connection(FakeGateway(first, second).open, now_ms=lambda: 5_000, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(served, first, facts, Until(first, cut))
        group.start_soon(served, second, facts, list[bool]())
        with anyio.fail_after(5):
            loaded = await connection.follow("t", lambda _: None)
        group.cancel_scope.cancel()
    assert folded(loaded) == folded(whole)
