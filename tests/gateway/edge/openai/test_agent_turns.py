"""Turns for callers of OpenAI's wire: what they leave behind, however they end."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.edge.openai.agent_turns import reading, with_transcript
from portico.gateway.edge.openai.asked import Spoken
from portico.gateway.kernel.context import Principal
from portico.gateway.rpc import CallContext
from portico.protocol.base import Scope
from portico.protocol.methods.turn import ContextMessage
from portico.protocol.types.input import ImageInput, TextInput
from tests.gateway.edge.openai.asking import Asker, Told, asking
from tests.kit.gateways import Peer

OURS: dict[str, Any] = {"metadata": {"portico_conversation": "ours"}}


def test_what_was_said_before_becomes_part_of_the_input() -> None:
    now = TextInput(text="now")
    spoken = Spoken(
        input=[now],
        context=[
            ContextMessage(role="user", content=[TextInput(text="one"), ImageInput(url="https://x.example/a.png")]),
            ContextMessage(role="assistant", content=[TextInput(text="two")]),
        ],
        instructions="be brief",
    )
    text = "Earlier in this conversation:\n\nuser: one\n[an image]\n\nassistant: two\n\nNow:"
    assert with_transcript(spoken) == Spoken(input=[TextInput(text=text), now], instructions="be brief")


def test_nothing_said_before_changes_nothing() -> None:
    spoken = Spoken(input=[TextInput(text="now")])
    assert with_transcript(spoken) is spoken


def test_looking_up_what_a_caller_names_needs_no_scope_of_it() -> None:
    caller = Principal(id="p", name="p", scopes=frozenset({Scope.CHAT}), kind="token")
    assert reading(CallContext(caller)).principal.scopes == {Scope.CHAT, Scope.READ}
    assert caller.scopes == {Scope.CHAT}


async def waiting(peer: Peer, thread_id: str, count: int) -> list[Any]:
    """The queue of a thread once so many wait."""
    while len(found := (await peer.call("turn/queue/list", thread_id=thread_id))["items"]) != count:
        await anyio.wait_all_tasks_blocked()
    return found


async def busy(asker: Asker, peer: Peer) -> str:
    """The thread of a conversation that a slow turn keeps busy."""
    await asker.site.vendor.hanging.wait()
    return (await peer.call("conversation/get", conversation_id="ours"))["conversation"]["thread_id"]


@pytest.mark.promise("openai.client-gone")
async def test_who_leaves_while_waiting_is_taken_out_of_the_queue(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker, asker.site.peer() as peer, anyio.create_task_group() as group:
        asker.site.vendor.script("slow", asker.site.vendor.breaks("so far", ending="hang"))
        leaving = anyio.CancelScope()

        async def slow() -> None:
            await asker.chat(messages=[{"role": "user", "content": "slow"}], **OURS)

        async def quick() -> None:
            with leaving:
                await asker.chat(messages=[{"role": "user", "content": "quick"}], **OURS)

        group.start_soon(slow)
        thread_id = await busy(asker, peer)
        group.start_soon(quick)
        await waiting(peer, thread_id, 1)
        leaving.cancel()
        await waiting(peer, thread_id, 0)
        group.cancel_scope.cancel()
    assert len(asker.site.vendor.asked) == 1


async def test_who_is_taken_out_of_the_queue_by_another_is_told(tmp_path: Path) -> None:
    told: list[Told] = []
    async with asking(tmp_path) as asker, asker.site.peer() as peer, anyio.create_task_group() as group:
        asker.site.vendor.script("slow", asker.site.vendor.breaks("so far", ending="hang"))

        async def slow() -> None:
            await asker.chat(messages=[{"role": "user", "content": "slow"}], **OURS)

        async def quick() -> None:
            told.append(await asker.chat(messages=[{"role": "user", "content": "quick"}], **OURS))
            group.cancel_scope.cancel()

        group.start_soon(slow)
        thread_id = await busy(asker, peer)
        group.start_soon(quick)
        [row] = await waiting(peer, thread_id, 1)
        await peer.call("turn/queue/remove", thread_id=thread_id, turn_id=row["turn_id"])
    [answer] = told
    assert (answer.status, answer.error["code"], answer.headers["x-should-retry"]) == (409, "removed", "false")


@pytest.mark.parametrize("stream", [False, True])
async def test_a_conversation_that_is_deleted_ends_its_answer(tmp_path: Path, stream: bool) -> None:
    told: list[Told] = []
    async with asking(tmp_path) as asker, asker.site.peer() as peer, anyio.create_task_group() as group:
        asker.site.vendor.script("hello", asker.site.vendor.breaks("so far", ending="hang"))

        async def ask() -> None:
            told.append(await asker.chat(stream=stream, **OURS))

        group.start_soon(ask)
        await busy(asker, peer)
        await peer.call("conversation/delete", conversation_id="ours")
    [answer] = told
    error = answer.events[-1]["error"] if answer.status == 200 else answer.error
    assert error["code"] == "thread_deleted"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_gateway_that_stops_tells_its_callers(tmp_path: Path, stream: bool) -> None:
    told: list[Told] = []
    async with asking(tmp_path) as asker, anyio.create_task_group() as group:
        vendor = asker.site.vendor
        vendor.script("hello", vendor.breaks("so far", ending="hang"))

        async def ask() -> None:
            told.append(await asker.chat(stream=stream))

        group.start_soon(ask)
        await vendor.hanging.wait()
        await asker.site.it.gateway.app.streams.leave()
    [answer] = told
    error = answer.events[-1]["error"] if answer.status == 200 else answer.error
    assert error["code"] == "gateway_stopping"
