"""What a call subscribes to begins after its answer, alone or in a batch."""

from pathlib import Path
from typing import Any

import msgspec

from portico.gateway.edge.calls import Batch, Call
from portico.gateway.edge.memory import MemoryClient
from portico.gateway.edge.outbox import Cursor
from portico.protocol.jsonrpc import Request
from tests.gateway.edge.rig import call, joined, receive, until


def request(text: str) -> Request:
    return msgspec.json.decode(text, type=Request)


def test_the_same_call_is_the_same_method_with_the_same_bytes() -> None:
    one = Call(request(call("a", "m", x=1)), "a", "c.1", [])
    assert one.is_same(request(call("a", "m", x=1)))
    assert not one.is_same(request(call("a", "m", x=2)))
    assert not one.is_same(request(call("a", "n", x=1)))


def test_a_batch_answers_when_the_last_answer_is_there() -> None:
    sent: list[tuple[bytes | None, list[Cursor]]] = []
    batch = Batch(lambda answer, follows: sent.append((answer, follows)), 3)
    batch.sink(2)(b"3", [])
    batch.sink(0)(b"1", [])
    assert sent == []
    batch.sink(1)(None, [])
    assert sent == [(b"[1,3]", [])]


def test_a_batch_without_answers_answers_nothing() -> None:
    sent: list[bytes | None] = []
    batch = Batch(lambda answer, follows: sent.append(answer), 1)
    batch.sink(0)(None, [])
    assert sent == [None]


async def deltas(client: MemoryClient, count: int) -> list[tuple[str, int]]:
    frames = [await receive(client) for _ in range(count)]
    return [(frame["params"]["delta"], frame["params"]["version"]) for frame in frames]


async def test_frames_follow_the_answer_that_subscribed(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await gateway.publish("before")
        await client.send_text(call("a", "test/follow", text="held"))
        await until(lambda: gateway.methods.started == ["held"])
        await gateway.publish("one", "two")
        gateway.methods.gates["held"].set()
        assert (await receive(client))["result"] == {"text": "1"}
        assert await deltas(client, 2) == [("one", 2), ("two", 3)]
        await gateway.publish("three")
        assert await deltas(client, 1) == [("three", 4)]


async def test_in_a_batch_frames_follow_the_array(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await client.send_text(f"[{call('a', 'test/follow', text='at 0')},{call('b', 'test/hold', text='held')}]")
        await until(lambda: set(gateway.methods.started) == {"at 0", "held"})
        await gateway.publish("one")
        for gate in gateway.methods.gates.values():
            gate.set()
        assert [answer["id"] for answer in await receive(client)] == ["a", "b"]
        assert await deltas(client, 1) == [("one", 1)]


async def test_a_subscription_that_exists_keeps_its_cursor(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await gateway.publish("one", "two")
        await client.send_text(call("a", "test/follow", count=2))
        await receive(client)
        assert await deltas(client, 1) == [("two", 2)]
        await client.send_text(call("b", "test/follow", count=1))
        assert (await receive(client))["id"] == "b"
        await gateway.publish("three")
        assert await deltas(client, 1) == [("three", 3)]


async def test_a_refused_call_subscribes_to_nothing(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await client.send_text(call("a", "test/follow", text=5))
        await receive(client)
        await gateway.publish("unseen")
        await client.send_text(call("b", "test/echo"))
        assert (await receive(client))["id"] == "b"


async def test_unsubscribing_says_whether_there_was_a_subscription(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        answers: list[Any] = []
        for method in ("test/forget", "test/follow", "test/forget", "test/forget"):
            await client.send_text(call(1, method))
            answers.append((await receive(client))["result"]["text"])
        assert answers == ["False", "0", "True", "False"]
        await gateway.publish("unseen")
        await client.send_text(call("b", "test/echo"))
        assert (await receive(client))["id"] == "b"


async def test_selecting_a_workspace_follows_it_instead_of_the_one_before(tmp_path: Path) -> None:
    async with joined(tmp_path) as (gateway, client):
        await gateway.announce("w1")
        for text, said in (("w1", "None to w1"), ("w1", "w1 to w1"), ("w2", "w1 to w2")):
            await client.send_text(call(1, "test/select", text=text))
            assert (await receive(client))["result"] == {"text": said}
            await gateway.announce(text)
            assert (await receive(client))["params"]["workspace_id"] == text
        await gateway.announce("w1")
        await gateway.announce("w2")
        assert (await receive(client))["params"]["workspace_id"] == "w2"
