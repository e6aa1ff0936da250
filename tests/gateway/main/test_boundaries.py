"""Browsers over `/boundary`: rows for all tabs from one followed thread, each with its own scopes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from portico.boundary import Boundary, Means
from portico.boundary.ways import LocalWays
from portico.gateway.features.access import PROCESS
from portico.gateway.main import attach
from portico.gateway.main.boundaries import Boundaries
from tests.boundary.shells import Shell
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway, until


class Tab(Shell):
    """A browser's tab: calls and pushed events over one socket."""

    def __init__(self, site: Site, socket: ClientConnection) -> None:
        super().__init__(Boundary("websocket", Means(LocalWays({}, None, lambda: attach(site.it)))))
        self.socket = socket
        self._answers: dict[int, Any] = {}
        self._count = 0
        self._came = anyio.Event()

    async def run(self) -> None:
        try:
            while True:
                frame = msgspec.json.decode(await self.socket.recv())
                for event in frame.get("events", []):
                    self.take(event)
                if "id" in frame:
                    self._answers[frame["id"]] = frame
                came, self._came = self._came, anyio.Event()
                came.set()
        except ConnectionClosed:
            pass

    async def answer(self, method: str, **params: Any) -> Any:
        self._count += 1
        id_ = self._count
        await self.socket.send(msgspec.json.encode({"id": id_, "method": method, "params": params}).decode())
        with anyio.fail_after(5):
            while id_ not in self._answers:
                await self._came.wait()
        return self._answers.pop(id_)

    async def poll(self, wait_ms: int = 0) -> None:
        del wait_ms
        await self._came.wait()


@asynccontextmanager
async def tab(site: Site, token: str | None = None) -> AsyncGenerator[Tab]:
    url = site.it.listening.ws.removesuffix("/rpc") + "/boundary"
    async with (
        connect(url, additional_headers=site.bearer(token), compression=None, close_timeout=1.0) as socket,
        anyio.create_task_group() as group,
    ):
        one = Tab(site, socket)
        group.start_soon(one.run)
        yield one
        group.cancel_scope.cancel()


async def test_tabs_see_the_rows_of_one_thread(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as one, tab(site) as two:
        await one.start()
        await two.start()
        id_ = (await one.ok("thread_create", name="Plan"))["id"]
        for each in (one, two):
            await each.ok("active_thread_open", thread_id=id_)
        await one.ok("composer_send", thread_id=id_, text="/say to all")
        for each in (one, two):
            await each.until(lambda each=each: "to all" in each.texts(id_, "assistant"))
            await each.until(lambda each=each: each.seen.get("composer", {"running": ""})["running"] is None)
        assert [row.key for row in one.rows[id_]] == [row.key for row in two.rows[id_]]
        await two.until(lambda: [node["name"] for node in two.seen["tree"]["nodes"]] == ["Plan"])
        # the two tabs, and the one connection that follows for both
        assert site.it.gateway.hub.count == 3


async def test_nothing_is_followed_when_nobody_looks(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        for _ in range(2):
            async with tab(site) as one:
                await one.start()
            with anyio.fail_after(5):
                await site.it.gateway.hub.empty()


@pytest.mark.promise("boundary.bound")
async def test_a_tab_has_the_scopes_of_its_credential(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        async with tab(site) as owner:
            await owner.start()
            issued = await owner.ok("tokens_issue", scopes=["read"])
            blind = await owner.ok("tokens_issue", scopes=["chat"])
        async with tab(site, issued["secret"]) as one:
            await one.start()
            assert (await one.failed("thread_create"))["kind"] == "denied"
            assert (await one.failed("tokens_list"))["kind"] == "denied"
            for method in ("secrets_list", "registry_list"):
                assert (await one.failed(method))["code"] == "denied"
            assert (await one.failed("gateway_connect", url="http://127.0.0.1:1"))["kind"] == "denied"
        async with tab(site, blind["secret"]) as one:
            assert (await one.failed("gateway_connect"))["kind"] == "denied"
            assert (await one.failed("active_thread_open", thread_id="t"))["code"] == "not_connected"


async def test_a_revoked_token_ends_its_tab(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as owner:
        await owner.start()
        issued = await owner.ok("tokens_issue", scopes=["read", "chat"])
        async with tab(site, issued["secret"]) as one:
            await one.start()
            await owner.ok("tokens_revoke", token_id=issued["token"]["id"])
            with anyio.fail_after(5):
                await one.socket.wait_closed()
            assert one.socket.close_code == 4403


async def test_a_gateway_that_stops_closes_its_tabs(tmp_path: Path) -> None:
    async with anyio.create_task_group() as group:
        async with gateway(tmp_path, rehearsing()) as site:
            one = await group.start(_stay, site)
        with anyio.fail_after(5):
            await one.socket.wait_closed()
        assert one.socket.close_code == 1012
        group.cancel_scope.cancel()


async def _stay(site: Site, *, task_status: Any) -> None:
    async with tab(site) as one:
        await one.start()
        task_status.started(one)
        await anyio.sleep_forever()


async def test_what_is_no_frame_is_answered_and_the_socket_stays(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as one:
        for frame in ("", "{", "[]", "\x00", '{"id":null,"method":"version"}', "[" * 10_000):
            await one.socket.send(frame)
        assert (await one.ok("version"))["boundary"] == 1


async def test_a_tab_that_leaves_in_the_middle_does_not_disturb_the_others(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as one:
        await one.start()
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        async with tab(site) as two:
            await two.start()
            await two.ok("active_thread_open", thread_id=id_)
            await two.ok("composer_send", thread_id=id_, text="/say going on")
        await one.until(lambda: "going on" in one.texts(id_, "assistant"))
        await until(lambda: site.it.gateway.hub.count == 2)


async def test_who_is_not_let_in_gets_no_socket(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        with pytest.raises(Exception, match="401"):
            async with tab(site, "wrong"):
                pass
        await until(lambda: site.it.gateway.hub.count == 0)


async def test_five_megabytes_do_not_break_the_socket(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as one:
        await one.start()
        id_ = (await one.ok("thread_create"))["id"]
        await one.ok("active_thread_open", thread_id=id_)
        planned = await one.ok("composer_plan", thread_id=id_, text="x" * 5_000_000)
        assert [refusal["words"]["id"] for refusal in planned["refusals"]] == ["composer.text_too_long"]
        assert (await one.ok("version"))["boundary"] == 1


class Ends:
    """A shell's ends that say nothing."""

    principal = PROCESS

    def __init__(self) -> None:
        self.ended = anyio.Event()

    async def send_text(self, text: str) -> None:
        raise AssertionError(text)

    async def receive_text(self) -> str:
        await anyio.sleep_forever()
        raise AssertionError("never reached")

    async def tell(self, frame: bytes) -> None:
        raise AssertionError(frame)

    def end(self) -> None:
        self.ended.set()


async def test_shells_come_back_when_what_follows_for_them_broke_down(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, anyio.create_task_group() as group:
        boundaries, ends, following = Boundaries(site.it.gateway.hub), Ends(), anyio.CancelScope()

        async def follow() -> None:
            with following:
                await boundaries.run()

        group.start_soon(follow)
        async with boundaries.shell(ends):
            assert not ends.ended.is_set()
            following.cancel()
            with anyio.fail_after(5):
                await ends.ended.wait()
        group.cancel_scope.cancel()
