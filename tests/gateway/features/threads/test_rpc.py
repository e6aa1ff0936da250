"""The routes of threads are those of the protocol."""

from pathlib import Path

from portico.gateway.features.threads import ThreadService, routes
from portico.gateway.log.writer import LogWriter
from portico.protocol.methods import thread
from tests.gateway.features.threads.desk import FakeWorkspaces
from tests.kit import FakeClock, FakeIds
from tests.kit.stores import sqlite_store


async def test_every_method_of_threads_has_one_route(tmp_path: Path) -> None:
    async with sqlite_store(tmp_path) as store:
        log = LogWriter(store, [], FakeClock(), "e")
        table = routes(ThreadService(log, FakeClock(), FakeIds(), FakeWorkspaces(tmp_path)))
    assert [route.method for route in table] == list(thread.ALL)
    assert len({route.handler for route in table}) == len(table)
