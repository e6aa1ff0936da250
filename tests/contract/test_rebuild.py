"""Every projection that is built anew from the log equals the one that a whole session left, on every store."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.log.rebuild import rebuild
from portico.gateway.main.build import PROJECTS
from portico.gateway.store.engine import Store
from portico.gateway.store.open import open_store
from tests.kit.clock import FakeClock
from tests.kit.gateways import Peer, Setup, Site, gateway
from tests.kit.stores import ENGINES, any_place

PROJECTIONS = (
    "thread",
    "thread_folder",
    "thread_placement",
    "turn",
    "turn_item",
    "workspace",
    "setting",
    "search_text",
)
LOG = ("stream", "event")
RECORDS = ("conversation", "request_claim")
COLUMNS = {"search_text": "thread_id, position, part, workspace_id, turn_id, item_id, at, shown, name, said"}
"""Without what an engine adds of its own."""


async def rows(store: Store, table: str) -> list[Any]:
    return sorted(await store.read(f"select {COLUMNS.get(table, '*')} from {table}"), key=repr)


async def arrange(peer: Peer, root: Path) -> str:
    """Workspaces, folders, threads and their places, settings; the workspace they are in."""
    for name in ("one", "two"):
        await peer.call("workspace/create", workspace_id=name, name=name)
    await peer.call("workspace/update", workspace_id="one", name="The first", root=str(root), tools="all")
    await peer.call("workspace/select", workspace_id="one")
    for thread_id in ("t1", "t2", "t3"):
        await peer.call("thread/start", thread_id=thread_id, workspace_id="one", name=f"thread {thread_id}")
    for folder_id, parent in (("a", None), ("b", "a"), ("c", "b")):
        await peer.call(
            "thread/folder/create", workspace_id="one", folder_id=folder_id, name=folder_id, parent_folder_id=parent
        )
    await peer.call("thread/move", workspace_id="one", thread_id="t1", folder_id="b")
    await peer.call("thread/move", workspace_id="one", thread_id="t2", folder_id="c")
    await peer.call("thread/folder/move", workspace_id="one", folder_id="c", parent_folder_id=None)
    await peer.call("thread/folder/rename", workspace_id="one", folder_id="c", name="See")
    await peer.call("thread/folder/delete", workspace_id="one", folder_id="b")
    await peer.call("thread/update", workspace_id="one", thread_id="t2", name="renamed", cwd=str(root))
    await peer.call("thread/start", thread_id="t4", workspace_id="one", ephemeral=True)
    claim = {"key": "k", "digest": "d"}
    await peer.call("conversation/open", conversation_id="c 1", workspace_id="one", request=claim)
    for tools in ("readonly", "all"):
        await peer.call("settings/update", update={"general": {"tools": tools}})
    return "one"


async def talk(site: Site, peer: Peer) -> None:
    """Turns that are completed with tools, failed, steered, queued and cancelled, a deleted thread; one still runs."""
    vendor, gate, never = site.vendor, anyio.Event(), anyio.Event()
    calls = (("write_file", {"path": "note.txt", "content": "hello"}), ("exec_command", {"command": ["cat", "none"]}))
    vendor.script("tools", vendor.calls(*calls, text="let me see"), vendor.says(*"it is done"))
    assert (await peer.turn("u1", "tools"))["status"] == "Completed"
    vendor.script("break", vendor.breaks("this far", ending="close"))
    assert (await peer.turn("u2", "break"))["status"] == "Failed"
    vendor.script("wait", vendor.says("well", gate, "."))
    await peer.start("u3", "wait")
    await peer.shown("u3", "well")
    await peer.call("turn/steer", thread_id="t1", expected_turn_id="u3", steer_id="s1", input=said("and quickly"))
    assert (await peer.start("u4", "queued", when_busy="queue"))["outcome"] == "queued"
    gate.set()
    assert (await peer.ended("u4"))["status"] == "Completed"
    for turn_id, thread_id in (("u5", "t2"), ("u6", "t3")):
        word = f"stand in {thread_id}"
        vendor.script(word, vendor.says("so ", "far", never))
        await peer.start(turn_id, word, thread_id)
        await peer.shown(turn_id, "so far")
    await peer.call("turn/cancel", thread_id="t2", turn_id="u5")
    assert (await peer.ended("u5"))["status"] == "Interrupted"
    await peer.start("u7", "also stand in t2", "t2", when_busy="queue")
    await peer.ended("u7")
    await peer.call("thread/delete", workspace_id="one", thread_id="t2")


def said(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


@pytest.mark.parametrize("engine", ENGINES)
async def test_projections_that_are_built_anew_equal_those_of_a_whole_session(engine: str, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    place = await any_place(engine, tmp_path / "old")
    async with (
        gateway(tmp_path, Setup(config={"store_url": place if engine == "postgres" else None})) as site,
        site.peer() as peer,
        open_store(await any_place(engine, tmp_path / "new"), clock=FakeClock()) as fresh,
    ):
        await arrange(peer, site.root)
        await talk(site, peer)
        await site.it.gateway.log.flush()
        store = site.it.gateway.outside.store
        assert store.dialect == fresh.dialect == engine
        left = {table: await rows(store, table) for table in (*PROJECTIONS, *LOG)}
        records = {table: await rows(store, table) for table in RECORDS}
        assert all((left | records).values())
        assert await rebuild(store, PROJECTS, fresh) == len(left["event"])
        assert {table: await rows(fresh, table) for table in (*PROJECTIONS, *LOG)} == left
        assert {table: await rows(store, table) for table in RECORDS} == records
