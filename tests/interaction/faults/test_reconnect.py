"""A client that comes back: it asks for what came after its version and gets that, once, then what is new."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest

from portico.client.connection import Connection, Step
from portico.client.state import ThreadState
from portico.client.transport.websocket import websocket
from portico.gateway.kernel.ids import RandomIds
from portico.protocol.events import ItemDelta, TurnCompleted
from portico.protocol.methods.turn import TURN_START, TurnStartParams
from portico.protocol.types.input import TextInput
from tests.kit import FakeClock
from tests.kit.gateways import Peer, Setup, Site, gateway, until

HOUR = 3_600


def versions(peer: Peer) -> list[int]:
    return [note["version"] for note in peer.notes() if note.get("thread_id") == "t1" and "version" in note]


@pytest.mark.promise("faults.reconnect")
async def test_after_an_hour_it_gets_what_it_missed_and_goes_on(tmp_path: Path) -> None:
    clock, first_gate, second_gate = FakeClock(), anyio.Event(), anyio.Event()
    async with gateway(tmp_path, Setup(clock=clock)) as site:
        async with site.socket() as before:
            opened = await before.thread()
            site.vendor.script("hello", site.vendor.says("one ", first_gate, "two ", second_gate, "three"))
            await before.start("u1", "hello")
            await before.shown("u1", "one ")
        last = max(versions(before))
        first_gate.set()
        clock.advance(HOUR)
        async with site.socket() as after:
            place = {"thread_id": "t1", "epoch": opened["epoch"]}
            page = await after.call("thread/history", after_version=last, **place)
            while "two " not in str(page["events"]):
                page = await after.call("thread/history", after_version=last, **place)
            assert (page["epoch"], page.get("reset", False)) == (opened["epoch"], False)
            assert (page["from_version"], page["to_version"]) == (last + 1, page["head_version"])
            missed = [event["version"] for event in page["events"]]
            second_gate.set()
            assert (await after.ended("u1"))["status"] == "Completed"
            assert missed == list(range(last + 1, page["to_version"] + 1))
            seen = {event["version"]: event["payload"].get("delta", "") for event in page["events"]}
            seen |= {note["version"]: note.get("delta", "") for note in after.notes() if note.get("turn_id")}
            assert sorted(seen) == list(range(last + 1, max(seen) + 1))
            assert before.text("u1") + "".join(seen[version] for version in sorted(seen)) == "one two three"


@pytest.mark.promise("faults.reconnect")
async def test_small_pages_meet_every_event_once(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        await peer.thread()
        for number in range(12):
            await peer.turn(f"u{number}", "hello")
        whole = await peer.history()
        assert await peer.history(page=7) == whole
        assert [event["version"] for event in whole] == list(range(1, len(whole) + 1))


def age(home: Path, **changes: Any) -> None:
    """Change what the home says of its epoch."""
    file = home / "epoch"
    file.write_bytes(msgspec.json.encode(msgspec.json.decode(file.read_bytes()) | changes))


@pytest.mark.promise("faults.epoch")
async def test_a_clean_restart_keeps_cursors_and_another_boot_resets_them(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        epoch = (await peer.thread())["epoch"]
        await peer.turn("u1", "hello")
        head = len(await peer.history())
    cursor = {"thread_id": "t1", "after_version": head - 1, "epoch": epoch}
    async with gateway(tmp_path) as site, site.peer() as peer:
        page = await peer.call("thread/history", **cursor)
        assert (page["epoch"], page.get("reset", False), len(page["events"])) == (epoch, False, 1)
        above = await peer.call("thread/history", **cursor | {"after_version": head + 1})
        assert (above["reset"], len(above["events"])) == (True, head)
        foreign = await peer.call("thread/history", **cursor | {"epoch": RandomIds().new()}, limit=3)
        assert (foreign["reset"], [event["version"] for event in foreign["events"]]) == (
            True,
            [head - 2, head - 1, head],
        )
    age(tmp_path / "home", boot_id="another boot", clean=False)
    async with gateway(tmp_path) as site, site.peer() as peer:
        page = await peer.call("thread/history", **cursor)
        assert (page["reset"], page["epoch"] != epoch, len(page["events"])) == (True, True, head)


async def test_the_client_core_survives_a_break_in_mid_turn(tmp_path: Path) -> None:
    """Its state after the break equals that of one that loads afresh."""
    gate, steps = anyio.Event(), list[Step]()
    async with gateway(tmp_path) as site, AsyncExitStack() as stack:
        async with site.peer() as peer:
            await peer.thread()
        site.vendor.script("hello", site.vendor.says("one ", gate, "two"))
        mine = await stack.enter_async_context(connection(site).running())
        await mine.follow("t1", steps.append)
        wish = TurnStartParams(thread_id="t1", turn_id="u1", input=[TextInput(text="hello")])
        await mine.call(TURN_START, wish)
        await until(lambda: text_of(steps) == "one ")
        site.it.gateway.hub.abort()
        gate.set()
        await until(lambda: isinstance(steps[-1].event, TurnCompleted))
        fresh = await stack.enter_async_context(connection(site).running())
        loaded, kept = await fresh.follow("t1", steps.append), steps[-1].state
        assert (loaded.version, shown(loaded)) == (kept.version, shown(kept))
        assert text_of(steps) == "one two"
        assert [step.version for step in steps] == list(range(steps[0].version, steps[-1].version + 1))


def shown(state: ThreadState) -> list[Any]:
    """What a person sees of a thread."""
    return [(turn.turn, [(item.phase, item.text) for item in turn.items]) for turn in state.turns]


def connection(site: Site) -> Connection:
    async def at_once(seconds: float) -> None:
        del seconds
        await anyio.lowlevel.checkpoint()

    return Connection(lambda: websocket(site.url, site.token), sleep=at_once)


def text_of(steps: list[Step]) -> str:
    return "".join(step.event.delta for step in steps if isinstance(step.event, ItemDelta))
