"""Frames: calls at work side by side, answers under their ids, events pushed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.boundary import Session
from portico.boundary.session import HEAVY_BYTES, MAX_AT_WORK
from tests.boundary.shells import Shell, shell
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway


async def no_wait(_: float) -> None:
    await anyio.lowlevel.checkpoint()


class Wire:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self._came = anyio.Event()

    async def send(self, frame: bytes) -> None:
        assert b"\n" not in frame
        self.frames.append(msgspec.json.decode(frame))
        came, self._came = self._came, anyio.Event()
        came.set()

    async def came(self) -> None:
        """Wait for the next frame."""
        await self._came.wait()

    async def answer(self, id_: Any) -> Any:
        with anyio.fail_after(5):
            while not (found := [frame for frame in self.frames if "id" in frame and frame["id"] == id_]):
                await self._came.wait()
            return found[0]

    def events(self) -> list[Any]:
        """What was pushed."""
        return [event for frame in self.frames for event in frame.get("events", [])]


@asynccontextmanager
async def talking(folder: Path) -> AsyncGenerator[tuple[Session, Wire, Shell]]:
    wire = Wire()
    async with (
        gateway(folder, rehearsing()) as site,
        shell(site) as one,
        Session(one.boundary, wire.send, sleep=no_wait).running() as session,
    ):
        yield session, wire, one


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"id":1}',
        b'{"id":null,"method":"version"}',
        b'{"id":1.5,"method":"version"}',
        b"\xff",
    ],
)
async def test_what_is_no_frame_is_answered(tmp_path: Path, frame: bytes) -> None:
    wire = Wire()
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        async with Session(one.boundary, wire.send).running(grace=5) as session:
            await session.take(frame)
            await session.take(b'{"id":"after","method":"version"}')
        (first, second) = wire.frames
        assert (first["id"], first["status"], first["kind"]) == (None, "error", "invalid")
        assert (second["id"], second["status"]) == ("after", "ok")


async def test_a_call_that_waits_keeps_no_other_from_its_answer(tmp_path: Path) -> None:
    async with talking(tmp_path) as (session, wire, _):
        await session.take(b'{"id":1,"method":"gateway_next_events","params":{"wait_ms":60000}}')
        await session.take(b'{"id":2,"method":"version"}')
        assert (await wire.answer(2))["value"]["boundary"] == 1
        await session.take(b'{"id":3,"method":"gateway_connect"}')
        assert (await wire.answer(1))["value"]["events"][0]["event"] == "connection"


async def test_a_shell_that_asks_for_too_much_is_not_read(tmp_path: Path) -> None:
    async with talking(tmp_path) as (session, _, _):
        for id_ in range(MAX_AT_WORK):
            await session.take(b'{"id":%d,"method":"gateway_next_events","params":{"wait_ms":60000}}' % id_)
        with anyio.move_on_after(0.01) as limit:
            await session.take(b'{"id":99,"method":"version"}')
        assert limit.cancelled_caught


async def test_events_are_pushed(tmp_path: Path) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("gateway_connect", {}),
        ("workspace_bootstrap", {}),
        ("thread_create", {"thread_id": "t"}),
        ("active_thread_open", {"thread_id": "t"}),
        ("composer_send", {"thread_id": "t", "text": "/say pushed"}),
    ]
    async with talking(tmp_path) as (session, wire, one), anyio.create_task_group() as group:
        group.start_soon(session.push)
        for place, (method, params) in enumerate(calls):
            await session.take(msgspec.json.encode({"id": place, "method": method, "params": params}))
            assert (await wire.answer(place))["status"] == "ok"
        with anyio.fail_after(5):
            while "pushed" not in shown(one, wire):
                await wire.came()
        group.cancel_scope.cancel()


def shown(one: Shell, wire: Wire) -> list[str]:
    """What the assistant said, out of all that was pushed."""
    one.rows.clear()
    for event in wire.events():
        one.take(event)
    return one.texts("t", "assistant")


async def test_only_drafts_are_large_and_each_is_answered_before_more_is_read(tmp_path: Path) -> None:
    async with talking(tmp_path) as (session, wire, _):
        for method in ("version", "gateway_next_events"):
            spaces = b" " * HEAVY_BYTES
            await session.take(b'{"id":"%s","method":"%s","params":{%s}}' % (method.encode(), method.encode(), spaces))
            answer = wire.frames.pop()
            assert (answer["id"], answer["kind"]) == (method, "invalid")
            assert "bytes" in answer["message"]
        draft = msgspec.json.encode({"thread_id": "t", "text": "x" * HEAVY_BYTES})
        await session.take(b'{"id":7,"method":"composer_plan","params":' + draft + b"}")
        assert [frame["code"] for frame in wire.frames if frame.get("id") == 7] == ["thread_not_open"]
