"""Rows of the two tables come back as they were put."""

from dataclasses import replace
from pathlib import Path

import anyio

from portico.gateway.features.access import store
from portico.gateway.features.access.rules import TokenRow
from portico.gateway.log import Batch, Change
from portico.gateway.log.writer import LogWriter
from portico.protocol.base import Scope
from tests.kit.logs import sqlite_log

ROW = TokenRow("t1", "laptop", (Scope.READ, Scope.ADMIN), 10, 20, None, None)
LONG = TokenRow("t0", "for ever", (Scope.CHAT,), 11)


async def apply(log: LogWriter, *changes: Change) -> None:
    await log.write(Batch(records=changes))


async def test_tokens(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with sqlite_log(tmp_path) as log:
            access = store.AccessStore(log)
            await apply(log, store.put_token(LONG), store.put_token(ROW))
            assert await access.tokens() == [ROW, LONG]
            await apply(log, store.use_token("t1", 15), store.revoke_token("t1", 16), store.drop_token("t0"))
            assert await access.tokens() == [replace(ROW, last_used_at=15, revoked_at=16)]


async def test_using_a_token_that_went_makes_no_row(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with sqlite_log(tmp_path) as log:
            await apply(log, store.use_token("gone", 15), store.use_session("gone", 15))
            assert await store.AccessStore(log).tokens() == []
            assert await store.AccessStore(log).sessions() == []


async def test_sessions(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with sqlite_log(tmp_path) as log:
            access = store.AccessStore(log)
            await apply(log, store.put_session("a", 10, "t1"), store.put_session("b", 11, None))
            await apply(log, store.use_session("a", 12), store.drop_session("b"))
            assert await access.sessions() == [("a", 12, "t1")]
