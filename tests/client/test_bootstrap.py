"""Opening a gateway's workspace."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest
from msgspec.structs import replace

from portico.client.bootstrap import bootstrap, create, name_refusal, rejoin, rename, switch
from portico.client.connection import Connection
from portico.client.errors import CallFailed, ClientError
from portico.client.state.fresh import Missed
from portico.client.state.workspaces import WorkspacesState
from portico.client.words import Phrase, say
from portico.protocol.types.workspace import Workspace
from tests.client.state.test_tree import TREE, answer
from tests.kit.peer import FakeGateway, FakePeer

ONE = Workspace(id="one", name="One", is_active=True, is_current=True, created_at=1, updated_at=1)
TWO = Workspace(id="two", name="Two", is_active=True, is_current=False, created_at=1, updated_at=1)
INFO = {
    "gateway": {
        "version": "0.1.0",
        "epoch": "e",
        "is_local": True,
        "default_model_provider": "rehearsal",
        "default_model": "rehearsal",
    }
}
OPENAI = {"name": "openai", "capabilities": {"embeddings": True, "transcription": True}, "api_key_configured": True}
Use = Callable[[Connection], Awaitable[Any]]


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


class Gateway:
    """Answers each method with what the test says, and keeps what was asked, in order."""

    def __init__(self, workspaces: list[Workspace]) -> None:
        self.workspaces = workspaces
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def answer(self, method: str, params: dict[str, Any]) -> Any:
        match method:
            case "gateway/info":
                return INFO
            case "workspace/list":
                return {"workspaces": msgspec.to_builtins(self.workspaces)}
            case "workspace/default":
                return {"workspace": msgspec.to_builtins(ONE)}
            case "workspace/create" | "workspace/update":
                known = replace(TWO, id=params["workspace_id"], name=params["name"])
                return {"workspace": msgspec.to_builtins(known)}
            case "workspace/select":
                known = next((one for one in [*self.workspaces, ONE, TWO] if one.id == params["workspace_id"]), TWO)
                chosen = replace(known, id=params["workspace_id"], is_current=True)
                return {"workspace": msgspec.to_builtins(chosen)}
            case "thread/tree":
                return msgspec.to_builtins(answer(TREE)) | {"workspace_id": params["workspace_id"]}
            case "provider/list":
                return {"providers": [OPENAI]}
            case _:
                return {"settings": {}}

    async def run(self, peer: FakePeer) -> None:
        while True:
            while not peer.requests:
                await anyio.lowlevel.checkpoint()
            frame = peer.requests.popleft()
            self.asked.append((frame["method"], frame.get("params", {})))
            peer.say(id=frame["id"], result=self.answer(frame["method"], frame.get("params", {})))

    async def use(self, use: Use) -> Any:
        peer = FakePeer()
        connection = Connection(FakeGateway(peer).open)
        with anyio.fail_after(5):
            async with connection.running(), anyio.create_task_group() as group:
                group.start_soon(self.run, peer)
                result = await use(connection)
                group.cancel_scope.cancel()
                return result
        raise AssertionError("never reached")


@pytest.mark.parametrize(
    ("known", "wanted", "opened"),
    [
        pytest.param([ONE, TWO], None, "one", id="the current one"),
        pytest.param([ONE, TWO], "two", "two", id="the wanted one"),
        pytest.param([ONE, TWO], "gone", "one", id="one that is gone is not wanted"),
        pytest.param([], "gone", "one", id="the default one of a new home"),
        pytest.param([TWO], None, "one", id="none is current"),
    ],
)
async def test_bootstrap(known: list[Workspace], wanted: str | None, opened: str) -> None:
    gateway = Gateway(known)
    start = await gateway.use(lambda connection: bootstrap(connection, wanted))
    assert ("workspace/select", {"workspace_id": opened}) in gateway.asked
    assert start.workspaces.opened == start.desk.workspace.id == start.desk.tree.workspace_id == opened
    assert start.workspaces.current.id == opened
    assert (start.desk.tree.told, start.desk.tree.fresh.is_stale) == (TREE, False)
    assert [provider.name for provider in start.desk.providers.providers] == ["openai"]
    assert start.settings.settings is not None
    assert start.gateway.version == "0.1.0"


async def test_what_is_selected_is_selected_before_it_is_loaded() -> None:
    gateway = Gateway([ONE, TWO])
    await gateway.use(lambda connection: switch(connection, WorkspacesState(), "two"))
    methods = [method for method, _ in gateway.asked]
    assert methods[0] == "workspace/select"
    assert sorted(methods[1:]) == ["provider/list", "thread/tree"]


async def test_a_created_one_is_opened_under_the_clients_id() -> None:
    gateway = Gateway([ONE])
    state, desk = await gateway.use(lambda it: create(it, WorkspacesState(), " Mine ", workspace_id="mine"))
    assert gateway.asked[0] == ("workspace/create", {"workspace_id": "mine", "name": "Mine"})
    assert (state.opened, desk.workspace.id) == ("mine", "mine")


async def test_a_created_one_gets_an_id() -> None:
    gateway = Gateway([ONE])
    state, _ = await gateway.use(lambda it: create(it, WorkspacesState(), "Mine"))
    assert len(state.opened) == 21


async def test_a_renamed_one() -> None:
    state = await Gateway([ONE]).use(lambda it: rename(it, WorkspacesState((TWO,)), "two", " Second "))
    assert [one.name for one in state.workspaces] == ["Second"]


async def test_a_refusal_is_told_as_it_is() -> None:
    peer = FakePeer()
    connection = Connection(FakeGateway(peer).open)

    async def refuse() -> None:
        frame = await peer.request("workspace/select")
        peer.say(id=frame["id"], result={"workspace": msgspec.to_builtins(ONE)})
        frame = await peer.request("thread/tree")
        peer.say(id=frame["id"], error={"code": -32600, "message": "no"})

    async with connection.running(), anyio.create_task_group() as group:
        group.start_soon(refuse)
        with anyio.fail_after(5), pytest.raises(CallFailed, match="no"):
            await switch(connection, WorkspacesState(), "one")


async def test_after_a_break_the_next_connection_selects_the_workspace_again() -> None:
    first, second, missed = FakePeer(), FakePeer(), list[Missed]()
    connection = Connection(FakeGateway(first, second).open, sleep=no_wait)

    async def again() -> None:
        missed.append(await rejoin(connection, "one"))

    async with connection.running(), anyio.create_task_group() as group:

        def broke(error: ClientError, seconds: float) -> None:
            del error, seconds
            group.start_soon(again)

        connection.on_break = broke
        first.hang_up()
        frame = await second.answer("workspace/select", {"workspace": msgspec.to_builtins(ONE)})
        assert frame["params"] == {"workspace_id": "one"}
    assert missed == [Missed()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mine", None),
        ("x" * 200, None),
        ("x" * 201, say("name.too_long", limit=200)),
        ("  ", say("name.empty")),
        ("a\nb", say("name.unprintable")),
        ("a\u202eb", say("name.unprintable")),
    ],
)
def test_names(name: str, expected: Phrase | None) -> None:
    assert name_refusal(name) == expected
