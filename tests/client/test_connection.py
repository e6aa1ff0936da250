"""A connection comes back, and misses nothing."""

from random import Random
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.client.connection import Connection, Step
from portico.client.errors import ClientError, NotReachable
from portico.client.timeline import folded, ticking
from portico.protocol.base import NoParams
from portico.protocol.events import ItemDelta, ThreadClosed
from portico.protocol.methods.workspace import WORKSPACE_LIST
from portico.protocol.types.item import ToolStatus
from tests.client.timeline.made import call
from tests.kit.peer import FakeGateway, FakePeer


def page(events: list[dict[str, Any]], head: int, *, epoch: str = "e1", reset: bool = False) -> dict[str, Any]:
    first = events[0]["version"] if events else head + 1
    last = events[-1]["version"] if events else head
    more = {"reset": True} if reset else {}
    ids = {"workspace_id": "w", "thread_id": "t", "epoch": epoch}
    return {**ids, "events": events, "from_version": first, "to_version": last, "head_version": head, **more}


def started(version: int = 1) -> dict[str, Any]:
    turn = {"id": "u", "status": "InProgress"}
    payload: dict[str, Any] = {"type": "turnStarted", "workspaceId": "w", "threadId": "t", "turn": turn, "input": []}
    return {"version": version, "sequence": 1, "created_at": 5, "turn_id": "u", "payload": payload}


def delta(version: int, text: str) -> dict[str, Any]:
    payload = {"type": "itemDelta", "itemId": "i", "delta": text}
    return {"version": version, "sequence": version, "created_at": 5, "turn_id": "u", "payload": payload}


def announce(peer: FakePeer, version: int, text: str) -> None:
    peer.notify(
        "item/agent_message/delta",
        thread_id="t",
        turn_id="u",
        item_id="i",
        delta=text,
        stream="agent_message",
        version=version,
    )


def text_of(connection: Connection) -> str:
    state = connection.state("t")
    assert state is not None
    return state.turns[0].items[0].text


def ignore(_: Step) -> None:
    """The test looks at the state only."""


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


async def test_following_pages_until_the_head_then_takes_what_is_announced() -> None:
    peer, steps = FakePeer(), list[Step]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", steps.append)
        asked = await peer.answer("thread/history", page([started()], head=3))
        assert asked["params"]["after_version"] == 0
        frame = await peer.request("thread/history")
        assert (frame["params"]["after_version"], frame["params"]["epoch"]) == (1, "e1")
        announce(peer, 4, "!")
        # of what is complete no deltas are needed; the turn that runs is read again with them
        assert frame["params"]["include_deltas"] is False
        peer.say(id=frame["id"], result=page([], head=3))
        frame = await peer.request("thread/history")
        assert (frame["params"]["after_version"], frame["params"].get("include_deltas", True)) == (0, True)
        peer.say(id=frame["id"], result=page([started(), delta(2, "a"), delta(3, "b")], head=3))
        await anyio.wait_all_tasks_blocked()
        announce(peer, 3, "doubled")
        announce(peer, 5, "?")
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "ab!?"
        assert [step.version for step in steps] == [4, 5]


async def test_after_a_break_it_asks_for_what_came_after_its_version() -> None:
    first, second, steps, waits = FakePeer(), FakePeer(), list[Step](), list[float]()
    gateway = FakeGateway(first, None, None, second)
    connection = Connection(gateway.open, sleep=no_wait, random=Random(1))
    connection.on_break = lambda _, wait: waits.append(wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", steps.append)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        frame = await second.request("thread/history")
        assert (frame["params"]["after_version"], frame["params"]["epoch"]) == (1, "e1")
        second.say(id=frame["id"], result=page([delta(2, "missed")], head=2))
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "missed"
        assert [type(step.event) for step in steps] == [ItemDelta]
    assert gateway.opened == 4
    assert [round(wait, 1) for wait in waits] == [0.4, 1.1, 2.2]


async def test_a_thread_that_was_deleted_during_a_break_is_told_and_the_connection_goes_on() -> None:
    first, second, steps = FakePeer(), FakePeer(), list[Step]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", steps.append)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        frame = await second.request("thread/history")
        data = {"code": "thread_not_found", "kind": "not_found"}
        second.say(id=frame["id"], error={"code": -32602, "message": "there is no such thread", "data": data})
        await anyio.wait_all_tasks_blocked()
        assert [type(step.event) for step in steps] == [ThreadClosed]
        group.start_soon(connection.call, WORKSPACE_LIST, NoParams())
        await second.answer("workspace/list", {"workspaces": []})


async def test_another_epoch_loads_afresh() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await peer.answer("thread/history", page([], head=9, epoch="e2", reset=True))
        frame = await peer.answer("thread/history", page([started(), delta(2, "new")], head=2, epoch="e2"))
        assert (frame["params"]["after_version"], frame["params"]["epoch"]) == (0, "e2")
        await anyio.wait_all_tasks_blocked()
        assert text_of(connection) == "new"


async def test_a_call_in_flight_at_a_break_is_sent_again_under_its_id() -> None:
    first, second = FakePeer(), FakePeer()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.call, WORKSPACE_LIST, NoParams())
        one = await first.request("workspace/list")
        first.hang_up()
        two = await second.answer("workspace/list", {"workspaces": []})
        assert one == two


