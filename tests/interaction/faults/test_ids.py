"""Ids that are used again: with the same content the same answer, with other content a conflict; and folder cycles."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.kit.gateways import Peer, encoded, gateway

WORKSPACE = "w-1"


def info(id: str, **params: Any) -> str:  # noqa: A002
    return encoded({"jsonrpc": "2.0", "id": id, "method": "thread/get", "params": params})


async def conflict(peer: Peer, method: str, **params: Any) -> str:
    error = await peer.refused(method, **params)
    assert (error["code"], error["data"]["kind"]) == (-32600, "conflict"), error
    return error["data"]["code"]


@pytest.mark.promise("faults.ids")
async def test_a_request_id_that_is_in_flight(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.socket() as peer:
        await peer.thread("t1")
        await peer.thread("t2")
        await peer.first(lambda frame: frame.get("method") == "thread/started" and "t2" in str(frame))
        place = len(peer.frames)
        batch = [info("same", thread_id="t1"), info("same", thread_id="t1"), info("same", thread_id="t2")]
        await peer.send_text(f"[{','.join(batch)}]")
        await peer.arrived(place + 1)
        answers: Any = peer.frames[place]
        first, second, third = answers
        assert first == second
        assert first["result"]["thread"]["id"] == "t1"
        assert (third["error"]["code"], third["error"]["data"]["path"]) == (-32600, "$.id")
        again = await peer.exchange(info("same", thread_id="t2"))
        assert again["result"]["thread"]["id"] == "t2"


@pytest.mark.promise("faults.ids")
async def test_a_workspace_id(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        wish = {"workspace_id": WORKSPACE, "name": "One", "root": str(site.root)}
        first = await peer.call("workspace/create", **wish)
        assert await peer.call("workspace/create", **wish) == first
        await conflict(peer, "workspace/create", **wish | {"name": "Two"})
        listed = await peer.call("workspace/list")
        assert [w["id"] for w in listed["workspaces"]].count(WORKSPACE) == 1


@pytest.mark.promise("faults.ids")
async def test_a_thread_id(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.call("workspace/create", workspace_id=WORKSPACE)
        wish = {"thread_id": "t1", "workspace_id": WORKSPACE, "name": "Plan", "mode": "Chat"}
        first = await peer.call("thread/start", **wish)
        again = await peer.call("thread/start", **wish)
        assert (again["thread"], again["sandbox"]) == (first["thread"], first["sandbox"])
        await conflict(peer, "thread/start", **wish | {"mode": "Agent"})
        default = (await peer.call("workspace/default"))["workspace"]["id"]
        await conflict(peer, "thread/start", **wish | {"workspace_id": default})
        assert (await peer.call("thread/get", thread_id="t1"))["thread"] == first["thread"]
        assert len(await peer.history()) == 1


@pytest.mark.promise("faults.ids")
async def test_a_thread_id_that_was_deleted_is_not_used_again(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.call("workspace/create", workspace_id=WORKSPACE)
        ids = {"workspace_id": WORKSPACE, "thread_id": "t1"}
        await peer.call("thread/start", **ids)
        assert await peer.call("thread/delete", **ids) == {"deleted": True}
        assert await peer.call("thread/delete", **ids) == {"deleted": False}
        await conflict(peer, "thread/start", **ids)


@pytest.mark.promise("faults.ids")
async def test_a_turn_id_while_it_runs_and_after(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        gate = anyio.Event()
        site.vendor.script("hello", site.vendor.says("a", gate, "b"))
        first = await peer.start("u1", "hello")
        again = await peer.start("u1", "hello")
        assert again["turn"]["id"] == first["turn"]["id"]
        assert await conflict(peer, "turn/start", **turn("u1", "other")) == "turn_exists"
        assert await conflict(peer, "turn/start", **turn("u2", "hello")) == "turn_already_running"
        gate.set()
        ended = await peer.ended("u1")
        assert (await peer.start("u1", "hello"))["turn"] == ended
        assert await conflict(peer, "turn/start", **turn("u1", "other")) == "turn_exists"
        assert len(site.vendor.asked) == 1
        assert [event["payload"]["type"] for event in await peer.history()].count("turnStarted") == 1


def turn(turn_id: str, text: str) -> dict[str, Any]:
    return {"thread_id": "t1", "turn_id": turn_id, "input": [{"type": "text", "text": text}]}


@pytest.mark.promise("faults.ids")
async def test_a_steer_id(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        gate = anyio.Event()
        site.vendor.script("hello", site.vendor.says("a", gate, "b"))
        await peer.start("u1", "hello")
        steer = {"thread_id": "t1", "expected_turn_id": "u1", "steer_id": "s1"}
        said = steer | {"input": [{"type": "text", "text": "more"}]}
        assert await peer.call("turn/steer", **said) == await peer.call("turn/steer", **said)
        gate.set()
        await peer.ended("u1")
        assert await peer.call("turn/steer", **said) == {"turn_id": "u1", "steer_id": "s1"}
        await conflict(peer, "turn/steer", **said | {"input": [{"type": "text", "text": "other"}]})
        await conflict(peer, "turn/steer", **said | {"steer_id": "s2"})
        assert [item["text"] for item in peer.items("u1", "userMessage")] == ["hello", "more"]


@pytest.mark.promise("faults.cycles")
async def test_folders_make_no_cycle(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer, site.peer() as other:
        place = {"workspace_id": WORKSPACE}
        await peer.call("workspace/create", **place)
        for folder, parent in (("a", None), ("b", "a"), ("c", "b"), ("x", None), ("y", None)):
            wish = place | {"folder_id": folder, "name": folder}
            await peer.call("thread/folder/create", **wish, **({"parent_folder_id": parent} if parent else {}))
        for folder, into in (("a", "a"), ("a", "b"), ("a", "c"), ("b", "c")):
            refusal = await conflict(peer, "thread/folder/move", **place, folder_id=folder, parent_folder_id=into)
            assert refusal == "folder_cycle"
        frames: list[bool] = []

        async def move(client: Peer, folder: str, into: str) -> None:
            id_ = await client.send("thread/folder/move", **place, folder_id=folder, parent_folder_id=into)
            frames.append("error" in await client.answer(id_))

        async with anyio.create_task_group() as group:
            group.start_soon(move, peer, "x", "y")
            group.start_soon(move, other, "y", "x")
        assert sorted(frames) == [False, True]
        tree = await peer.call("thread/tree", **place)
        parents = {folder["id"]: folder.get("parent_folder_id") for folder in tree["folders"]}
        assert {"a": parents["a"], "b": parents["b"], "c": parents["c"]} == {"a": None, "b": "a", "c": "b"}
        assert sorted(parents[name] is None for name in "xy") == [False, True]
