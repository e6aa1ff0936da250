"""`make crash`: kill -9 at random moments under streaming turns; nothing that a client saw may be lost or doubled."""

import argparse
import random
import socket
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import msgspec
from bench.provider import mark
from bench.rig import Client, Gateway, client, provider
from websockets.exceptions import ConnectionClosed

TURNS = 20
DELTAS = 400
SPACING_MS = 4
LONGEST_LIFE = 1.2
"""Seconds between the first turn's start and the kill, at most."""


@dataclass(slots=True)
class Saw:
    """What one client saw of a thread: by version, the notification's name and the text or status in it."""

    thread: str
    by_version: dict[int, tuple[str, str]] = field(default_factory=dict[int, tuple[str, str]])

    def take(self, method: str, params: dict[str, Any]) -> None:
        if params.get("thread_id") != self.thread or "version" not in params:
            return
        seen = (method, told(params))
        before = self.by_version.setdefault(params["version"], seen)
        assert before == seen, f"version {params['version']} came twice with other content: {before} {seen}"


def told(params: dict[str, Any]) -> str:
    """The part of a notification that a person reads."""
    if "delta" in params:
        return params["delta"]
    item, turn = params.get("item", {}), params.get("turn", {})
    return item.get("text", "") or turn.get("status", "")


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


async def watch(mine: Client, saw: Saw, number: int) -> None:
    """Start a turn and take what comes until the connection breaks or the turn ends."""
    prompt = mark(n=DELTAS, d=SPACING_MS)
    with suppress(ConnectionClosed, OSError):
        await mine.send(
            "turn/start", thread_id=saw.thread, turn_id=f"turn{number}", input=[{"type": "text", "text": prompt}]
        )
        while True:
            _, frame = await mine.receive()
            assert frame.error is None, frame.error
            if frame.method:
                saw.take(frame.method, msgspec.json.decode(frame.params))


async def live_and_die(it: Gateway, cycle: int, life: float) -> list[Saw]:
    """Twenty turns stream; after `life` seconds the gateway is killed. What the clients saw until then."""
    saws = [Saw(f"cycle{cycle}thread{n}") for n in range(TURNS)]
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(client(it)) for _ in saws]
        for mine, saw in zip(clients, saws, strict=True):
            await mine.thread(saw.thread)
        async with anyio.create_task_group() as group:
            for number, (mine, saw) in enumerate(zip(clients, saws, strict=True)):
                group.start_soon(watch, mine, saw, number)
            await anyio.sleep(life)
            it.kill()
    return saws


async def read_back(mine: Client, thread: str) -> list[dict[str, Any]]:
    """The whole history of a thread, by pages."""
    events: list[dict[str, Any]] = []
    after = 0
    while True:
        page = await mine.call("thread/history", thread_id=thread, after_version=after, limit=1_000)
        events += page["events"]
        after = page["to_version"]
        if after >= page["head_version"]:
            return events


def check(saw: Saw, events: list[dict[str, Any]]) -> None:
    """No hole, nothing doubled, nothing lost that was seen, no turn left open."""
    versions = [event["version"] for event in events]
    assert versions == list(range(1, len(versions) + 1)), f"{saw.thread}: versions have holes or doubles"
    stored = {event["version"]: told(event["payload"]) for event in events}
    for version, (method, text) in saw.by_version.items():
        assert version in stored, f"{saw.thread}: version {version} ({method}) was seen and is lost"
        assert stored[version] == text, f"{saw.thread}: version {version} ({method}) has other content"
    started = [e["payload"]["turn"]["id"] for e in events if e["payload"]["type"] == "turnStarted"]
    ended = [e["payload"]["turn"] for e in events if e["payload"]["type"] in {"turnCompleted", "turnFailed"}]
    assert [turn["id"] for turn in ended] == started, f"{saw.thread}: {started} started, {ended} ended"
    assert all(turn["status"] != "InProgress" for turn in ended)


async def check_all(it: Gateway, saws: list[Saw]) -> None:
    async with client(it) as mine:
        for saw in saws:
            check(saw, await read_back(mine, saw.thread))


async def run(folder: Path, kills: int, seed: int) -> int:
    """Kill `kills` times; returns how many events clients had seen in all. AssertionError tells what was lost."""
    dice = random.Random(seed)
    seen = 0
    with provider(free_port()) as url:
        it = Gateway(folder / "home", port=free_port(), provider_url=url)
        it.start()
        try:
            for cycle in range(kills):
                saws = await live_and_die(it, cycle, dice.uniform(0.0, LONGEST_LIFE))
                it.start()
                await check_all(it, saws)
                seen += sum(len(saw.by_version) for saw in saws)
        finally:
            it.stop()
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description="kill the gateway at random moments and check what is left")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        seen = anyio.run(run, Path(folder), arguments.kills, arguments.seed)
    print(f"{arguments.kills} kills, {seen} events seen by clients, none lost, none doubled, no turn left open")


if __name__ == "__main__":
    main()
