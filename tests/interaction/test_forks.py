"""Search and forks at a whole gateway: a copy goes on with the conversation, and what is erased is not found."""

from pathlib import Path
from typing import Any

import pytest

from tests.kit.gateways import Peer, gateway


async def hits(peer: Peer, query: str) -> list[tuple[str, str]]:
    workspace = (await peer.call("workspace/default"))["workspace"]["id"]
    answer: Any = await peer.call("thread/search", workspace_id=workspace, query=query)
    return [(hit["thread_id"], hit["snippet"]) for hit in answer["items"]]


@pytest.mark.promise("fork.continues")
async def test_the_copy_goes_on_with_the_conversation_and_the_source_does_not(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script(
            "first", site.vendor.calls(("write_file", {"path": "a", "content": "b"})), site.vendor.says("one")
        )
        site.vendor.script("second", site.vendor.says("two"))
        site.vendor.script("third", site.vendor.says("three"))
        await peer.thread("t1", name="source")
        await peer.turn("u1", "first")
        await peer.turn("u2", "second")
        fork = await peer.call("thread/fork", thread_id="t1", new_thread_id="t2", through_turn_id="u1")
        assert fork["thread"]["forked_from"] == {"thread_id": "t1", "turn_id": "u1"}
        await peer.turn("u3", "third", "t2")
        asked = str(site.vendor.asked[-1].body)
        assert "first" in asked
        assert "one" in asked
        assert "second" not in asked
        assert [turn["id"] for turn in (await peer.call("turn/list", thread_id="t1"))["items"]] == ["u2", "u1"]
        assert len((await peer.call("turn/list", thread_id="t2"))["items"]) == 2


@pytest.mark.promise("search.erased")
async def test_no_word_of_a_deleted_thread_is_found_or_stored(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        for thread_id in ("t1", "t2"):
            site.vendor.script(f"tell-{thread_id}", site.vendor.says("the quetzalcoatl sleeps"))
            await peer.thread(thread_id)
            await peer.turn(f"u-{thread_id}", f"tell-{thread_id}", thread_id)
        assert sorted(await hits(peer, "quetz")) == [(name, "the quetzalcoatl sleeps") for name in ("t1", "t2")]
        workspace = (await peer.call("workspace/default"))["workspace"]["id"]
        for thread_id in ("t1", "t2"):
            await peer.call("thread/delete", workspace_id=workspace, thread_id=thread_id)
        assert await hits(peer, "quetz") == []
    left = site.database
    assert b"quetzalcoatl" not in left
    assert b"quetz" not in left


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("thread/search", {"query": "x" * 1_001}),
        ("thread/search", {"query": "x", "limit": 101}),
        ("thread/search", {"query": "x", "cursor": "?"}),
        ("thread/fork", {"thread_id": "t1", "new_thread_id": "no spaces"}),
    ],
)
async def test_bad_parameters_are_refused(tmp_path: Path, method: str, params: dict[str, Any]) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        workspace = (await peer.call("workspace/default"))["workspace"]["id"]
        given = {"workspace_id": workspace, **params} if method == "thread/search" else params
        assert (await peer.refused(method, **given))["data"]["kind"] == "invalid"
