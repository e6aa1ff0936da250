"""The in-process transport hands frames through, and tells the end."""

import anyio
import pytest

from portico.client.errors import TransportClosed
from portico.client.transport.memory import memory


async def test_frames_go_both_ways_until_the_other_side_closes() -> None:
    to_gateway, at_gateway = anyio.create_memory_object_stream[str](1)
    to_client, at_client = anyio.create_memory_object_stream[str](1)
    async with memory(to_gateway.send, at_client.receive) as transport:
        await transport.send("question")
        assert await at_gateway.receive() == "question"
        await to_client.send("answer")
        assert await transport.receive() == "answer"
        to_client.close()
        at_gateway.close()
        with pytest.raises(TransportClosed):
            await transport.receive()
        with pytest.raises(TransportClosed):
            await transport.send("late")
    to_gateway.close()
    at_client.close()
