"""A signal while many clients listen over HTTP: each hears how it ended, then the port is closed."""

from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import pytest

from tests.e2e.processes import Place, Up, place
from tests.kit.events import Event, events

STREAMS = 20


class Listener:
    """One client; what it heard."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    async def listen(self, up: Up, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        headers = {"authorization": f"Bearer {up.home.token()}"}
        async with events(f"{up.told['url']}/v1/threads/t1/events?after=0", headers) as reader:
            self.heard += await reader.take(1)
            task_status.started()
            self.heard += await reader.rest()


async def closed(up: Up) -> None:
    """The process has ended, and its port with it."""
    await up.process.wait()
    with pytest.raises(OSError):
        await anyio.connect_tcp("127.0.0.1", int(up.told["url"].rpartition(":")[2]))


async def interrupted(here: Place, tmp: list[Listener], *, is_hurried: bool) -> list[Any]:
    """A running turn with twenty listeners, stopped; the gateway's exit status and the last turn each heard of."""
    gate = anyio.Event()
    here.vendor.script("hello", here.vendor.says("shown", gate, " and more"))
    async with here.up() as up, up.peer() as peer, anyio.create_task_group() as group:
        await peer.thread()
        for listener in tmp:
            await group.start(listener.listen, up)
        await peer.start("u1", "hello")
        await peer.shown("u1", "shown")
        up.stop()
        while "error" not in await peer.answer(await peer.send("gateway/info")):
            pass
        if is_hurried:
            up.stop()
        else:
            gate.set()
        await closed(up)
    return [up.process.returncode, *(listener.heard[-2].json["payload"]["turn"]["status"] for listener in tmp)]


@pytest.mark.promise("faults.stop")
@pytest.mark.parametrize(("is_hurried", "ended"), [(False, "Completed"), (True, "Interrupted")])
async def test_twenty_streams_hear_the_end_of_the_turn_and_of_the_gateway(
    tmp_path: Path, is_hurried: bool, ended: str
) -> None:
    listeners = [Listener() for _ in range(STREAMS)]
    async with place(tmp_path) as here:
        assert await interrupted(here, listeners, is_hurried=is_hurried) == [0, *[ended] * STREAMS]
    for listener in listeners:
        last = listener.heard[-1]
        assert (last.name, last.json["code"], last.json["retryable"]) == ("error", "gateway_stopping", True)
        assert listener.heard == listeners[0].heard


async def chat(up: Up, name: str, lasts: list[Event], *, task_status: anyio.abc.TaskStatus[None]) -> None:
    """One message, up to its first text; then its last event."""
    headers = {"authorization": f"Bearer {up.home.token()}"}
    body = {"conversationId": name, "message": "hello"}
    async with events(f"{up.told['url']}/v1/chat/stream", headers, body) as reader:
        while (event := await reader.next()) is not None and "shown" not in event.data:
            pass
        task_status.started()
        lasts += (await reader.rest())[-1:]


@pytest.mark.promise("faults.stop")
async def test_twenty_chats_end_with_a_terminal_event(tmp_path: Path) -> None:
    lasts: list[Event] = []
    async with place(tmp_path) as here:
        here.vendor.script("hello", *[here.vendor.says("shown", anyio.Event())] * STREAMS)
        async with here.up() as up, anyio.create_task_group() as group:
            for number in range(STREAMS):
                await group.start(chat, up, f"c{number}", lasts)
            up.stop()
            with anyio.fail_after(10):
                await until_drained(up)
            up.stop()
            await closed(up)
        assert up.process.returncode == 0
    assert [event.name for event in lasts] == [lasts[0].name] * STREAMS
    assert (lasts[0].name, lasts[0].json["code"]) == ("error", "gateway_stopped")


async def until_drained(up: Up) -> None:
    """No new connection is let in."""
    port = int(up.told["url"].rpartition(":")[2])
    while True:
        try:
            stream = await anyio.connect_tcp("127.0.0.1", port)
        except OSError:
            return
        await stream.aclose()
