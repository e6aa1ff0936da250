"""Calls find their answers, whatever else arrives."""

import anyio
import msgspec
import pytest

from portico.client.errors import CallFailed, ClientError, TransportClosed
from portico.client.rpc import ALPHABET, RpcClient, decode_params, new_id
from portico.protocol.base import NoParams
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.thread import THREAD_UNSUBSCRIBE, ThreadUnsubscribeParams
from portico.protocol.methods.workspace import WORKSPACE_LIST
from tests.kit.peer import FakePeer


def ignore(method: str, params: msgspec.Raw) -> None:
    """No notification matters to the test."""


def test_our_ids_have_21_safe_characters_and_differ() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(id_) == 21 and set(id_) <= set(ALPHABET) for id_ in ids)


async def test_answers_may_come_in_any_order_between_notifications() -> None:
    peer, told, got = FakePeer(), list[tuple[str, object]](), dict[str, str]()
    rpc = RpcClient(peer, lambda method, raw: told.append((method, decode_params(raw))))

    async def unsubscribe(thread: str) -> None:
        answer = await rpc.call(THREAD_UNSUBSCRIBE, ThreadUnsubscribeParams(thread_id=thread))
        got[thread] = answer.status

    async with anyio.create_task_group() as group:
        group.start_soon(rpc.run)
        group.start_soon(unsubscribe, "a")
        first = await peer.request("thread/unsubscribe")
        group.start_soon(unsubscribe, "b")
        second = await peer.request("thread/unsubscribe")
        peer.notify("thread/tree/changed", workspace_id="w")
        peer.say(id="stranger", result={})
        peer.say(id=second["id"], result={"status": "unsubscribed"})
        peer.say(id=first["id"], result={"status": "notSubscribed"})
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert got == {"b": "unsubscribed", "a": "notSubscribed"}
    assert told == [("thread/tree/changed", {"workspace_id": "w"})]


async def test_a_refusal_carries_its_kind_code_and_path() -> None:
    peer = FakePeer()
    rpc = RpcClient(peer, ignore)
    data = {"code": "thread_exists", "kind": "conflict", "path": "$.name"}
    errors: list[CallFailed] = []

    async def call() -> None:
        with pytest.raises(CallFailed) as failed:
            await rpc.call(WORKSPACE_LIST, NoParams())
        errors.append(failed.value)

    async with anyio.create_task_group() as group:
        group.start_soon(rpc.run)
        group.start_soon(call)
        frame = await peer.request("workspace/list")
        peer.say(id=frame["id"], error={"code": -32600, "message": "taken", "data": data})
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    (error,) = errors
    assert (error.kind, error.code, error.path, error.number) == (ErrorKind.CONFLICT, "thread_exists", "$.name", -32600)


async def test_what_is_in_flight_at_the_end_fails_and_nothing_new_starts() -> None:
    peer = FakePeer()
    rpc = RpcClient(peer, ignore)
    failures: list[type[Exception]] = []

    async def call() -> None:
        try:
            await rpc.call(WORKSPACE_LIST, NoParams())
        except ClientError as error:
            failures.append(type(error))

    async def run() -> None:
        with pytest.raises(TransportClosed):
            await rpc.run()

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        group.start_soon(call)
        await peer.request("workspace/list")
        peer.hang_up()
    await call()
    assert failures == [TransportClosed, TransportClosed]


async def test_a_call_has_a_deadline() -> None:
    peer = FakePeer()
    rpc = RpcClient(peer, ignore)
    with pytest.raises(ClientError, match="not answered"):
        await rpc.call(WORKSPACE_LIST, NoParams(), seconds=0)


async def test_raw_calls_splice_their_parameters() -> None:
    peer = FakePeer()
    rpc = RpcClient(peer, ignore)
    async with anyio.create_task_group() as group:
        group.start_soon(rpc.run)
        group.start_soon(peer.answer, "any/thing", [1, 2])
        assert msgspec.json.decode(await rpc.call_raw("any/thing", b'{"a": 1}')) == [1, 2]
        group.cancel_scope.cancel()
