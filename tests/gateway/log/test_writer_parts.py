"""The writer on a store that shares a part with a disk which fails: the rest is written all the same."""

from pathlib import Path

import anyio
import pytest

from portico.gateway.kernel.errors import Conflict, GatewayError, Unavailable
from portico.gateway.log import Batch, Put
from portico.gateway.log.writer import LogWriter
from portico.gateway.store.mirror import open_mirrored
from portico.gateway.store.sqlite_files import Database
from tests.gateway.log.test_writer import S, delta, fact, opening, stored
from tests.kit import FakeClock
from tests.kit.logs import running_log
from tests.kit.stores import SHARED


def setting(name: str) -> Batch:
    return Batch(records=(Put("setting", {"name": name}, {"data": b"1"}),))


async def test_a_part_that_cannot_be_kept_is_refused_alone(tmp_path: Path) -> None:
    connections: list[Database] = []
    lost: list[GatewayError] = []
    refused: list[Unavailable] = []
    async with (
        open_mirrored(tmp_path / "gateway.db", SHARED, clock=FakeClock(), on_connect=connections.append) as store,
        running_log(store) as log,
    ):
        log.watch_run(S, (await log.write(opening())).fences[S], lost.append)
        await log.write(setting("before"))
        connections[0].execute("pragma query_only=on").fetchall()
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(_refused, log, setting("lost"), refused)
                group.start_soon(log.write, fact("workspace:w"))
                log.post(delta("a"))
            log.post(delta("b"))
            await log.flush()
        assert [error.details["reason"] for error in refused] == ["read_only"]
        assert (lost, log.problems()) == ([], [])
        assert "".join(text for _, _, text in await stored(log)) == "ab"
        assert len(await stored(log, "workspace:w")) == 1
        with pytest.raises(Unavailable):
            await log.write(setting("alone"))
        assert log.problems() != []
        connections[0].execute("pragma query_only=off").fetchall()
        await log.write(setting("after"))
        assert await log.read("select name from setting order by name") == [("after",), ("before",)]


async def test_beside_a_change_that_contradicts_the_others_are_written_too(tmp_path: Path) -> None:
    connections: list[Database] = []
    refused: list[Unavailable] = []
    async with (
        open_mirrored(tmp_path / "gateway.db", SHARED, clock=FakeClock(), on_connect=connections.append) as store,
        running_log(store) as log,
    ):
        await log.write(setting("before"))
        connections[0].execute("pragma query_only=on").fetchall()
        bad = Batch(records=(Put("workspace", {"id": "w"}, {"name": None}),))
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                group.start_soon(_contradicts, log, bad)
                group.start_soon(_refused, log, setting("lost"), refused)
                group.start_soon(log.write, fact("workspace:w"))
        assert len(refused) == 1
        assert len(await stored(log, "workspace:w")) == 1
        assert log.problems() == []


async def _contradicts(log: LogWriter, batch: Batch) -> None:
    with pytest.raises(Conflict):
        await log.write(batch)


async def _refused(log: LogWriter, batch: Batch, refused: list[Unavailable]) -> None:
    with pytest.raises(Unavailable) as refusal:
        await log.write(batch)
    refused.append(refusal.value)
