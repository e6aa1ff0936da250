"""Cursors over HTTP: order without gaps, from the ring and from the log; ends; and where a stream resumes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.edge.follow import event_id, following, resume_after
from portico.gateway.edge.streams import Outlet, PeerGone
from portico.gateway.kernel.errors import NotFound
from portico.gateway.log import Batch, thread_stream
from portico.gateway.log.feed import RING_FRAMES
from portico.protocol.events import ItemDelta
from tests.gateway.edge.rig import Rig, rig
from tests.kit import FakeClock

T = thread_stream("t")


@asynccontextmanager
async def bounded(folder: Path) -> AsyncGenerator[Rig]:
    with anyio.fail_after(10):
        async with rig(folder) as gateway:
            yield gateway


def outlet() -> Outlet:
    async def send(message: dict[str, Any]) -> None:
        raise AssertionError("nothing is sent here")

    return Outlet(send, None, FakeClock())


async def taken(gateway: Rig, after: int, count: int) -> list[str]:
    """The next `count` texts behind a version, and nothing but them."""
    texts: list[str] = []
    async with following(gateway.log, T, outlet(), after) as follow:
        while len(texts) < count:
            for fact in await follow.next():
                assert isinstance(fact.event, ItemDelta)
                texts.append(fact.event.delta)
        assert follow.version == follow.head
    return texts


async def test_what_was_before_and_what_comes_follow_each_other(tmp_path: Path) -> None:
    texts = [str(number) for number in range(RING_FRAMES + 300)]
    async with bounded(tmp_path) as gateway:
        await gateway.publish("a", "b")
        async with following(gateway.log, T, outlet(), 1) as follow:
            assert [fact.version for fact in await follow.next()] == [2]
            # more than a ring holds, while nobody reads
            for text in texts:
                await gateway.publish(text)
            versions: list[int] = []
            while follow.version < follow.head:
                versions += [fact.version for fact in await follow.next()]
        assert versions == list(range(3, len(texts) + 3))
        assert await taken(gateway, 2, len(texts)) == texts


async def test_a_cursor_waits_for_news_and_ends_with_its_peer(tmp_path: Path) -> None:
    it = outlet()
    got: list[int] = []

    async def follow_on(gateway: Rig) -> None:
        async with following(gateway.log, T, it, 0) as follow:
            with pytest.raises(PeerGone):
                while True:
                    got.extend([fact.version for fact in await follow.next()])

    async with bounded(tmp_path) as gateway, anyio.create_task_group() as group:
        group.start_soon(follow_on, gateway)
        await anyio.wait_all_tasks_blocked()
        await gateway.publish("a", "b")
        await anyio.wait_all_tasks_blocked()
        it.lose()
    assert got == [1, 2]


@pytest.mark.parametrize("is_before", [True, False])
async def test_an_erased_stream_ends_also_when_it_was_before(tmp_path: Path, is_before: bool) -> None:
    async with bounded(tmp_path) as gateway:
        await gateway.publish("a", "b")
        if is_before:
            await gateway.log.write(Batch(erase=(T,)))
        async with following(gateway.log, T, outlet(), 1) as follow:
            if not is_before:
                await gateway.log.write(Batch(erase=(T,)))
            with pytest.raises(NotFound) as ended:
                await follow.next()
    assert ended.value.code == "thread_deleted"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("e1:0", 0),
        ("e1:7", 7),
        ("e1:9", 9),
        ("e1:10", None),
        ("e2:7", None),
        ("7", None),
        (":7", None),
        ("e1:", None),
        ("e1:-1", None),
        ("e1:+1", None),
        ("e1: 1", None),
        ("e1:1.0", None),
        ("e1:٣", None),
        ("e1:" + "1" * 5_000, None),
        ("", None),
    ],
)
def test_where_a_stream_resumes(told: str, expected: int | None) -> None:
    assert resume_after("e1", 9, told) == expected


def test_an_id_is_read_back() -> None:
    assert resume_after("a:b", 9, event_id("a:b", 3)) == 3
