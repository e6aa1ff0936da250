"""The sender: answers first, cursors from ring or log, nothing lost for a slow peer, nothing kept for many."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec
import pytest

from portico.gateway.edge.outbox import ANSWERS_BYTES, CHUNK_BYTES, Cursor, Outbox
from portico.gateway.edge.ports import Frame, TransportLost
from portico.gateway.log import Batch
from portico.gateway.log.feed import RING_FRAMES
from portico.gateway.log.writer import LogWriter
from tests.gateway.edge.rig import delta, until
from tests.kit.logs import sqlite_log

S = "thread:t"


class GatedTransport:
    """Takes what it is sent while its gate is open."""

    def __init__(self) -> None:
        self.sent: list[Sequence[Frame]] = []
        self.gate = anyio.Event()
        self.gate.set()
        self.farewell: tuple[int, str] | None = None
        self.is_lost = False

    @property
    def frames(self) -> list[Frame]:
        return [frame for frames in self.sent for frame in frames]

    @property
    def versions(self) -> list[int]:
        return [msgspec.json.decode(frame)["params"]["version"] for frame in self.frames]

    def block(self) -> None:
        self.gate = anyio.Event()

    async def receive(self) -> bytes | None:
        return None

    async def send(self, frames: Sequence[Frame]) -> None:
        await self.gate.wait()
        if self.is_lost:
            raise TransportLost
        self.sent.append(list(frames))

    def taken(self) -> int | None:
        return None

    async def close(self, code: int, reason: str) -> None:
        self.farewell = (code, reason)

    def abort(self) -> None:
        self.is_lost = True


async def publish(log: LogWriter, *texts: str, stream: str = S) -> None:
    for text in texts[:-1]:
        log.post(delta(stream, text))
    await log.write(delta(stream, texts[-1]))


async def cursor(outbox: Outbox, log: LogWriter, version: int = 0, stream: str = S) -> Cursor:
    made = Cursor(outbox, stream, version)
    await made.open(log)
    return made


@asynccontextmanager
async def sending(folder: Path) -> AsyncGenerator[tuple[LogWriter, GatedTransport, Outbox]]:
    transport = GatedTransport()
    outbox = Outbox(transport)
    with anyio.fail_after(5):
        async with sqlite_log(folder) as log, anyio.create_task_group() as group:
            group.start_soon(outbox.run)
            yield log, transport, outbox
            group.cancel_scope.cancel()


async def test_answers_go_before_frames_in_one_send(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        follow = await cursor(outbox, log)
        await publish(log, "one")
        outbox.answer(b"first")
        outbox.follow(follow)
        await until(lambda: len(transport.frames) == 2)
        assert [len(frames) for frames in transport.sent] == [2]
        assert transport.frames[0] == b"first"
        assert isinstance(transport.frames[1], str)


async def test_all_watchers_send_one_and_the_same_string(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        other_transport = GatedTransport()
        other = Outbox(other_transport)
        outbox.follow(await cursor(outbox, log))
        other.follow(await cursor(other, log))
        async with anyio.create_task_group() as group:
            group.start_soon(other.run)
            await publish(log, "one")
            await until(lambda: bool(transport.frames and other_transport.frames))
            group.cancel_scope.cancel()
        assert transport.frames[0] is other_transport.frames[0]


async def test_a_peer_four_rings_behind_gets_every_frame_once_and_in_order(tmp_path: Path) -> None:
    count = 4 * RING_FRAMES + 7
    async with sending(tmp_path) as (log, transport, outbox):
        outbox.follow(await cursor(outbox, log))
        transport.block()
        await publish(log, *("x" * 400 for _ in range(count)))
        await anyio.wait_all_tasks_blocked()
        assert transport.frames == []
        assert outbox.lag > 3 * RING_FRAMES
        transport.gate.set()
        await until(lambda: len(transport.frames) >= count)
        assert transport.versions == list(range(1, count + 1))
        assert max(sum(map(len, frames)) for frames in transport.sent) < 4 * CHUNK_BYTES
        assert outbox.lag == 0


async def test_an_answer_overtakes_the_streams_that_wait(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        outbox.follow(await cursor(outbox, log))
        transport.block()
        await publish(log, *("x" * 4_000 for _ in range(200)))
        await anyio.wait_all_tasks_blocked()
        outbox.answer(b"answer")
        transport.gate.set()
        await until(lambda: len(transport.frames) == 201)
        place = transport.frames.index(b"answer")
        assert place < 100


async def test_streams_take_turns(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        transport.block()
        outbox.answer(b"held")
        await anyio.wait_all_tasks_blocked()
        for stream in ("thread:a", "thread:b"):
            await publish(log, *("x" * 4_000 for _ in range(100)), stream=stream)
            outbox.follow(await cursor(outbox, log, stream=stream))
        transport.gate.set()
        await until(lambda: len(transport.frames) == 201)
        threads = [msgspec.json.decode(frames[0])["params"]["thread_id"] for frames in transport.sent[1:]]
        assert threads[:4] == ["a", "b", "a", "b"]


async def test_a_forgotten_stream_is_silent_and_its_watch_closed(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        outbox.follow(await cursor(outbox, log))
        assert outbox.follows(S)
        assert outbox.forget(S)
        assert not outbox.forget(S)
        await publish(log, "unheard")
        outbox.answer(b"after")
        await until(lambda: transport.frames == [b"after"])


async def test_a_stream_that_was_erased_leaves_the_cursor_at_its_head(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        await publish(log, "one", "two")
        follow = await cursor(outbox, log)
        await log.write(Batch(erase=(S,)))
        outbox.follow(follow)
        outbox.answer(b"after")
        await until(lambda: b"after" in transport.frames and outbox.lag == 0)
        assert transport.frames == [b"after"]


async def test_too_many_answers_that_wait_stop_the_reading(tmp_path: Path) -> None:
    async with sending(tmp_path) as (_, transport, outbox):
        await outbox.room()
        transport.block()
        outbox.answer(b"taken")
        await anyio.wait_all_tasks_blocked()
        outbox.answer(b"x" * (ANSWERS_BYTES + 1))
        with anyio.move_on_after(0) as waited:
            await outbox.room()
        assert waited.cancelled_caught
        transport.gate.set()
        await outbox.room()


async def test_finishing_sends_what_waits_and_leaves_when_allowed(tmp_path: Path) -> None:
    is_free: list[bool] = []
    async with sending(tmp_path) as (log, transport, outbox):
        outbox.follow(await cursor(outbox, log))
        await publish(log, "one")
        outbox.finish(1012, "bye", lambda: bool(is_free))
        await anyio.wait_all_tasks_blocked()
        assert (transport.versions, transport.farewell) == ([1], None)
        is_free.append(True)
        outbox.ring()
        await until(lambda: transport.farewell == (1012, "bye"))


async def test_cutting_sends_answers_and_no_frame_more(tmp_path: Path) -> None:
    async with sending(tmp_path) as (log, transport, outbox):
        follow = await cursor(outbox, log)
        outbox.follow(follow)
        await publish(log, "one")
        outbox.answer(b"last")
        outbox.cut(4403, "void")
        outbox.follow(await cursor(outbox, log))
        await until(lambda: transport.farewell is not None)
        assert transport.frames in ([b"last"], [transport.frames[0], b"last"])
        assert not outbox.follows(S)


async def test_a_lost_transport_ends_the_sender(tmp_path: Path) -> None:
    del tmp_path
    transport = GatedTransport()
    transport.abort()
    outbox = Outbox(transport)
    outbox.answer(b"x")
    with anyio.fail_after(5), pytest.raises(TransportLost):
        await outbox.run()
