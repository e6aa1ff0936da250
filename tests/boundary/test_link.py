"""A gateway as a shell sees it: what changes there is told, and a break is survived."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.boundary import Boundary, Means
from portico.boundary import link as module
from portico.boundary.events import TreePatchesTold, TreeTold
from portico.client.errors import SignInRefused, TransportClosed
from portico.client.state.notices import TreeHint
from portico.client.transport import Opener, Transport
from portico.protocol.types.workspace import Workspace
from tests.boundary.shells import Shell, SiteWays, SocketWays, shell, started
from tests.boundary.test_faults import Played
from tests.client.state.test_tree import TREE, answer
from tests.client.test_bootstrap import INFO, ONE, OPENAI, TWO
from tests.client.test_tree_patches import crowd
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway
from tests.kit.peer import FakePeer


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


class Cut:
    """Ways whose connection can be cut, and refused afterwards."""

    def __init__(self, site: Site) -> None:
        _, self._open = SiteWays(site).home()
        self._cut = anyio.Event()
        self.refusal: SignInRefused | None = None

    def home(self) -> tuple[str, Opener]:
        return "Test", self._opened

    def remote(self, url: str, token: str | None) -> Opener:
        raise AssertionError(url, token)

    def cut(self) -> None:
        cut, self._cut = self._cut, anyio.Event()
        cut.set()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Transport]:
        if self.refusal is not None:
            raise self.refusal
        async with self._open() as transport:
            yield Cuttable(transport, self._cut)


class Cuttable:
    def __init__(self, transport: Transport, cut: anyio.Event) -> None:
        self._transport = transport
        self._cut = cut

    async def send(self, text: str) -> None:
        if self._cut.is_set():
            raise TransportClosed("connection lost")
        await self._transport.send(text)

    async def receive(self) -> str:
        found: list[str] = []

        async def receive() -> None:
            found.append(await self._transport.receive())
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(receive)
            await self._cut.wait()
            group.cancel_scope.cancel()
        if not found:
            raise TransportClosed("connection lost")
        return found[0]


async def test_what_another_shell_does_is_told(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one, shell(site) as two:
        first = await one.start()
        await two.start()
        await two.ok("thread_create", name="Theirs")
        await one.until(lambda: names(one) == {"Theirs"})
        await two.ok("workspace_rename", workspace_id=first["workspaces"]["opened"], name="Renamed")
        await one.until(lambda: [it["name"] for it in one.seen["workspaces"]["workspaces"]] == ["Renamed"])
        await two.ok("settings_update", changes={"memory.enabled": False})
        await one.until(lambda: not remembers(one))
        workspace_id = first["workspaces"]["opened"]
        await two.ok(
            "provider_configure", workspace_id=workspace_id, provider="openai", base_url="http://127.0.0.1:9/v1"
        )
        await one.until(lambda: address(one) == "http://127.0.0.1:9/v1")


def state(one: Shell) -> str:
    return one.seen.get("connection", {"state": ""})["state"]


def names(one: Shell) -> set[str]:
    return {node["name"] for node in one.seen.get("tree", {"nodes": []})["nodes"]}


def remembers(one: Shell) -> bool:
    rows = [row for page in one.seen["settings"]["pages"] for row in page["rows"]]
    return next(row["value"] for row in rows if row["id"] == "memory.enabled")


def address(one: Shell) -> str | None:
    rows = one.seen["providers"]["providers"]
    return next(row["base_url"] for row in rows if row["name"] == "openai")


async def test_a_break_is_told_and_nothing_is_missed(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as other:
        ways = Cut(site)
        async with Boundary("python", Means(ways, sleep=no_wait)).running() as boundary:
            one = Shell(boundary)
            await one.start()
            await other.start()
            id_ = (await one.ok("thread_create", name="Mine"))["id"]
            await one.ok("active_thread_open", thread_id=id_)
            await one.poll()
            ways.cut()
            await one.until(lambda: state(one) == "reconnecting")
            await other.ok("thread_create", name="Theirs")
            await one.until(lambda: state(one) == "online")
            await one.until(lambda: names(one) == {"Mine", "Theirs"})
            await one.ok("composer_send", thread_id=id_, text="/say back")
            await one.until(lambda: "back" in one.texts(id_, "assistant"))


async def test_a_refused_sign_in_is_the_end_of_it(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        ways = Cut(site)
        async with Boundary("python", Means(ways, sleep=no_wait)).running() as boundary:
            one = Shell(boundary)
            await one.start()
            ways.refusal = SignInRefused("no more (HTTP 401)")
            ways.cut()
            await one.until(lambda: state(one) == "signed_out")
            assert one.seen["connection"]["action"] == "sign_in"
            assert (await one.failed("health"))["code"] == "sign_in_refused"
            ways.refusal = None
            await one.start()
            await one.until(lambda: state(one) == "online")


async def test_each_event_is_the_newest_of_its_kind(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        for name in ("a", "b", "c"):
            await one.ok("thread_create", name=name)
        await one.poll()
        assert one.count["tree"] == 1
        assert names(one) == {"a", "b", "c"}


async def test_one_change_of_the_tree_is_told_as_a_patch(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one, shell(site) as two:
        await one.start()
        ids = [(await one.ok("thread_create", name=name))["id"] for name in ("a", "b", "c")]
        await one.until(lambda: names(one) == {"a", "b", "c"})
        await one.ok("thread_tree_refresh")
        await one.poll()
        told = one.count["tree"]
        await one.ok("thread_rename", thread_id=ids[1], name="Renamed")
        folder = (await one.ok("folder_create", name="Folder"))["id"]
        await one.ok("thread_move", thread_id=ids[0], folder_id=folder)
        await two.start()
        await two.poll()
        await one.until(lambda: one.seen["tree"]["nodes"] == two.seen["tree"]["nodes"])
        assert one.count["tree"] == told


async def test_one_change_among_many_threads_is_a_small_event(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        link = one.boundary.desk.link
        assert link.tree is not None
        await one.poll()
        many = crowd()
        renamed = msgspec.structs.replace(many.threads["t5"], name="Renamed")
        link.tree.state = replace(link.tree.state, told=many)
        link.retell_tree()
        assert [type(event) for event in link.events()] == [TreeTold]
        link.tree.state = replace(link.tree.state, told=replace(many, threads={**many.threads, "t5": renamed}))
        link.told(TreeHint(link.tree.state.workspace_id))
        (event,) = link.events()
        assert isinstance(event, TreePatchesTold)
        assert len(msgspec.json.encode(event)) < 1_000


async def test_a_token_that_is_revoked_while_open_asks_to_sign_in_again(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as owner:
        await owner.start()
        issued = await owner.ok("tokens_issue", scopes=["read"])
        ways = SocketWays(site.url, issued["secret"])
        async with Boundary("python", Means(ways, sleep=never)).running() as boundary:
            one = Shell(boundary)
            await one.start()
            await owner.ok("tokens_revoke", token_id=issued["token"]["id"])
            await one.until(lambda: state(one) == "signed_out")
            assert one.seen["connection"]["action"] == "sign_in"


async def never(_: float) -> None:
    raise AssertionError("a void credential is not waited for")


async def test_the_end_of_a_turn_is_told_once_also_of_a_thread_that_was_closed(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create", name="Plan"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        turn = (await one.ok("composer_send", thread_id=id_, text="/say done"))["turn_id"]
        await one.ok("active_thread_close", thread_id=id_)
        await one.until(lambda: "turn_ended" in one.seen)
        told = {**one.seen["turn_ended"], "elapsed_ms": 0}
        expected = {"event": "turn_ended", "thread_id": id_, "turn_id": turn, "name": "Plan", "status": "Completed"}
        assert told == {**expected, "elapsed_ms": 0}
        await one.ok("active_thread_open", thread_id=id_)
        await one.until(lambda: "done" in one.texts(id_, "assistant"))
        assert one.count["turn_ended"] == 1


async def test_turns_of_other_workspaces_are_not_told(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        await one.ok("workspace_create", name="Other")
        await one.ok("composer_send", thread_id=id_, text="/say done")
        await one.until(lambda: one.seen.get("composer", {"running": ""})["running"] is None)
        await one.until(lambda: "done" in one.texts(id_, "assistant"))
        assert "turn_ended" not in one.seen


def refuse(peer: FakePeer, frame: dict[str, Any], kind: str) -> None:
    peer.say(id=frame["id"], error={"code": -32603, "message": "no", "data": {"code": kind, "kind": kind}})


async def selected(peer: FakePeer, workspace: Workspace) -> str:
    """The next call selects that workspace."""
    told = {"workspace": msgspec.to_builtins(workspace)}
    return (await peer.answer("workspace/select", told))["params"]["workspace_id"]


async def begun(peer: FakePeer, workspace: Workspace) -> None:
    """Answer a bootstrap which opens the only workspace that there is."""
    await peer.answer("gateway/info", INFO)
    current = msgspec.structs.replace(workspace, is_current=True)
    await peer.answer("workspace/list", {"workspaces": [msgspec.to_builtins(current)]})
    assert await selected(peer, current) == workspace.id
    await listed(peer, workspace)
    await peer.answer("settings/get", {"settings": {}})


async def listed(peer: FakePeer, workspace: Workspace) -> None:
    await peer.answer("thread/tree", msgspec.to_builtins(answer(TREE)) | {"workspace_id": workspace.id})
    await peer.answer("provider/list", {"providers": [OPENAI]})


async def test_a_gateway_that_is_not_ready_after_a_break_is_asked_again() -> None:
    first, second = FakePeer(), FakePeer()
    async with (
        Boundary("python", Means(Played(first, second), sleep=no_wait)).running() as boundary,
        anyio.create_task_group() as group,
    ):
        one = Shell(boundary)
        group.start_soon(one.start)
        await first.answer("gateway/info", INFO)
        await begun(first, ONE)
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        refuse(second, await second.request("gateway/info"), "unavailable")
        await second.answer("gateway/info", INFO)
        refuse(second, await second.request("workspace/select"), "unavailable")
        await second.answer("gateway/info", INFO)
        assert await selected(second, ONE) == "one"
        await one.until(lambda: state(one) == "online")


async def test_a_gateway_that_was_restored_shows_a_workspace_that_it_has() -> None:
    first, second = FakePeer(), FakePeer()
    async with (
        Boundary("python", Means(Played(first, second), sleep=no_wait)).running() as boundary,
        anyio.create_task_group() as group,
    ):
        one = Shell(boundary)
        group.start_soon(one.start)
        await first.answer("gateway/info", INFO)
        await begun(first, ONE)
        await anyio.wait_all_tasks_blocked()
        first.hang_up()
        await second.answer("gateway/info", INFO)
        refuse(second, await second.request("workspace/select"), "not_found")
        await begun(second, TWO)
        await one.until(lambda: one.seen.get("workspaces", {"opened": ""})["opened"] == "two")
        assert one.seen["tree"]["workspace_id"] == "two"


async def test_a_switch_that_fails_leaves_the_workspace_before_followed() -> None:
    peer, failures = FakePeer(), list[Any]()
    async with (
        Boundary("python", Means(Played(peer), sleep=no_wait)).running() as boundary,
        anyio.create_task_group() as group,
    ):
        one = Shell(boundary)

        async def switch() -> None:
            failures.append(await one.failed("workspace_switch", workspace_id="two"))

        group.start_soon(one.start)
        await peer.answer("gateway/info", INFO)
        await begun(peer, ONE)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(switch)
        assert await selected(peer, TWO) == "two"
        tree = await peer.request("thread/tree")
        await peer.request("provider/list")
        refuse(peer, tree, "unavailable")
        await peer.answer("gateway/info", INFO)
        assert await selected(peer, ONE) == "one"
        assert [failure["kind"] for failure in failures] == ["unavailable"]
        assert boundary.desk.workspace_id == "one"
        group.cancel_scope.cancel()


async def test_of_more_facts_than_are_kept_during_a_load_everything_is_loaded_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_MEANWHILE", 2)
    peer = FakePeer()
    async with Boundary("python", Means(Played(peer))).running() as boundary, anyio.create_task_group() as group:
        one = Shell(boundary)
        group.start_soon(one.start)
        await peer.answer("gateway/info", INFO)
        await anyio.wait_all_tasks_blocked()
        for _ in range(3):
            peer.notify("thread/tree/changed", workspace_id="elsewhere", version=1)
        await begun(peer, ONE)
        await peer.answer("thread/tree", msgspec.to_builtins(answer(TREE)) | {"workspace_id": "one"})
        await peer.answer("workspace/list", {"workspaces": [msgspec.to_builtins(TWO)]})
        await peer.answer("provider/list", {"providers": [OPENAI]})
        await peer.answer("settings/get", {"settings": {}})
        await one.until(lambda: workspaces(one) == ["two"])


def workspaces(one: Shell) -> list[str]:
    return [it["id"] for it in one.seen.get("workspaces", {"workspaces": []})["workspaces"]]
