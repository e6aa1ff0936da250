"""Workspaces on a real log."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import pytest

from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID, WorkspaceService, project
from portico.gateway.features.workspaces.service import is_folder
from portico.gateway.kernel.errors import Conflict, Denied, Invalid, NotFound
from portico.gateway.log import GATEWAY_STREAM
from portico.gateway.log.writer import LogWriter
from portico.gateway.store.engine import Query, ResultRow
from portico.protocol.base import NoParams, Scope
from portico.protocol.methods.workspace import WorkspaceCreateParams, WorkspaceSelectParams, WorkspaceUpdateParams
from portico.protocol.types.workspace import Workspace
from tests.kit import FakeClock
from tests.kit.calls import caller, together
from tests.kit.logs import sqlite_log

NONE = NoParams()


@asynccontextmanager
async def service(folder: Path) -> AsyncGenerator[tuple[WorkspaceService, LogWriter]]:
    async with sqlite_log(folder, [project]) as log:
        yield WorkspaceService(log, FakeClock(), Path("/work-here")), log


async def names(workspaces: WorkspaceService) -> list[tuple[str, bool]]:
    listed = await workspaces.list(caller(Scope.READ), NONE)
    return [(workspace.name, workspace.is_current) for workspace in listed.workspaces]


async def test_created_selected_renamed_and_listed(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, _):
        assert await names(workspaces) == []
        ctx = caller()
        await workspaces.create(ctx, WorkspaceCreateParams(workspace_id="a", name="A"))
        await workspaces.create(ctx, WorkspaceCreateParams(workspace_id="b", name="B", root=str(tmp_path)))
        assert await names(workspaces) == [("A", True), ("B", False)]
        selected = await workspaces.select(ctx, WorkspaceSelectParams(workspace_id="b"))
        assert (selected.workspace.id, ctx.connection.workspace_id) == ("b", "b")
        await workspaces.update(ctx, WorkspaceUpdateParams(workspace_id="a", name="Z"))
        assert await names(workspaces) == [("Z", False), ("B", True)]
        assert (await workspaces.current_or_default()).id == "b"
        assert (await workspaces.get("b")).root == str(tmp_path)


async def test_a_workspace_without_root_shows_the_gateways(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, log):
        answer = await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a"))
        assert answer.workspace.root == "/work-here"
        assert (await workspaces.get("a")) == answer.workspace
        assert await log.read("select root from workspace") == [(None,)]


async def test_creating_twice_is_a_retry_and_other_values_conflict(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, log):
        first = await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a", name="A"))
        again = await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a", name=" A "))
        assert again == first
        assert await log.head(GATEWAY_STREAM) == 1
        with pytest.raises(Conflict):
            await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a", name="B"))


async def test_the_default_is_made_once_whoever_asks(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, log):
        made: list[Workspace] = []
        ctx = caller(Scope.READ)

        async def ask() -> None:
            made.append((await workspaces.default(ctx, NONE)).workspace)

        await together(ask, ask, ask, ask)
        assert {workspace.id for workspace in made} == {DEFAULT_WORKSPACE_ID}
        assert await log.head(GATEWAY_STREAM) == 1
        assert await names(workspaces) == [("Default Workspace", True)]
        assert ctx.connection.workspace_id == DEFAULT_WORKSPACE_ID


async def test_the_default_does_not_move_a_connection_that_follows_another(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, _):
        ctx = caller()
        await workspaces.create(ctx, WorkspaceCreateParams(workspace_id="a"))
        await workspaces.select(ctx, WorkspaceSelectParams(workspace_id="a"))
        await workspaces.default(ctx, NONE)
        assert ctx.connection.workspace_id == "a"


async def test_what_was_read_before_a_change_is_not_kept_after_it(tmp_path: Path) -> None:
    async with sqlite_log(tmp_path, [project]) as log:
        held = HeldLog(log)
        workspaces = WorkspaceService(held, FakeClock(), tmp_path)
        await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a", name="old"))
        held.gate = anyio.Event()

        async def rename() -> None:
            await held.is_held.wait()
            held.is_open = True
            await workspaces.update(caller(), WorkspaceUpdateParams(workspace_id="a", name="new"))
            assert held.gate is not None
            held.gate.set()

        await together(partial(workspaces.get, "a"), rename)
        assert (await workspaces.get("a")).name == "new"


class HeldLog:
    """A log whose first snapshot is read at once but answered only when `gate` is set."""

    def __init__(self, log: LogWriter) -> None:
        self._log = log
        self.gate: anyio.Event | None = None
        self.is_open = False
        self.is_held = anyio.Event()
        self.epoch, self.full_text = log.epoch, log.full_text
        self.write, self.post, self.room, self.read = log.write, log.post, log.room, log.read

    async def snapshot(self, *queries: Query) -> list[list[ResultRow]]:
        rows = await self._log.snapshot(*queries)
        if self.gate is not None and not self.is_open:
            self.is_held.set()
            await self.gate.wait()
        return rows


async def test_current_or_default_makes_the_default_of_an_empty_home(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, _):
        assert await workspaces.current() is None
        assert (await workspaces.current_or_default()).id == DEFAULT_WORKSPACE_ID


async def test_refusals(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, _):
        chat = caller(Scope.READ, Scope.CHAT)
        with pytest.raises(Denied):
            await workspaces.create(chat, WorkspaceCreateParams(workspace_id="a", root=str(tmp_path)))
        with pytest.raises(Invalid) as refusal:
            await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a", root=str(tmp_path / "no")))
        assert refusal.value.path == "$.root"
        for call in (
            workspaces.select(chat, WorkspaceSelectParams(workspace_id="a")),
            workspaces.update(chat, WorkspaceUpdateParams(workspace_id="a", name="A")),
            workspaces.get("a"),
        ):
            with pytest.raises(NotFound):
                await call
        assert chat.connection.workspace_id is None


async def test_changes_at_once_all_happen(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, log):

        async def create(name: str) -> None:
            await workspaces.create(caller(), WorkspaceCreateParams(workspace_id=name, name=name))

        await together(*(partial(create, name) for name in ("a", "b", "c")))
        assert sorted(name for name, _ in await names(workspaces)) == ["a", "b", "c"]
        assert await log.read("select count(*) from workspace where is_current = 1") == [(1,)]


async def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    async with service(tmp_path) as (workspaces, _):
        await workspaces.create(caller(), WorkspaceCreateParams(workspace_id="a", name="A", tools=["read_file"]))
        before = await workspaces.get("a")
    async with service(tmp_path) as (workspaces, _):
        assert await workspaces.get("a") == before


def test_is_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_folder(str(tmp_path))
    assert not is_folder(str(tmp_path / "file"))
    assert not is_folder(str(tmp_path / "no"))
    assert not is_folder("/" + "x" * 5_000)
