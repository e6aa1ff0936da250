"""The log replayed into an empty store: the same rows, heads, fences and open turns."""

from pathlib import Path

import pytest

from portico.gateway.log import Append, Batch, Change, EventContext, Put, thread_stream, workspace_stream
from portico.gateway.log import rebuild as module
from portico.gateway.log.rebuild import rebuild
from portico.protocol.events import Event, ItemDelta, TurnCompleted, TurnStarted
from portico.protocol.types.turn import Turn, TurnStatus
from tests.kit import FakeClock
from tests.kit.logs import running_log
from tests.kit.stores import sqlite_store

T1, T2, W1 = thread_stream("t1"), thread_stream("t2"), workspace_stream("w1")
TABLES = ("stream", "event", "setting")


def trace(event: Event, where: EventContext) -> tuple[Change, ...]:
    """A projection that keeps all it was told."""
    told = f"{type(event).__name__} {where}".encode()
    return (Put("setting", {"name": f"{where.stream}:{where.version:04}"}, {"data": told}),)


def started(turn_id: str) -> TurnStarted:
    turn = Turn(id=turn_id, status=TurnStatus.IN_PROGRESS)
    return TurnStarted(workspace_id="w1", thread_id="t1", turn=turn, input=[])


def completed(turn_id: str) -> TurnCompleted:
    return TurnCompleted(turn=Turn(id=turn_id, status=TurnStatus.COMPLETED))


def delta(turn_id: str, text: str) -> Append:
    return Append(T1, ItemDelta(item_id="i", delta=text), turn_id=turn_id, flow=True, workspace_id="w1")


@pytest.mark.parametrize("page_rows", [1, 2, 512])
async def test_what_the_log_says_is_all_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page_rows: int
) -> None:
    monkeypatch.setattr(module, "PAGE_ROWS", page_rows)
    (tmp_path / "new").mkdir()
    async with sqlite_store(tmp_path) as store, sqlite_store(tmp_path / "new") as fresh:
        async with running_log(store, [], FakeClock()) as log:
            await log.write(Batch((Append(T1, started("a"), turn_id="a", opens=True, workspace_id="w1"),)))
            await log.write(Batch((delta("a", "x"),), fact=False))
            await log.write(Batch((Append(T1, completed("a"), turn_id="a", closes=True),)))
            await log.write(Batch((Append(T1, started("b"), turn_id="b", opens=True),)))
            await log.write(Batch((delta("b", "y"),), fact=False))
            gone = Append(T2, started("c"), turn_id="c", opens=True, workspace_id="w1")
            await log.write(Batch((gone,)))
            await log.write(Batch((Append(W1, completed("c"), workspace_id="w1"),), erase=(T2,)))
        assert await rebuild(store, [trace], fresh) == 6
        for table in ("stream", "event"):
            assert await fresh.read(f"select * from {table}") == await store.read(f"select * from {table}")
        told = [data.decode().split()[0] for (data,) in await fresh.read("select data from setting order by name")]
        assert told == ["TurnStarted", "ItemDelta", "TurnCompleted", "TurnStarted", "ItemDelta", "TurnCompleted"]


async def test_nothing_is_rebuilt_from_nothing(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    async with sqlite_store(tmp_path) as store, sqlite_store(tmp_path / "new") as fresh:
        assert await rebuild(store, [trace], fresh) == 0
        assert [await fresh.read(f"select * from {table}") for table in TABLES] == [[], [], []]
