"""Rows of usage on every store: pages, bounds and sums are the same."""

from pathlib import Path

import anyio
import pytest

from portico.gateway.features.providers.store import ProviderStore, usage_change
from portico.gateway.log import Batch
from portico.gateway.log.writer import LogWriter
from portico.protocol.base import SAFE_INT
from portico.protocol.types.usage import UsageRow
from tests.kit import FakeClock
from tests.kit.stores import STORES, any_store

LAST = (SAFE_INT, "\U0010ffff")


def row(id_: str, at: int, principal: str = "p", tokens: int = 1) -> UsageRow:
    return UsageRow(
        id=id_,
        at=at,
        principal=principal,
        provider="openai",
        model="m/ä",
        face="chat_completions",
        input_tokens=tokens,
        output_tokens=tokens,
        cached_input_tokens=0,
        reasoning_tokens=0,
        status="completed",
        duration_ms=5,
    )


@pytest.mark.parametrize("engine", STORES)
async def test_rows_are_read_back_in_pages_and_summed_up(engine: str, tmp_path: Path) -> None:
    written = [row("a", 1), row("B", 2), row("b", 2, "q"), row("c", 2), row("d", 3, tokens=SAFE_INT // 4)]
    async with any_store(engine, tmp_path) as opened, anyio.create_task_group() as group:
        log = LogWriter(opened, (), FakeClock(), "epoch")
        group.start_soon(log.run)
        store = ProviderStore(log)
        assert await store.usage(0, LAST, 9) == []
        assert await store.spent("p", 0) == 0
        await log.write(Batch(records=tuple(map(usage_change, written)), fact=False))
        assert await store.usage(0, LAST, 9) == list(reversed(written))
        assert [found.id for found in await store.usage(2, LAST, 2)] == ["d", "c"]
        assert [found.id for found in await store.usage(2, (2, "c"), 9)] == ["b", "B"]
        assert await store.usage(4, LAST, 9) == []
        assert await store.spent("p", 1) == 4 + SAFE_INT // 4 * 2
        assert await store.spent("q", 1) == 2
        assert await store.spent("q", 2) == 0
        group.cancel_scope.cancel()
