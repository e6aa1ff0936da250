"""The client core's trees, plans and settings against a whole gateway."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from portico.client.bootstrap import Start, bootstrap, create, rename, switch
from portico.client.composer import Draft, Plan, Scene, plan, refusal_of, send
from portico.client.connection import Connection
from portico.client.errors import CallFailed
from portico.client.selectors import Choice, model_rows, provider_rows
from portico.client.settings import changed, place_of, save
from portico.client.state import providers, settings
from portico.client.state.notices import fact_of
from portico.client.state.tree import (
    CreateFolder,
    CreateThread,
    DeleteFolder,
    DeleteThread,
    Edit,
    MoveFolder,
    MoveThread,
    RenameFolder,
    RenameThread,
    view,
)
from portico.client.transport import Transport
from portico.client.transport.memory import memory
from portico.client.transport.websocket import websocket
from portico.client.tree import Node, ThreadTree, shown
from portico.client.words import say
from portico.gateway.main import attach
from portico.protocol.base import Scope
from portico.protocol.methods.access import TOKEN_ISSUE, TokenIssueParams
from portico.protocol.methods.provider import PROVIDER_MODELS_LIST, ProviderParams
from portico.protocol.methods.turn import TurnStartResponse
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway


class Shell:
    """What a shell does with the core: it hands on notices."""

    def __init__(self, connection: Connection, start: Start) -> None:
        self.connection = connection
        self.start = start
        self.tree = ThreadTree(connection, start.desk.tree)
        self.settings = start.settings
        connection.on_notice = self._notice

    def _notice(self, method: str, params: dict[str, Any]) -> None:
        fact = fact_of(method, params)
        self.tree.told(fact)
        self.settings = settings.reduce(self.settings, fact)


@asynccontextmanager
async def opened(site: Site) -> AsyncGenerator[Shell]:
    @asynccontextmanager
    async def opener() -> AsyncGenerator[Transport]:
        async with attach(site.it) as (send_frame, receive), memory(send_frame, receive) as transport:
            yield transport

    async with Connection(opener).running() as connection, anyio.create_task_group() as group:
        shell = Shell(connection, await bootstrap(connection))
        group.start_soon(shell.tree.keep)
        yield shell
        group.cancel_scope.cancel()


def outline(found: tuple[Node, ...]) -> list[Any]:
    return [[node.name, *outline(node.children)] if node.kind == "folder" else node.name for node in found]


async def until_equal(one: Shell, two: Shell) -> None:
    """Both have settled on one tree."""
    with anyio.fail_after(5):
        while one.tree.state.pending or two.tree.state.pending or view(one.tree.state) != view(two.tree.state):
            await anyio.lowlevel.checkpoint()


async def test_two_shells_that_edit_at_once_settle_on_one_tree(tmp_path: Path) -> None:
    mine: list[Edit] = [
        CreateFolder("f1", "Work"),
        CreateThread("t1", "Plan"),
        MoveThread("t1", "f1"),
        CreateFolder("f2", "Deep", "f1"),
        MoveThread("t1", "f2"),
        DeleteFolder("f1"),
    ]
    theirs: list[Edit] = [
        CreateThread("t2", "Other"),
        RenameThread("t2", "Notes"),
        CreateFolder("f3", "Home"),
        MoveThread("t2", "f3"),
        CreateThread("t3", "Gone"),
        DeleteThread("t3"),
    ]
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one, opened(site) as two:
        async with anyio.create_task_group() as group:
            for shell, edits in ((one, mine), (two, theirs)):
                group.start_soon(_all, shell, edits)
        await until_equal(one, two)
        assert outline(shown(one.tree.state)) == [["Deep", "Plan"], ["Home", "Notes"]]
        assert outline(shown(two.tree.state)) == outline(shown(one.tree.state))


async def _all(shell: Shell, edits: list[Edit]) -> None:
    for edit in edits:
        await shell.tree.edit(edit)


async def test_a_refused_edit_is_undone(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one, opened(site) as two:
        for edit in (CreateFolder("a", "A"), CreateFolder("b", "B", "a")):
            await one.tree.edit(edit)
        await until_equal(one, two)
        await two.tree.edit(DeleteFolder("b"))
        with pytest.raises(CallFailed):
            await one.tree.edit(MoveFolder("b"))
        await until_equal(one, two)
        assert outline(shown(one.tree.state)) == [["A"]]


@pytest.mark.promise("thread.folder-rename")
async def test_a_folder_that_one_shell_renames_and_another_moves_is_both_for_all(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one, opened(site) as two:
        for edit in (CreateFolder("a", "A"), CreateFolder("b", "B"), CreateThread("t", "Plan"), MoveThread("t", "b")):
            await one.tree.edit(edit)
        await until_equal(one, two)
        async with anyio.create_task_group() as group:
            group.start_soon(one.tree.edit, RenameFolder("b", " Work "))
            group.start_soon(two.tree.edit, MoveFolder("b", "a"))
        await until_equal(one, two)
        assert outline(shown(one.tree.state)) == outline(shown(two.tree.state)) == [["A", ["Work", "Plan"]]]
        await two.tree.edit(RenameFolder("b", "Work"))
        for wrong in (RenameFolder("b", " "), RenameFolder("b", "w" * 256), RenameFolder("gone", "W")):
            with pytest.raises(CallFailed):
                await two.tree.edit(wrong)
        await until_equal(one, two)
        assert outline(shown(two.tree.state)) == [["A", ["Work", "Plan"]]]


async def test_workspaces_are_made_named_and_switched(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one:
        first = one.start.desk.workspace.id
        known, desk = await create(one.connection, one.start.workspaces, " Second ")
        assert (known.opened, desk.workspace.name) == (desk.workspace.id, "Second")
        known = await rename(one.connection, known, first, "First")
        known, desk = await switch(one.connection, known, first)
        assert (known.opened, desk.workspace.name, len(known.workspaces)) == (first, "First", 2)
        assert [workspace.id for workspace in known.workspaces if workspace.is_current] == [first]


def planned(text: str, turn_id: str, **more: Any) -> Plan:
    scene = Scene("t", running=more.pop("running", None))
    draft = Draft(text, choice=Choice("rehearsal", "rehearsal"), **more)
    return plan(draft, scene, turn_id=turn_id, steer_id=f"steer-{turn_id}")


async def test_what_was_planned_is_taken_by_the_gateway(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one:
        await one.tree.edit(CreateThread("t"))
        answer = await send(one.connection, planned("hello", "u"))
        assert isinstance(answer, TurnStartResponse)
        late = await send(one.connection, planned("more", "v", busy="steer", running="never-ran"))
        assert isinstance(late, TurnStartResponse)


async def test_rows_of_what_the_gateway_has(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one:
        rows = provider_rows(one.start.desk.providers.providers)
        usable = {row.name for row in rows if row.is_usable}
        assert "rehearsal" in usable
        assert all((row.why_not is None) == row.is_usable for row in rows)
        params = ProviderParams(workspace_id=one.start.desk.workspace.id, provider="rehearsal")
        listed = await one.connection.call(PROVIDER_MODELS_LIST, params)
        state = providers.reduce(one.start.desk.providers, listed)
        assert [row.id for row in model_rows(state.lists[0].models)] == ["rehearsal"]


async def test_settings_are_saved_told_to_others_and_refused_by_row(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one, opened(site) as two:
        known = one.settings.settings
        assert known is not None
        wanted = changed(known, {"general.tools": "readonly", "memory.enabled": False})
        assert wanted.patch is not None
        answer = await save(one.connection, wanted.patch)
        with anyio.fail_after(5):
            while two.settings.settings != answer.settings:
                await anyio.lowlevel.checkpoint()
        unknown = changed(known, {"general.default_model_provider": "hologram"}).patch
        assert unknown is not None
        with pytest.raises(CallFailed) as refused:
            await save(one.connection, unknown)
        assert place_of(refused.value)[0] == "general.default_model_provider"


async def test_what_a_token_may_not_do_is_told_as_a_missing_scope(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, opened(site) as one:
        issued = await one.connection.call(TOKEN_ISSUE, TokenIssueParams(scopes=[Scope.READ]))
        reader = Connection(partial(websocket, site.url, issued.secret))
        async with reader.running():
            with pytest.raises(CallFailed) as refused:
                await send(reader, planned("hello", "u"))
            assert refusal_of(refused.value).words == say("composer.scope_missing", scope="chat")
