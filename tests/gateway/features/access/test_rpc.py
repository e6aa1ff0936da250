"""Each token method has its route."""

from pathlib import Path

import anyio

from portico.gateway.features.access import PROCESS, AccessOptions, AccessPorts, AccessService, routes
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.rpc import CallContext, Dispatcher
from tests.gateway.features.access.ports import HomeInMemory, KeyInMemory
from tests.kit import FakeClock, FakeIds
from tests.kit.logs import sqlite_log


async def test_token_methods_are_bound(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with sqlite_log(tmp_path) as log:
            ports = AccessPorts(KeyInMemory(), HomeInMemory())
            access = AccessService(log, FakeClock(), FakeIds(), AccessOptions(), ports)
            await access.load()
            table = {route.method.name: route for route in routes(access)}
            assert set(table) == {"token/issue", "token/list", "token/revoke", "token/rotate"}
            dispatcher, ctx = Dispatcher(table, Lanes(), FakeIds()), CallContext(PROCESS)
            await dispatcher.call_named(ctx, "token/issue", b'{"name":"x"}')
            assert b'"name":"x"' in await dispatcher.call_named(ctx, "token/list", b"{}")
            assert b'"secret":"home-token-2"' in await dispatcher.call_named(ctx, "token/rotate", b"{}")
