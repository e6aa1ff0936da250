"""What a shell survives: cuts at any moment, gateways of other versions, an hour asleep."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.boundary import Boundary, Means, Session
from portico.client.errors import TransportClosed
from portico.client.transport import Opener, Transport
from tests.boundary.feeds import Feed, Reader, fresh
from tests.boundary.shells import Shell, SiteWays, shell
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway
from tests.kit.peer import FakeGateway, FakePeer

CUTS = 24
ANSWER = "*all* of what is `said` here, word by word"


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


class CutAt:
    """Ways whose first connection ends when so many frames have come over it; in which call that is, varies."""

    def __init__(self, site: Site, frames: int) -> None:
        _, self._open = SiteWays(site).home()
        self._left = frames
        self._is_cut = False

    def home(self) -> tuple[str, Opener]:
        return "Test", self._opened

    def remote(self, url: str, token: str | None) -> Opener:
        raise AssertionError(url, token)

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Transport]:
        async with self._open() as transport:
            self._transport = transport
            yield transport if self._is_cut else self

    async def send(self, text: str) -> None:
        if self._is_cut:
            raise TransportClosed("connection lost")
        await self._transport.send(text)

    async def receive(self) -> str:
        if self._left == 0:
            self._is_cut = True
            raise TransportClosed("connection lost")
        self._left -= 1
        return await self._transport.receive()


@pytest.mark.promise("boundary.cut")
async def test_a_cut_at_any_moment_changes_nothing_that_is_shown(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as other:
        await other.start()
        for frames in range(CUTS):
            async with Boundary("python", Means(CutAt(site, frames), sleep=no_wait)).running() as boundary:
                one = Shell(boundary)
                await one.start()
                id_ = (await one.ok("thread_create", name=f"cut {frames}"))["id"]
                await one.ok("active_thread_open", thread_id=id_)
                await one.ok("composer_send", thread_id=id_, text=f"/say {ANSWER}")
                await one.until(lambda one=one, id_=id_: one.texts(id_, "assistant") == [ANSWER])
                await one.until(lambda one=one: one.seen.get("composer", {"running": ""})["running"] is None)
                await other.ok("active_thread_open", thread_id=id_)
                await other.until(lambda one=one, id_=id_: other.rows.get(id_) == one.rows[id_])
                tree = await other.ok("thread_tree_refresh")
                await one.until(lambda one=one, tree=tree: called(one.seen["tree"]) == called(tree))
                await other.ok("active_thread_close", thread_id=id_)


def called(tree: Any) -> dict[str, str]:
    """What the lines are called; when they changed last is told with a load only."""
    return {node["id"]: node["name"] for node in tree["nodes"]}


class Played:
    """Ways to a gateway that the test plays."""

    def __init__(self, *peers: FakePeer) -> None:
        self._gateway = FakeGateway(*peers)

    def home(self) -> tuple[str, Opener]:
        return "Test", self._gateway.open

    def remote(self, url: str, token: str | None) -> Opener:
        raise AssertionError(url, token)


def info(**more: Any) -> dict[str, Any]:
    known = {"version": "0.1.0", "epoch": "e", "is_local": True, "default_model_provider": "p", "default_model": "m"}
    return {"gateway": {**known, **more}}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        pytest.param(info(), "online", id="an older one: no scopes, no health"),
        pytest.param(info(scopes=["read", "fly"], shields="up"), "online", id="a later one: more fields and scopes"),
        pytest.param(info(version="7.0.0"), "gateway_too_new", id="a much later one"),
        pytest.param(info(version="0.0.1"), "gateway_too_old", id="a much older one"),
    ],
)
async def test_gateways_of_other_versions_are_talked_to(told: dict[str, Any], state: str) -> None:
    peer = FakePeer()
    async with Boundary("python", Means(Played(peer))).running() as boundary, anyio.create_task_group() as group:
        one = Shell(boundary)
        group.start_soon(one.ok, "gateway_connect")
        await peer.answer("gateway/info", told)
        peer.notify("gateway/danced", steps=3)
        peer.notify("thread/tree/changed", workspace_id=7)
        await one.until(lambda: "connection" in one.seen)
        assert one.seen["connection"]["state"] == state
        health: list[Any] = []

        async def ask() -> None:
            health.append(await one.ok("health"))

        group.start_soon(ask)
        await peer.answer("gateway/info", told)
        frame = await peer.request("gateway/health")
        error = {"code": -32601, "message": "no such method", "data": {"code": "unknown_method", "kind": "invalid"}}
        peer.say(id=frame["id"], error=error)
        await anyio.wait_all_tasks_blocked()
        assert "findings" not in health[0]


def test_another_time_of_the_gateway_gives_the_rows_of_a_fresh_load() -> None:
    feed, later = Feed(), Feed()
    feed.begin()
    feed.say("*old* words")
    reader, folding = Reader(feed.thread), Reader(feed.thread)
    reader.read()
    folding.board = feed.thread.toggled(folding.board, {"u:work": False})
    folding.read()
    later.begin()
    later.say("new")
    feed.thread.caught_up(later.state)
    for one in (reader, folding):
        one.read()
        assert one.rows == fresh(feed.thread, one.board)
    assert reader.rows == fresh(later.thread)


@pytest.mark.promise("boundary.asleep")
async def test_a_shell_that_takes_nothing_for_long_is_told_the_newest_only(tmp_path: Path) -> None:
    frames: list[Any] = []
    gate = anyio.Event()

    async def send(frame: bytes) -> None:
        frames.append(msgspec.json.decode(frame))
        if len(frames) > 1:
            await gate.wait()

    async with (
        gateway(tmp_path, rehearsing()) as site,
        shell(site) as other,
        shell(site) as one,
        Session(one.boundary, send, sleep=no_wait).running() as session,
        anyio.create_task_group() as group,
    ):
        await one.start()
        await other.start()
        id_ = (await one.ok("thread_create", name="0"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        group.start_soon(session.push)
        for number in range(1, 30):
            await other.ok("thread_rename", thread_id=id_, name=str(number))
        asleep = len(frames)
        gate.set()
        with anyio.fail_after(5):
            while not any('"29"' in msgspec.json.encode(frame).decode() for frame in frames):
                await anyio.lowlevel.checkpoint()
        assert asleep <= 2
        assert len(frames) <= asleep + 4
        group.cancel_scope.cancel()
