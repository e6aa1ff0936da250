"""Calls of one lane run in order; other lanes do not wait; a lane that is left takes no memory."""

import anyio
import pytest

from portico.gateway.kernel.lanes import Lanes


async def test_calls_of_one_lane_wait_and_others_do_not() -> None:
    lanes, gate, order = Lanes(), anyio.Event(), list[str]()

    async def call(tag: str, lane: str, wait: anyio.Event | None = None) -> None:
        async with lanes.enter(lane):
            order.append(f"{tag} in")
            if wait is not None:
                await wait.wait()
            order.append(f"{tag} out")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(call, "a", "x", gate)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(call, "b", "x")
            group.start_soon(call, "c", "y")
            await anyio.wait_all_tasks_blocked()
            assert order == ["a in", "c in", "c out"]
            gate.set()
    assert order[3:] == ["a out", "b in", "b out"]


@pytest.mark.parametrize("cancelled", range(4))
async def test_a_call_that_is_cancelled_leaves_the_others_in_order(cancelled: int) -> None:
    lanes, gate, order = Lanes(), anyio.Event(), list[int]()
    scopes = [anyio.CancelScope() for _ in range(4)]

    async def call(number: int) -> None:
        with scopes[number]:
            async with lanes.enter("x"):
                await gate.wait()
                order.append(number)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for number in range(4):
                group.start_soon(call, number)
                await anyio.wait_all_tasks_blocked()
            scopes[cancelled].cancel()
            await anyio.wait_all_tasks_blocked()
            gate.set()
    assert order == [number for number in range(4) if number != cancelled]


async def test_a_call_that_fails_frees_its_lane() -> None:
    lanes = Lanes()
    with pytest.raises(ValueError, match="boom"):
        async with lanes.enter("x"):
            raise ValueError("boom")
    with anyio.fail_after(5):
        async with lanes.enter("x"):
            pass
    assert vars(lanes) == {"_waiting": {}}
