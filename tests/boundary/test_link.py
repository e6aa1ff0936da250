"""A gateway as a shell sees it: what changes there is told, and a break is survived."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel

from portico.boundary import Boundary, Means
from portico.client.errors import SignInRefused, TransportClosed
from portico.client.transport import Opener, Transport
from tests.boundary.shells import Shell, SiteWays, shell, started
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway


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
            yield _Cuttable(transport, self._cut)


class _Cuttable:
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
