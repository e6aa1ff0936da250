"""The boundary against a whole gateway: a shell that only speaks JSON."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.lowlevel
import jsonschema_rs
import msgspec
import pytest

from portico.boundary import METHODS, Boundary, Means, Threads, schema
from portico.boundary.link import Link
from portico.client.errors import NotReachable
from portico.client.transport import Opener
from tests.boundary.shells import Shell, SiteWays, shell, started
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway, until


async def test_a_shell_connects_starts_a_turn_and_sees_its_rows(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        made = await one.ok("thread_create", name="Plan")
        thread_id = made["id"]
        await one.ok("active_thread_open", thread_id=thread_id)
        sent = await one.ok("composer_send", thread_id=thread_id, text="/say hello there")
        assert (sent["action"], sent["outcome"]) == ("start", "started")
        await one.until(lambda: any("hello there" in text for text in one.texts(thread_id, "assistant")))
        await one.until(lambda: one.seen["composer"]["running"] is None)
        assert one.texts(thread_id, "user") == ["/say hello there"]
        assert [node["name"] for node in one.seen["tree"]["nodes"]] == ["Plan"]


@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        pytest.param("sing", b"{}", ("unknown_method", "invalid", "$.method"), id="no such method"),
        pytest.param("version", b"{", ("invalid", "invalid", None), id="no JSON"),
        pytest.param("version", b'{"a":' * 5_000, ("invalid", "invalid", "$"), id="too deep"),
        pytest.param("version", b'{"a":1}', ("invalid", "invalid", "$"), id="an unknown parameter"),
        pytest.param(
            "active_thread_open", b'{"thread_id":1}', ("invalid", "invalid", "$.thread_id"), id="a wrong type"
        ),
        pytest.param("gateway_next_events", b'{"wait_ms":-1}', ("invalid", "invalid", "$.wait_ms"), id="out of range"),
        pytest.param("workspace_bootstrap", b"{}", ("not_connected", "unavailable", None), id="not connected"),
        pytest.param(
            "active_thread_stop", b'{"thread_id":"t"}', ("thread_not_open", "not_found", "$.thread_id"), id="closed"
        ),
        pytest.param(
            "gateway_connect", b'{"url":"http://nowhere"}', ("not_reachable", "unavailable", None), id="nobody"
        ),
    ],
)
async def test_a_bad_call_is_answered_and_kept(
    tmp_path: Path, method: str, params: bytes, told: tuple[str, str, str | None]
) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        answer = msgspec.json.decode(await one.boundary.call(method, params))
        assert (answer["status"], answer["code"], answer["kind"], answer.get("path")) == ("error", *told)
        (problem,) = (await one.ok("diagnostics"))["problems"]
        assert (problem["code"], problem["method"]) == (told[0], "unknown" if method == "sing" else method)


async def test_what_is_refused_by_the_gateway_comes_as_it_is(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        failed = await one.failed("active_thread_open", thread_id="nowhere")
        assert failed["kind"] == "not_found"
        failed = await one.failed("workspace_switch", workspace_id="nowhere")
        assert failed["kind"] == "not_found"


@pytest.mark.promise("boundary.tagged")
async def test_our_own_fault_is_an_answer_with_a_reference(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        one.boundary.desk.describe = lambda: 1 // 0  # pyright: ignore[reportAttributeAccessIssue]
        failed = await one.failed("schema")
        (problem,) = (await one.ok("diagnostics"))["problems"]
        assert (failed["code"], failed["kind"], problem["code"]) == ("internal", "internal", "ZeroDivisionError")
        assert problem["ref"] in failed["message"]


@pytest.mark.parametrize("method", [method.name for method in METHODS if "websocket" not in method.carriers])
async def test_a_browser_is_denied_what_is_not_for_it(method: str) -> None:
    async with Boundary("websocket", Means(Nowhere())).running() as boundary:
        answer = msgspec.json.decode(await boundary.call(method))
        assert (answer["code"], answer["kind"]) == ("denied", "denied")


async def test_a_bound_shell_connects_to_no_other_gateway(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site, "websocket", is_bound=True) as one:
        failed = await one.failed("gateway_connect", url="http://127.0.0.1:1")
        assert (failed["kind"], failed["path"]) == ("denied", "$.url")
        assert (await one.ok("gateway_connect"))["gateway"]["version"]


async def test_every_answer_and_event_fits_the_schema(tmp_path: Path) -> None:
    document = schema.document(METHODS)
    events = jsonschema_rs.validator_for({**document["x-event"], "$defs": document["$defs"]})
    async with started(tmp_path) as one:
        told = await one.ok("thread_create", name="Plan")
        await one.ok("active_thread_open", thread_id=told["id"])
        await one.ok("composer_send", thread_id=told["id"], text="read README.md")
        await one.until(lambda: one.texts(told["id"], "assistant") != [] and one.seen["composer"]["running"] is None)
        for event in one.seen.values():
            events.validate(event)
        for name in ("thread_tree_refresh", "provider_list", "settings_get", "health", "version", "tokens_list"):
            value = await one.ok(name)
            result = document["x-methods"][name]["result"]
            jsonschema_rs.validator_for({**result, "$defs": document["$defs"]}).validate(value)
        error = jsonschema_rs.validator_for({**document["x-error"], "$defs": document["$defs"]})
        error.validate(await one.failed("active_thread_stop", thread_id="none"))


async def test_a_boundary_that_does_not_run_says_so(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        answer = msgspec.json.decode(await Boundary("python", Means(SiteWays(site))).call("gateway_connect"))
        assert answer["code"] == "client_error"


async def test_a_link_that_breaks_by_our_fault_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Link) -> None:
        raise RuntimeError

    monkeypatch.setattr(Link, "run", broken)
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        await one.answer("gateway_connect")
        with anyio.fail_after(5):
            while not (await one.ok("diagnostics"))["problems"]:
                await anyio.lowlevel.checkpoint()


async def test_a_shell_that_is_cut_off_leaves_its_threads(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        id_ = (await one.ok("thread_create"))["id"]
        shared = one.boundary.desk.link.threads
        thread = await shared.open(id_)
        async with anyio.create_task_group() as group, second(one, shared) as two:
            await two.start()
            await two.ok("active_thread_open", thread_id=id_)
            assert thread.users == 2
            group.cancel_scope.cancel()
            await anyio.lowlevel.checkpoint()
        assert thread.users == 1


async def test_connecting_twice_at_once_leaves_one_connection(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(one.ok, "gateway_connect")
        await until(lambda: site.it.gateway.hub.count == 1)
        assert await one.ok("health")


@asynccontextmanager
async def second(one: Shell, shared: Threads) -> AsyncGenerator[Shell]:
    """Another shell on the same gateway, that shares the threads."""
    async with Boundary("python", replace(one.boundary.desk.means, shared=shared)).running() as boundary:
        yield Shell(boundary)


class Nowhere:
    """No gateway."""

    def home(self) -> tuple[str, Opener]:
        return "nowhere", self.remote("", None)

    def remote(self, url: str, token: str | None) -> Opener:
        raise NotReachable(f"no gateway at {url}{token}")
