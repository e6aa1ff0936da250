"""The embedded client talks through memory as it would through a socket."""

from pathlib import Path

import anyio
import pytest

from portico.gateway.edge.memory import attached
from portico.gateway.features.access import PROCESS
from tests.gateway.edge.rig import answered, call, receive, rig


async def test_call_and_answer(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway, attached(gateway.hub, PROCESS) as client:
            await client.send_text(call("a", "test/echo", text="hello"))
            assert await receive(client) == answered("a", "hello")
            assert gateway.hub.count == 1
        assert gateway.hub.count == 0


async def test_the_gateway_leaving_ends_the_client(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway, attached(gateway.hub, PROCESS) as client:
            await client.send_text(call("a", "test/echo"))
            await receive(client)
            await gateway.hub.leave()
            with pytest.raises(anyio.EndOfStream):
                await client.receive_text()
            with pytest.raises(anyio.BrokenResourceError):
                await client.send_text("more")


async def test_a_client_that_reads_nothing_is_left_behind_when_it_goes(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with rig(tmp_path) as gateway:
            async with attached(gateway.hub, PROCESS) as client:
                await client.send_text(call("a", "test/follow"))
                await receive(client)
                await gateway.publish(*(str(number) for number in range(600)))
                await anyio.wait_all_tasks_blocked()
                assert gateway.hub.lag > 0
            assert gateway.hub.count == 0
