"""Conversations and ephemeral threads at a whole gateway: through the dispatcher, over restarts, while turns run."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.kit.gateways import Peer, Site, gateway, until

C1 = {"conversation_id": "slack:T1:C2:root"}
CLAIM = {"key": "k", "digest": "d"}
MARK = "marker-of-one-request"


async def opened(peer: Peer, **given: Any) -> Any:
    return await peer.call("conversation/open", **(given or C1))


async def talk(peer: Peer, turn_id: str, text: str, when_busy: str = "reject") -> str:
    """A turn of C1; its thread."""
    thread_id: str = (await opened(peer))["conversation"]["thread_id"]
    await peer.start(turn_id, text, thread_id, when_busy=when_busy)
    return thread_id


def texts(answer: Any) -> list[tuple[str, str]]:
    return [(one["role"], one["text"]) for one in answer["items"]]


@pytest.mark.promise("conversation.restart")
async def test_conversations_survive_a_restart_and_are_loaded_when_a_turn_needs_them(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script("first", site.vendor.says("one"))
        first = await opened(peer, **C1, request=CLAIM)
        assert not first["conversation"]["is_loaded"]
        thread_id = await talk(peer, "u1", "first")
        await peer.ended("u1")
        before = (await peer.call("conversation/get", **C1))["conversation"]
        assert before["is_loaded"]
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script("second", site.vendor.says("two"))
        assert (await peer.call("conversation/get", **C1))["conversation"] == {**before, "is_loaded": False}
        again = await opened(peer, **C1, request=CLAIM)
        assert (again["turn_id"], again["is_repeated"]) == (first["turn_id"], True)
        assert await talk(peer, "u2", "second") == thread_id
        await peer.ended("u2")
        assert (await peer.call("conversation/list"))["items"][0]["is_loaded"]
        said = await peer.call("conversation/messages", **C1)
        assert texts(said) == [("user", "first"), ("assistant", "one"), ("user", "second"), ("assistant", "two")]


@pytest.mark.promise("conversation.one")
async def test_first_messages_at_once_from_many_clients_make_one(tmp_path: Path) -> None:
    answers: list[Any] = []

    async def ask(site: Site, n: int) -> None:
        async with site.peer() as peer:
            answers.append(await opened(peer, **C1, **({"request": CLAIM} if n % 2 else {})))

    async with gateway(tmp_path) as site, anyio.create_task_group() as group:
        for n in range(8):
            group.start_soon(ask, site, n)
    assert len({answer["conversation"]["thread_id"] for answer in answers}) == 1
    assert sum(answer["is_new"] for answer in answers) == 1
    claimed = [answer for answer in answers if answer.get("is_repeated")]
    assert len(claimed) == 3
    assert len({answer["turn_id"] for answer in answers}) == 5


@pytest.mark.promise("conversation.delete")
async def test_a_conversation_is_deleted_while_its_turn_runs_and_others_wait(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script("talk", site.vendor.breaks(MARK, ending="hang"))
        await talk(peer, "u1", "talk")
        await peer.shown("u1", MARK)
        await talk(peer, "u2", "wait", "queue")
        busy = (await peer.call("conversation/get", **C1))["conversation"]
        assert (busy["running_turn_id"], busy["queued"], busy["is_loaded"]) == ("u1", 1, True)
        assert await peer.call("conversation/delete", **C1) == {"deleted": True}
        await site.vendor.left.wait()
        await until(lambda: MARK.encode() not in site.database)
        for method in ("conversation/get", "conversation/messages", "conversation/delete"):
            assert (await peer.refused(method, **C1))["data"]["code"] == "conversation_not_found"
        fresh = await opened(peer)
        assert (fresh["is_new"], fresh["conversation"]["is_loaded"]) == (True, False)
        assert fresh["conversation"]["thread_id"] != busy["thread_id"]


@pytest.mark.promise("conversation.id-rules")
@pytest.mark.parametrize("text", ["", "a" * 201, "😀" * 101, "a\nb", "a\rb", "a\0b", 7, {}])
async def test_a_bad_id_is_told_with_its_path(tmp_path: Path, text: Any) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        for method in ("conversation/open", "conversation/get", "conversation/delete"):
            refusal = await peer.refused(method, conversation_id=text)
            assert (refusal["data"]["kind"], refusal["data"]["path"]) == ("invalid", "$.conversation_id")
        for bad in ({"limit": 0}, {"cursor": "x"}):
            assert (await peer.refused("conversation/list", **bad))["data"]["kind"] == "invalid"


@pytest.mark.promise("thread.first-words")
async def test_the_tree_is_told_of_a_threads_first_words_and_not_of_later_ones(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script("hello", site.vendor.says("a word"))
        site.vendor.script("again", site.vendor.says("another"))
        workspace_id = (await peer.thread("t1"))["thread"]["workspace_id"]
        before = len(peer.notes("thread/tree/changed"))
        await peer.turn("u1", "hello there")
        assert len(peer.notes("thread/tree/changed")) == before + 1
        [thread] = (await peer.call("thread/tree", workspace_id=workspace_id))["threads"]
        assert thread["preview"] == "hello there"
        await peer.turn("u2", "again")
        assert len(peer.notes("thread/tree/changed")) == before + 1


@pytest.mark.promise("thread.ephemeral")
async def test_an_ephemeral_thread_is_no_part_of_the_tree_and_gone_at_the_next_start(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        site.vendor.script("talk", site.vendor.says("a word"))
        workspace_id = (await peer.thread("t1", ephemeral=True))["thread"]["workspace_id"]
        await peer.turn("u1", f"talk {MARK}")
        tree = await peer.call("thread/tree", workspace_id=workspace_id)
        assert tree["threads"] == tree["placements"] == []
        assert peer.notes("thread/tree/changed") == []
        assert MARK.encode() in site.database
    async with gateway(tmp_path) as site, site.peer() as peer:
        assert (await peer.refused("thread/get", thread_id="t1"))["data"]["code"] == "thread_not_found"
        await until(lambda: MARK.encode() not in site.database)