async def test_facts_of_a_later_protocol_are_counted_not_lost() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    odd: dict[str, Any] = {"version": 2, "created_at": 5, "payload": {"type": "itemTeleported", "item": {}}}
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await peer.answer("thread/history", page([started(), odd], head=2))
        await anyio.wait_all_tasks_blocked()
        peer.notify("item/started", thread_id="t", turn_id="u", item={"type": "hologram", "id": "h"}, version=3)
        await anyio.wait_all_tasks_blocked()
        state = connection.state("t")
        assert state is not None
        assert (state.unknown, state.version) == (2, 3)


async def test_an_item_of_a_later_protocol_is_kept_as_one_that_is_not_known() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await peer.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        turn = {"id": "u", "status": "InProgress"}
        peer.notify("turn/started", workspace_id="w", thread_id="t", turn_id="u", turn=turn, version=2)
        odd = {"type": "hologram", "id": "h", "text": "a cube"}
        peer.notify("item/completed", thread_id="t", turn_id="u", item=odd, version=3)
        await anyio.wait_all_tasks_blocked()
        state = connection.state("t")
        assert state is not None
        (item,) = state.turns[-1].items
        assert (item.id, item.item, item.item_type, item.text) == ("h", None, "hologram", "a cube")


async def test_what_belongs_to_no_followed_thread_is_a_notice() -> None:
    peer, notices = FakePeer(), list[str]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    connection.on_notice = lambda method, _: notices.append(method)
    async with connection.running():
        peer.notify("thread/tree/changed", workspace_id="w")
        announce(peer, 1, "of a thread that is not followed")
        await anyio.wait_all_tasks_blocked()
    assert notices == ["thread/tree/changed", "item/agent_message/delta"]


async def test_unfollowing_tells_the_gateway() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await peer.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(connection.unfollow, "t")
        frame = await peer.answer("thread/unsubscribe", {"status": "unsubscribed"})
        assert frame["params"] == {"thread_id": "t"}
        assert connection.state("t") is None


async def test_the_first_connection_must_succeed() -> None:
    with pytest.raises(NotReachable):
        async with Connection(FakeGateway(None).open, sleep=no_wait).running():
            raise AssertionError("never reached")


async def test_a_refused_sign_in_ends_the_calls() -> None:
    class Refusing(FakeGateway):
        def open(self):  # noqa: ANN202 - the base says it
            if self.opened:
                raise ClientError("refused")
            return super().open()

    first = FakePeer()
    connection = Connection(Refusing(first).open, sleep=no_wait)
    async with connection.running():
        first.hang_up()
        with anyio.fail_after(5), pytest.raises(ClientError, match="refused"):
            while True:
                await connection.call(WORKSPACE_LIST, NoParams())


async def test_a_deleted_thread_is_told_and_followed_no_more() -> None:
    first, second, steps = FakePeer(), FakePeer(), list[Step]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", steps.append)
        await first.answer("thread/history", page([started()], head=1))
        await anyio.wait_all_tasks_blocked()
        first.notify("thread/closed", workspaceId="w", threadId="t", version=1)
        await anyio.wait_all_tasks_blocked()
        assert [(type(step.event).__name__, step.state.is_closed) for step in steps] == [("ThreadClosed", True)]
        first.hang_up()
        group.start_soon(connection.call, WORKSPACE_LIST, NoParams())
        await second.answer("workspace/list", {"workspaces": []})


async def test_a_call_ends_with_the_connection() -> None:
    peer, ended = FakePeer(), list[ClientError]()
    connection = Connection(FakeGateway(peer).open, sleep=no_wait)

    async def call() -> None:
        try:
            await connection.call(WORKSPACE_LIST, NoParams())
        except ClientError as error:
            ended.append(error)

    async with anyio.create_task_group() as group, connection.running():
        group.start_soon(call)
        await peer.request("workspace/list")
    assert [type(error).__name__ for error in ended] == ["TransportClosed"]


HOURS = 5 * 3_600_000


@pytest.mark.promise("client.clock")
@pytest.mark.parametrize(
    ("ahead", "told", "expected"),
    [
        pytest.param(0, 100_000, [95_000, 0], id="the same clock"),
        pytest.param(HOURS, 100_000, [95_000, 0], id="hours ahead"),
        pytest.param(-HOURS, 100_000 + 2 * HOURS, [95_000 + 2 * HOURS, 0], id="hours behind"),
        pytest.param(HOURS, None, [None, 0], id="ahead of an older gateway, which tells no time"),
    ],
)
async def test_a_clock_that_is_wrong_gives_sane_times(ahead: int, told: int | None, expected: list[int | None]) -> None:
    """The gateway's turn began at 5 s of its clock; a tool starts while this client looks on."""
    peer = FakePeer()
    now = [(told or 100_000) + ahead]
    connection = Connection(FakeGateway(peer).open, sleep=no_wait, now_ms=lambda: now[0])
    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(connection.follow, "t", ignore)
        await peer.answer("thread/history", {**page([started()], head=1), **({"now_ms": told} if told else {})})
        await anyio.wait_all_tasks_blocked()
        item = msgspec.to_builtins(call(id="i", status=ToolStatus.IN_PROGRESS))
        peer.notify("item/started", thread_id="t", turn_id="u", item=item, version=2)
        await anyio.wait_all_tasks_blocked()
        state = connection.state("t")
        assert state is not None
        rows = folded(state)
        assert [(row.kind, ticking(row, now[0])) for row in rows] == list(zip(("work", "tool"), expected, strict=True))
        now[0] += 3_000
        assert [ticking(row, now[0]) for row in rows] == [None if one is None else one + 3_000 for one in expected]
