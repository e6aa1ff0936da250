"""Requests that come twice: the same turn again, for a day, for its caller only, on every store."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.features.threads.rules.conversations import CLAIM_SECONDS, DROPPED_AT_ONCE
from portico.gateway.kernel.errors import Conflict, Invalid
from portico.gateway.log import Batch, thread_stream
from portico.protocol.methods.conversation import CONVERSATION_OPEN, ConversationOpenParams, RequestClaim
from tests.gateway.features.threads.desk import Desk, desk
from tests.kit.stores import ENGINES

pytestmark = pytest.mark.promise("conversation.claim")


@pytest.fixture(params=ENGINES)
async def at(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncGenerator[Desk]:
    async with desk(tmp_path, request.param) as at:
        yield at


@pytest.mark.parametrize("conversation_id", [None, "c1"])
async def test_the_same_request_again_is_given_the_same_turn(at: Desk, conversation_id: str | None) -> None:
    first = await at.open(conversation_id, key="k")
    again = await at.open(conversation_id, key="k")
    assert (first.is_new, first.is_repeated) == (True, False)
    assert (again.is_new, again.is_repeated) == (False, True)
    assert (again.conversation, again.turn_id) == (first.conversation, first.turn_id)
    assert again.head_version == 1
    assert len(await at.rows("conversation")) == len(await at.rows("request_claim")) == 1


async def test_another_request_under_the_same_key_conflicts(at: Desk) -> None:
    await at.open(key="k")
    others: list[dict[str, Any]] = [
        {"digest": "other"},
        {"conversation_id": "c2"},
        {"conversation_id": None, "digest": "x"},
    ]
    for other in others:
        with pytest.raises(Conflict) as refusal:
            await at.open(key="k", **other)
        assert refusal.value.code == "idempotency_key_reused"
    assert len(await at.rows("conversation")) == 1


async def test_a_key_is_its_callers_own(at: Desk) -> None:
    mine, yours = await at.open(key="k"), await at.open(key="k", digest="other", who="q")
    assert not yours.is_repeated
    assert mine.turn_id != yours.turn_id
    assert (await at.open(key="k")).turn_id == mine.turn_id
    assert (await at.open(key="k", digest="other", who="q")).turn_id == yours.turn_id


async def test_a_second_request_of_a_conversation_has_a_turn_of_its_own(at: Desk) -> None:
    first, second, plain = await at.open(key="k"), await at.open(key="k2"), await at.open()
    assert len({first.turn_id, second.turn_id, plain.turn_id}) == 3
    assert [second.is_new, second.is_repeated, plain.is_repeated] == [False] * 3
    assert len(await at.rows("request_claim")) == 2


async def test_a_claim_lives_a_day(at: Desk) -> None:
    first = await at.open(key="k")
    at.clock.advance(CLAIM_SECONDS)
    assert (await at.open(key="k")).turn_id == first.turn_id
    at.clock.advance(1)
    later = await at.open(key="k", digest="other")
    assert (later.is_repeated, later.conversation.thread_id) == (False, first.conversation.thread_id)
    assert later.turn_id != first.turn_id
    assert (await at.open(key="k", digest="other")).turn_id == later.turn_id


async def test_outlived_claims_go_a_few_at_a_time(at: Desk) -> None:
    for n in range(DROPPED_AT_ONCE + 2):
        await at.open(key=f"old{n}", who="q")
    at.clock.advance(CLAIM_SECONDS + 1)
    await at.open()
    assert len(await at.rows("request_claim")) == DROPPED_AT_ONCE + 2
    await at.open(key="new1")
    assert len(await at.rows("request_claim")) == 3
    await at.open(key="new2")
    assert {row[1] for row in await at.rows("request_claim")} == {"new1", "new2"}


async def test_a_claim_without_its_conversation_is_unknown(at: Desk) -> None:
    """As when the thread was erased between the look and the claim."""
    first = await at.open(key="k")
    claims = await at.log.read("select * from request_claim")
    await at.log.write(Batch(erase=(thread_stream(first.conversation.thread_id),)))
    for table, column in (("conversation", "thread_id"), ("thread", "id")):
        await at.drop(table, {column: first.conversation.thread_id})
    assert await at.log.read("select * from request_claim") == claims
    again = await at.open(key="k")
    assert (again.is_new, again.is_repeated) == (True, False)
    assert (await at.open(key="k")).conversation == again.conversation


async def test_a_bad_key_claims_nothing(at: Desk) -> None:
    for key, digest in (("a\0", "d"), ("k", "\ud800")):
        with pytest.raises(Invalid):
            await at.open(key=key, digest=digest)
    assert await at.rows("conversation") == await at.rows("request_claim") == []


async def test_a_refused_opening_claims_nothing(at: Desk) -> None:
    await at.open(workspace_id="w2")
    with pytest.raises(Conflict):
        await at.open(key="k", workspace_id="w1")
    assert await at.rows("request_claim") == []
    assert not (await at.open(key="k")).is_repeated


async def test_the_same_request_at_once_is_one(at: Desk) -> None:
    """Calls of one key wait for each other in the dispatcher's lane."""
    lane = CONVERSATION_OPEN.lane
    assert lane is not None
    claim = RequestClaim(key="k", digest="d")
    assert {lane(ConversationOpenParams(conversation_id=id_, request=claim)) for id_ in (None, "a", "b")} == {
        "request:k"
    }
    answers: list[Any] = []

    async def ask() -> None:
        async with at.lanes.enter("request:k"):
            answers.append(await at.open(None, key="k"))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask)
    assert len({(answer.conversation.conversation_id, answer.turn_id) for answer in answers}) == 1
    assert sum(answer.is_repeated for answer in answers) == 4
