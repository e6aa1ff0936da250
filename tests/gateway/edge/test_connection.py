"""Calls of one client: answers, limits, repeated ids, credentials that become void."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.edge.connection import MAX_IN_FLIGHT
from portico.gateway.edge.memory import MemoryClient, attached
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.context import Principal
from portico.protocol.base import Scope
from tests.gateway.edge.rig import Rig, answered, call, encoded, joined, receive, rest_of, result_of, rig, until

READER = Principal(id="reader", name="reader", scopes=frozenset({Scope.READ}), kind="process")


async def start_held(client: MemoryClient, gateway: Rig, count: int) -> None:
    for number in range(count):
        await client.send_text(call(number, "test/hold", text=f"h{number}"))
    await until(lambda: len(gateway.methods.started) == count)


def number_and_code(answer: Any) -> tuple[int, str]:
    return answer["error"]["code"], answer["error"]["data"]["code"]


@pytest.mark.parametrize(
    ("method", "params", "expected"),
    [
        ("test/nothing", {}, (-32601, "unknown_method", None)),
        ("test/echo", {"text": 5}, (-32602, "invalid", "$.text")),
        ("test/echo", {"test": "x"}, (-32602, "invalid", "$")),
        ("test/echo", ["x"], (-32602, "invalid", "$")),
        ("test/admin", {}, (-32600, "denied", None)),
        ("test/break", {}, (-32603, "internal", None)),
    ],
)
async def test_refused_calls(tmp_path: Path, method: str, params: Any, expected: tuple[int, str, str | None]) -> None:
    async with joined(tmp_path, READER) as (_, client):
        await client.send_text(encoded({"jsonrpc": "2.0", "id": "a", "method": method, "params": params}))
        answer = await receive(client)
        assert answer["id"] == "a"
        assert (*number_and_code(answer), answer["error"]["data"].get("path")) == expected
        assert "secret" not in encoded(answer)


async def test_a_slow_call_does_not_hold_up_the_next(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await start_held(client, gateway, 1)
        await client.send_text(call("quick", "test/echo", text="b"))
        assert await receive(client) == answered("quick", "b")
        gateway.methods.gates["h0"].set()
        assert await receive(client) == answered(0, "h0")


async def test_calls_of_one_lane_start_in_order(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        for text in "abc":
            await client.send_text(call(text, "test/lane", text=text))
        await client.send_text(call("other", "test/lane", text="o", thread_id="u"))
        await until(lambda: gateway.methods.started == ["a", "o"])
        gateway.methods.gates["o"].set()
        assert await receive(client) == answered("other", "o")
        for text in "abc":
            await until(lambda text=text: text in gateway.methods.started)
            gateway.methods.gates[text].set()
            assert await receive(client) == answered(text, text)


async def test_notifications_run_and_get_no_answer(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        for method, params in (("test/nothing", {}), ("test/echo", {"text": 5}), ("test/hold", {"text": "n"})):
            await client.send_text(encoded({"jsonrpc": "2.0", "method": method, "params": params}))
        await until(lambda: gateway.methods.started == ["n"])
        gateway.methods.gates["n"].set()
        await client.send_text(call("last", "test/echo"))
        assert (await receive(client))["id"] == "last"


async def test_the_same_call_again_waits_for_the_same_answer(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await client.send_text(call("a", "test/hold", text="x"))
        await client.send_text(call("a", "test/hold", text="x"))
        await until(lambda: gateway.methods.started == ["x"])
        await client.send_text(call("a", "test/hold", text="y"))
        assert number_and_code(await receive(client)) == (-32600, "conflict")
        await client.send_text(call("a", "test/echo", text="x"))
        assert number_and_code(await receive(client)) == (-32600, "conflict")
        gateway.methods.gates["x"].set()
        assert [await receive(client), await receive(client)] == [answered("a", "x")] * 2
        assert gateway.methods.started == ["x"]


async def test_an_id_is_free_again_after_its_answer_and_numbers_are_no_strings(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await start_held(client, gateway, 1)
        await client.send_text(call("0", "test/echo", text="a string"))
        assert await receive(client) == answered("0", "a string")
        gateway.methods.gates["h0"].set()
        assert await receive(client) == answered(0, "h0")
        await client.send_text(call(0, "test/echo", text="again"))
        assert await receive(client) == answered(0, "again")


async def test_a_seventeenth_call_is_refused_before_it_starts(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await start_held(client, gateway, MAX_IN_FLIGHT)
        await client.send_text(call("more", "test/echo"))
        answer = await receive(client)
        assert number_and_code(answer) == (-32001, "unavailable")
        assert answer["error"]["data"]["retry_after_seconds"] > 0
        gateway.methods.gates["h3"].set()
        assert await receive(client) == answered(3, "h3")
        await client.send_text(call("more", "test/echo", text="now"))
        assert await receive(client) == answered("more", "now")
        for number in range(MAX_IN_FLIGHT):
            gateway.methods.gates[f"h{number}"].set()


async def test_control_methods_have_a_limit_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portico.gateway.edge.connection.CONTROL_METHODS", frozenset({"test/echo"}))
    async with joined(tmp_path) as (gateway, client):
        await start_held(client, gateway, MAX_IN_FLIGHT)
        await client.send_text(call("stop", "test/echo", text="control"))
        assert await receive(client) == answered("stop", "control")
        for number in range(MAX_IN_FLIGHT):
            gateway.methods.gates[f"h{number}"].set()


async def test_a_batch_is_answered_as_one_array_in_its_order(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        calls = [call(1, "test/hold", text="x"), call(2, "test/echo", text="b"), "5", call(3, "test/none")]
        notification = encoded({"jsonrpc": "2.0", "method": "test/echo", "params": {}})
        await client.send_text(f"[{','.join([*calls, notification])}]")
        await until(lambda: gateway.methods.started == ["x"])
        await client.send_text(call("single", "test/echo", text="s"))
        assert await receive(client) == answered("single", "s")
        gateway.methods.gates["x"].set()
        first, second, third, fourth = await receive(client)
        assert (first, second) == (answered(1, "x"), answered(2, "b"))
        assert (third["id"], third["error"]["code"]) == (None, -32600)
        assert (fourth["id"], fourth["error"]["code"]) == (3, -32601)


async def test_a_batch_of_notifications_is_not_answered(tmp_path: Path) -> None:
    async with joined(tmp_path) as (_, client):
        notification: dict[str, Any] = {"jsonrpc": "2.0", "method": "test/echo", "params": {}}
        await client.send_text(encoded([notification] * 3))
        await client.send_text(call("last", "test/echo"))
        assert (await receive(client))["id"] == "last"


async def test_each_call_of_a_batch_counts(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await client.send_text(f"[{','.join(call(i, 'test/hold', text=f'b{i}') for i in range(16))}]")
        await until(lambda: len(gateway.methods.started) == 16)
        await client.send_text(call("more", "test/echo"))
        assert number_and_code(await receive(client)) == (-32001, "unavailable")
        for gate in gateway.methods.gates.values():
            gate.set()
        assert [one["id"] for one in await receive(client)] == list(range(16))


@pytest.mark.parametrize("frame", ["[]", "{", "[" + ",".join(["1"] * 17) + "]"])
async def test_after_a_bad_frame_the_connection_goes_on(tmp_path: Path, frame: str) -> None:
    async with joined(tmp_path) as (_, client):
        await client.send_text(frame)
        answer = await receive(client)
        assert answer["id"] is None
        await client.send_text(call("a", "test/echo"))
        assert (await receive(client))["id"] == "a"


async def test_a_revoked_token_closes_its_socket_and_no_other(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, admin):
        issued = await result_of(admin, call(1, "token/issue", name="x"))
        async with attached(gateway.hub, gateway.access.authenticate(issued["secret"])) as client:
            await result_of(client, call("a", "test/echo"))
            await result_of(admin, call(2, "token/revoke", token_id=issued["token"]["id"]))
            assert all("id" not in frame for frame in await rest_of(client))
        assert await result_of(admin, call("b", "test/echo", text="still here")) == {"text": "still here"}


async def test_who_rotates_still_gets_the_new_token_before_the_socket_closes(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, _):
        async with attached(gateway.hub, gateway.access.authenticate("home-token-1")) as client:
            await client.send_text(call("a", "token/rotate"))
            frames = await rest_of(client)
        assert [frame["result"] for frame in frames if "id" in frame] == [{"revoked": 0, "secret": "home-token-2"}]


async def test_an_expired_token_closes_its_socket_without_a_call(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, admin):
        issued = await result_of(admin, call(1, "token/issue", ttl_seconds=100))
        async with attached(gateway.hub, gateway.access.authenticate(issued["secret"])) as client:
            await result_of(client, call("a", "test/echo"))
            gateway.clock.advance(100)
            assert await rest_of(client) == []


async def test_a_call_outlives_the_client_that_made_it(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway:
            async with attached(gateway.hub, PROCESS) as client:
                await start_held(client, gateway, 1)
                await client.aclose()
                await anyio.wait_all_tasks_blocked()
                assert gateway.services.dispatcher.open_calls == 1
                gateway.methods.gates["h0"].set()
            assert gateway.services.dispatcher.open_calls == 0


async def test_leaving_waits_for_calls_at_work_and_takes_no_more(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with (
            rig(tmp_path) as gateway,
            attached(gateway.hub, PROCESS) as client,
            anyio.create_task_group() as group,
        ):
            await start_held(client, gateway, 1)
            group.start_soon(gateway.hub.leave)
            await anyio.wait_all_tasks_blocked()
            await client.send_text(call("late", "test/echo"))
            await anyio.wait_all_tasks_blocked()
            gateway.methods.gates["h0"].set()
            assert await receive(client) == answered(0, "h0")
            with pytest.raises(anyio.EndOfStream):
                await client.receive_text()


async def test_requests_are_counted_by_method_and_outcome(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        for frame in (call(1, "token/list"), call(2, "token/revoke", token_id="x"), call(3, "no/such"), "{"):
            await client.send_text(frame)
            await receive(client)
        text = (await gateway.metrics.render())[0].decode()
        for line in (
            'portico_requests_total{method="token/list",outcome="ok"} 1.0',
            'portico_requests_total{method="token/revoke",outcome="not_found"} 1.0',
            'portico_requests_total{method="unknown",outcome="not_found"} 1.0',
            'portico_requests_total{method="unreadable",outcome="invalid"} 1.0',
        ):
            assert line in text
