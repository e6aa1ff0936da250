"""The list of models: what can be named, without waiting for any vendor."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from portico.gateway.edge.face import Face
from portico.gateway.edge.openai.models import ModelRoutes
from portico.gateway.edge.request import Request
from portico.gateway.features import workspaces
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.errors import NotFound
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.rpc import Dispatcher
from portico.protocol.base import NoParams
from tests.kit import FakeIds
from tests.kit.calls import caller
from tests.kit.providers import FakeLists, ProviderHome, ProviderWorld

LISTED: list[Any] = [
    {"id": "gpt-5.5", "created": 7, "owned_by": "openai-inc"},
    {"id": "a/b", "owned_by": "x"},
    {"id": "text-embedding-3"},
    {"id": "gone", "active": False},
]


@asynccontextmanager
async def routes(
    folder: Path, lists: FakeLists | None = None, **environment: str
) -> AsyncGenerator[tuple[ModelRoutes, ProviderHome]]:
    with anyio.fail_after(5):
        async with ProviderWorld(folder, lists or FakeLists(openai=LISTED), environment).start() as home:
            await home.needs.workspaces.default(caller(), NoParams())
            table = {route.method.name: route for route in workspaces.routes(home.needs.workspaces)}
            face = Face(Dispatcher(table, Lanes(), FakeIds()), home.log, home.clock, FakeIds())
            yield ModelRoutes(face, home.providers), home


async def listed(it: ModelRoutes) -> dict[str, Any]:
    answer = await it.list(request(), PROCESS)
    body = msgspec.json.decode(answer.body)
    assert (answer.status, body["object"]) == (200, "list")
    return {model["id"]: model for model in body["data"]}


def request(name: str = "") -> Request:
    made = Request({"headers": [], "path": "/v1/models", "type": "http", "scheme": "http"}, _nothing)
    made.params = {"id": name}
    return made


async def refreshed(home: ProviderHome) -> None:
    """Wait until no list is being fetched."""
    await home.providers.refresher.ask("last", _done).wait()
    await anyio.wait_all_tasks_blocked()


async def test_the_list_has_the_gateway_its_workspaces_and_usable_providers(tmp_path: Path) -> None:
    async with routes(tmp_path, OPENAI_API_KEY="sk-1") as (it, home):
        await listed(it)
        await refreshed(home)
        found = await listed(it)
        created = home.clock.now()
        workspace_ids = [known.id for known in (await home.needs.workspaces.list(caller(), NoParams())).workspaces]
        assert list(found)[0] == "portico"
        assert {f"portico/{id_}" for id_ in workspace_ids} <= found.keys()
        assert found["openai/gpt-5.5"] == {
            "id": "openai/gpt-5.5",
            "object": "model",
            "created": 7,
            "owned_by": "openai-inc",
        }
        assert found["portico/w"] == {"id": "portico/w", "object": "model", "created": created, "owned_by": "portico"}
        assert {"openai/a/b", "rehearsal/rehearsal"} <= found.keys()
        assert not {"openai/text-embedding-3", "openai/gone"} & found.keys()
        assert not [name for name in found if name.startswith("groq/")]


async def test_no_vendor_is_waited_for(tmp_path: Path) -> None:
    lists = FakeLists(openai=LISTED)
    lists.gate = anyio.Event()
    async with routes(tmp_path, lists, OPENAI_API_KEY="sk-1") as (it, home):
        assert "openai/a/b" not in await listed(it)
        assert "openai/gpt-5.5" in await listed(it)
        await anyio.wait_all_tasks_blocked()
        assert [authority.provider for authority in lists.asked] == ["openai"]
        lists.gate.set()
        await refreshed(home)
        assert "openai/a/b" in await listed(it)


async def test_one_model_is_read_by_a_name_with_slashes(tmp_path: Path) -> None:
    async with routes(tmp_path, OPENAI_API_KEY="sk-1") as (it, home):
        await listed(it)
        await refreshed(home)
        for name in ("portico", "portico/w", "openai/a/b"):
            assert msgspec.json.decode((await it.get(request(name), PROCESS)).body)["id"] == name


@pytest.mark.parametrize(
    "name", ["gpt-5.5", "openai", "openai/nothing", "groq/llama", "portico/none", "\0", "x" * 9_000]
)
async def test_another_model_is_not_found(tmp_path: Path, name: str) -> None:
    async with routes(tmp_path) as (it, _):
        with pytest.raises(NotFound) as refused:
            await it.get(request(name), PROCESS)
        assert refused.value.code == "model_not_found"


async def test_a_damaged_variable_of_one_provider_hides_no_other(tmp_path: Path) -> None:
    async with routes(tmp_path, OPENAI_API_KEY="sk-1", GROQ_BASE_URL="no url") as (it, _):
        found = await listed(it)
        assert "openai/gpt-5.5" in found
        assert not [name for name in found if name.startswith("groq/")]


async def _nothing() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def _done() -> None:
    """A job that is behind all others."""
