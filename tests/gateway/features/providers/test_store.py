"""The tables of providers, written and read back."""

from pathlib import Path

import pytest

from portico.gateway.features.providers.rules.listing import normalise
from portico.gateway.features.providers.store import ProviderStore, StoredList, config_change, list_change
from portico.gateway.log import Batch, Patch
from tests.kit.logs import sqlite_log

PLACE = ("w", "openai")


async def test_configurations(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path) as log:
        store = ProviderStore(log)
        changes = (
            config_change(PLACE, "https://a", None),
            config_change(("w", "groq"), None, "http://proxy:1"),
            config_change(("v", "openai"), "https://b", "http://proxy:1"),
        )
        await log.write(Batch(records=changes))
        assert await store.base_urls() == {PLACE: "https://a", ("v", "openai"): "https://b"}
        await log.write(Batch(records=(config_change(PLACE, None, None),)))
        assert await store.base_urls() == {("v", "openai"): "https://b"}


async def test_lists(tmp_path: Path) -> None:
    stored = StoredList("print", normalise("openai", [{"id": "gpt-5.5", "active": True}, {"id": "b"}]), 7)
    async with sqlite_log(tmp_path) as log:
        store = ProviderStore(log)
        assert await store.model_list(PLACE) is None
        await log.write(Batch(records=(list_change(PLACE, stored),)))
        assert await store.model_list(PLACE) == stored
        assert await store.model_list(("v", "openai")) is None


@pytest.mark.parametrize("data", [b"{", b"\xff", b'[{"id":1}]', b"[" * 100_000])
async def test_a_damaged_list_is_fetched_again(tmp_path: Path, data: bytes) -> None:
    async with sqlite_log(tmp_path) as log:
        damaged = Patch("model_list", {"workspace_id": "w", "provider": "openai"}, {"data": data})
        await log.write(Batch(records=(list_change(PLACE, StoredList("print", [], 7)), damaged)))
        assert await ProviderStore(log).model_list(PLACE) is None
