"""Rows of usage: written, paged through, summed up; no content in them."""

from pathlib import Path
from typing import Any

import pytest

from portico.gateway.agent.model import UsageReport
from portico.gateway.features.providers import UsageMeter, Used
from portico.gateway.features.providers.service.usage import DAY_SECONDS
from portico.gateway.kernel.errors import Unavailable
from portico.gateway.log import Batch, Written
from portico.gateway.log.writer import LogWriter
from portico.protocol.methods.usage import UsageListParams
from portico.protocol.types.usage import UsageRow
from tests.kit.calls import caller
from tests.kit.providers import ProviderHome, ProviderWorld


def used(principal: str = "me", **changes: Any) -> Used:
    given: dict[str, Any] = {
        "principal": principal,
        "provider": "openai",
        "model": "m",
        "face": "chat_completions",
        "status": "completed",
        "duration_ms": 12,
        "usage": UsageReport(3, 4, 1, 2),
    }
    return Used(**given | changes)


async def listed(home: ProviderHome, **params: Any) -> tuple[list[str], str | None]:
    answer = await home.providers.usage.list(caller(), UsageListParams(**params))
    return [row.model for row in answer.items], answer.next_cursor


async def test_a_row_tells_the_call(tmp_path: Path) -> None:
    world = ProviderWorld(tmp_path)
    async with world.start() as home:
        await home.providers.usage.record(used())
        await home.providers.usage.record(used(status="cancelled", usage=None, face="responses"))
    async with world.start() as home:
        rows = (await home.providers.usage.list(caller(), UsageListParams())).items
        second, first = sorted(rows, key=lambda row: row.input_tokens)
        assert first == UsageRow(
            id=first.id,
            at=home.clock.now(),
            principal="me",
            provider="openai",
            model="m",
            face="chat_completions",
            input_tokens=3,
            output_tokens=4,
            cached_input_tokens=1,
            reasoning_tokens=2,
            status="completed",
            duration_ms=12,
        )
        assert (second.status, second.input_tokens, second.output_tokens, second.face) == (
            "cancelled",
            0,
            0,
            "responses",
        )


@pytest.mark.promise("usage.rows")
async def test_pages_go_from_the_newest_to_the_oldest_and_leave_none_out(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        for number in range(7):
            await home.providers.usage.record(used(model=str(number)))
            home.clock.advance(number % 2)
        seen, cursor = list[str](), None
        while True:
            page, cursor = await listed(home, limit=3, cursor=cursor)
            seen += page
            if cursor is None:
                break
            await home.providers.usage.record(used(model="newer"))
        assert sorted(seen) == [str(number) for number in range(7)]
        assert seen[0] in {"5", "6"}
        assert seen[-1] in {"0", "1"}


async def test_since_leaves_older_rows_out(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        await home.providers.usage.record(used(model="old"))
        home.clock.advance(10)
        await home.providers.usage.record(used(model="new"))
        assert await listed(home, since=home.clock.now()) == (["new"], None)
        assert await listed(home, since=home.clock.now() + 1) == ([], None)


async def test_the_cap_counts_the_last_day_of_one_credential(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path, cap=10).start() as home:
        usage = home.providers.usage
        await usage.check("me")
        await usage.record(used())
        await usage.check("me")
        home.clock.advance(100)
        await usage.record(used())
        with pytest.raises(Unavailable) as refused:
            await usage.check("me")
        assert refused.value.code == "spend_cap_reached"
        await usage.check("another")
        home.clock.advance(DAY_SECONDS - 100)
        await usage.check("me")


async def test_without_a_cap_nothing_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(self: LogWriter, sql: str, args: object = ()) -> None:
        raise AssertionError(sql)

    async with ProviderWorld(tmp_path).start() as home:
        monkeypatch.setattr(LogWriter, "read", read)
        await home.providers.usage.check("me")


async def test_a_row_that_is_refused_is_told_to_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def full(self: LogWriter, batch: Batch) -> Written:
        raise Unavailable("the disk is full", code="disk_full")

    async with ProviderWorld(tmp_path).start() as home:
        with monkeypatch.context() as patched:
            patched.setattr(LogWriter, "write", full)
            await UsageMeter(home.needs).record(used())
        assert await listed(home) == ([], None)
    assert "usage was not recorded" in caplog.text
