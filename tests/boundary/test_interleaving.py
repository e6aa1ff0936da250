"""What others do while a workspace is loaded, and while the connection comes back, is never lost."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.boundary import Boundary, Means
from portico.client.transport import Opener, Transport
from portico.protocol import events as ev
from portico.protocol.frames import Where, encode_frame
from portico.protocol.types.settings import GatewaySettings, MemorySettings
from portico.protocol.types.workspace import Workspace, WorkspaceChangeKind
from tests.boundary.shells import Shell, SiteWays, shell
from tests.boundary.test_faults import Played, no_wait
from tests.boundary.test_link import Cuttable
from tests.client.state.test_tree import TREE, answer
from tests.client.test_bootstrap import INFO, OPENAI
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway
from tests.kit.peer import FakePeer

POINTS = 40
"""More than there are in any of these."""


async def nothing() -> None:
    pass


class Stepped:
    """Ways on which something happens before the frame of a number is sent or taken; then the connection may break."""

    def __init__(self, site: Site) -> None:
        _, self._open = SiteWays(site).home()
        self._left = -1
        self._happens: Callable[[], Awaitable[None]] = nothing
        self._is_cutting = False
        self._cut = anyio.Event()

    def home(self) -> tuple[str, Opener]:
        return "Test", self._opened

    def remote(self, url: str, token: str | None) -> Opener:
        raise AssertionError(url, token)

    def arm(self, number: int, happens: Callable[[], Awaitable[None]], *, is_cutting: bool = False) -> None:
        self._left, self._happens, self._is_cutting = number, happens, is_cutting

    @property
    def is_over(self) -> bool:
        """What was to happen has happened."""
        return self._left < 0

    async def step(self) -> None:
        self._left -= 1
        if self._left == -1:
            await self._happens()
            if self._is_cutting:
                cut, self._cut = self._cut, anyio.Event()
                cut.set()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Transport]:
        async with self._open() as transport:
            yield _Steps(self, Cuttable(transport, self._cut))


class _Steps:
    def __init__(self, ways: Stepped, transport: Transport) -> None:
        self._ways = ways
        self._transport = transport

    async def send(self, text: str) -> None:
        await self._ways.step()
        await self._transport.send(text)

    async def receive(self) -> str:
        frame = await self._transport.receive()
        await self._ways.step()
        return frame


def lines(one: Shell) -> set[str]:
    return {node["name"] for node in one.seen.get("tree", {"nodes": []})["nodes"]}


def workspaces(one: Shell) -> set[str]:
    return {it["name"] for it in one.seen["workspaces"]["workspaces"]}


def remembers(one: Shell) -> bool:
    rows = [row for page in one.seen["settings"]["pages"] for row in page["rows"]]
    return next(row["value"] for row in rows if row["id"] == "memory.enabled")


def address(one: Shell) -> str | None:
    rows = one.seen["providers"]["providers"]
    return next(row["base_url"] for row in rows if row["name"] == "openai")


class Other:
    """Another client, which changes something of every kind in a workspace."""

    def __init__(self, one: Shell, workspace_id: str) -> None:
        self._one = one
        self._id = workspace_id
        self.number = 0

    async def act(self) -> None:
        self.number += 1
        one, n = self._one, self.number
        await one.ok("thread_create", name=f"thread {n}")
        await one.ok("workspace_rename", workspace_id=self._id, name=f"workspace {n}")
        await one.ok("settings_update", changes={"memory.enabled": n % 2 == 0})
        url = f"http://127.0.0.1:9/{n}"
        await one.ok("provider_configure", workspace_id=self._id, provider="openai", base_url=url)

    def is_seen(self, one: Shell) -> bool:
        n = self.number
        return (
            f"thread {n}" in lines(one)
            and f"workspace {n}" in workspaces(one)
            and remembers(one) is (n % 2 == 0)
            and address(one) == f"http://127.0.0.1:9/{n}"
        )


class Talker:
    """Another client, which asks for two turns in a thread: the second waits for the first."""

    def __init__(self, one: Shell, thread_id: str) -> None:
        self._one = one
        self._id = thread_id
        self._number = 0

    async def act(self) -> None:
        for _ in range(2):
            self._number += 1
            await self._one.ok("composer_send", thread_id=self._id, text=f"/say {self._number}")

    def is_seen(self, one: Shell) -> bool:
        told = one.texts(self._id, "assistant")
        waits = one.seen.get("composer", {"running": "", "queued": []})
        return told == [str(n + 1) for n in range(self._number)] and not (waits["running"] or waits["queued"])


Load = Callable[[Shell], Awaitable[Any]]


async def points(site: Site, other: Other | Talker, first: Load, load: Load, *, is_cutting: bool) -> int:
    """At each frame of `load`, after `first`, the other client acts once, and all of it is told; how many there are."""
    for point in range(POINTS):
        ways = Stepped(site)
        async with Boundary("python", Means(ways, sleep=no_wait)).running() as boundary:
            one = Shell(boundary)
            await first(one)
            ways.arm(point, other.act, is_cutting=is_cutting)
            await load(one)
            if not ways.is_over:
                return point
            await one.until(lambda one=one: other.is_seen(one))
    raise AssertionError("there are more points")


CUTTING = pytest.mark.parametrize("is_cutting", [pytest.param(False, id="whole"), pytest.param(True, id="cut")])


@CUTTING
async def test_what_happens_at_any_point_of_a_bootstrap_is_told(tmp_path: Path, is_cutting: bool) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as two:
        other = Other(two, (await two.start())["workspaces"]["opened"])

        async def connect(one: Shell) -> None:
            await one.ok("gateway_connect")

        async def load(one: Shell) -> None:
            await one.ok("workspace_bootstrap")

        assert await points(site, other, connect, load, is_cutting=is_cutting) >= 12


@CUTTING
async def test_what_happens_at_any_point_of_a_switch_is_told(tmp_path: Path, is_cutting: bool) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as two:
        first = (await two.start())["workspaces"]["opened"]
        second = (await two.ok("workspace_create", name="Second"))["workspaces"]["opened"]

        async def open_first(one: Shell) -> None:
            await one.ok("gateway_connect")
            await one.ok("workspace_bootstrap", workspace_id=first)

        async def load(one: Shell) -> None:
            await one.ok("workspace_switch", workspace_id=second)

        assert await points(site, Other(two, second), open_first, load, is_cutting=is_cutting) >= 6


class Small:
    """A gateway that reads what a call asks for, is changed by another client, and only then answers the call."""

    def __init__(self, peer: FakePeer, slow: str) -> None:
        self._peer = peer
        self.slow = slow
        self._is_new = False
        self._selected = False

    async def run(self) -> None:
        while True:
            while not self._peer.requests:
                await anyio.lowlevel.checkpoint()
            frame = self._peer.requests.popleft()
            result = msgspec.to_builtins(self._read(frame["method"]))
            self._selected |= frame["method"] == "workspace/select"
            if frame["method"] == self.slow and not self._is_new:
                self._is_new = True
                self._announce()
                for _ in range(3):
                    await anyio.wait_all_tasks_blocked()
            self._peer.say(id=frame["id"], result=result)

    def _read(self, method: str) -> Any:
        match method:
            case "gateway/info":
                return INFO
            case "workspace/list":
                return {"workspaces": [self._workspace()]}
            case "workspace/select":
                return {"workspace": self._workspace()}
            case "thread/tree":
                told = msgspec.to_builtins(answer(TREE))
                return {**told, "threads": told["threads"] if self._is_new else []}
            case "provider/list":
                url = "http://new" if self._is_new else None
                return {"providers": [{**OPENAI, "base_url": url}]}
            case _:
                return {"settings": self._settings()}

    def _workspace(self) -> Workspace:
        name = "New" if self._is_new else "Old"
        return Workspace(id="w", name=name, is_active=True, is_current=True, created_at=1, updated_at=1)

    def _settings(self) -> GatewaySettings:
        return GatewaySettings(memory=MemorySettings(enabled=self._is_new))

    def _announce(self) -> None:
        events: list[ev.Event] = [
            ev.WorkspaceChanged(workspace=self._workspace(), kind=WorkspaceChangeKind.UPDATED),
            ev.SettingsChanged(settings=self._settings()),
        ]
        if self._selected:
            events.append(ev.ProviderChanged(workspace_id="w", provider="openai", change="configured"))
            self._peer.notify("thread/tree/changed", workspace_id="w", version=2)
        for event in events:
            frame = msgspec.json.decode(encode_frame(event, Where(workspace_id="w", version=2)))
            self._peer.notify(frame["method"], **frame["params"])


@pytest.mark.parametrize(
    "slow", ["gateway/info", "workspace/list", "workspace/select", "thread/tree", "provider/list", "settings/get"]
)
async def test_an_answer_that_comes_behind_the_notice_of_a_change_is_not_the_last_word(slow: str) -> None:
    peer = FakePeer()
    small = Small(peer, "")
    async with (
        Boundary("python", Means(Played(peer), sleep=no_wait)).running() as boundary,
        anyio.create_task_group() as group,
    ):
        one = Shell(boundary)
        group.start_soon(small.run)
        await one.ok("gateway_connect")
        small.slow = slow
        await one.ok("workspace_bootstrap")
        await one.until(lambda: len(lines(one)) > 0 and workspaces(one) == {"New"})
        await one.until(lambda: remembers(one) and address(one) == "http://new")
        group.cancel_scope.cancel()


@CUTTING
async def test_what_happens_at_any_point_of_opening_a_thread_is_told(tmp_path: Path, is_cutting: bool) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as two:
        await two.start()
        id_ = (await two.ok("thread_create"))["id"]
        await two.ok("active_thread_open", thread_id=id_)

        async def start(one: Shell) -> None:
            await one.start()

        async def load(one: Shell) -> None:
            await one.ok("active_thread_open", thread_id=id_)
            await one.until(lambda: "composer" in one.seen and id_ in one.rows)

        assert await points(site, Talker(two, id_), start, load, is_cutting=is_cutting) >= 2
