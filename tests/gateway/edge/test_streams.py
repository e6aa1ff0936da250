"""Outlets: waiting, sending, comments, ends; and all of them together."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from portico.gateway.edge.request import Request
from portico.gateway.edge.streams import (
    BEAT_SECONDS,
    FAREWELL_SECONDS,
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    Outlet,
    PeerGone,
    Streams,
    frame,
)
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied, GatewayError, Unavailable
from tests.gateway.edge.rig import until
from tests.kit import FakeClock

CALLER = Principal("p", "p", frozenset(), "token", expires_at=1_800_000_060)


class Sent:
    """What an outlet wrote; `gate` holds it up, as a peer does that takes nothing."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.gate: anyio.Event | None = None

    async def __call__(self, message: dict[str, Any]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        self.pieces.append(message["body"])


class FakePeer:
    """A connection that is lost when the test says so."""

    def __init__(self) -> None:
        self.sent = 0
        self.lost: Callable[[], None] | None = None
        self.is_aborted = False

    def when_lost(self, lost: Callable[[], None] | None) -> None:
        self.lost = lost

    def write(self, data: bytes) -> bool:
        return False

    def abort(self) -> None:
        self.is_aborted = True


class FakeCredentials:
    def __init__(self) -> None:
        self.void: set[str] = set()
        self.changed: Callable[[], None] = lambda: None

    def is_valid(self, principal: Principal) -> bool:
        return principal.id not in self.void

    def touch(self, principal: Principal) -> None:
        raise AssertionError("a stream is no call")

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        self.changed = changed

        def forget() -> None:
            self.changed = lambda: None

        return forget


def outlet(sent: Sent | None = None, clock: FakeClock | None = None, peer: FakePeer | None = None) -> Outlet:
    return Outlet(sent or Sent(), CALLER, clock or FakeClock(), peer)


async def keep(streams: Streams) -> None:
    await streams.keeper().run()


def request(peer: FakePeer) -> Request:
    async def receive() -> dict[str, Any]:
        raise AssertionError("nothing is read here")

    extensions = {"portico.http": peer}
    return Request({"type": "http", "path": "/", "scheme": "http", "headers": [], "extensions": extensions}, receive)


async def test_a_wake_before_the_wait_is_not_lost_and_wakes_once() -> None:
    it = outlet()
    it.wake()
    it.wake()
    await it.wait()
    with anyio.move_on_after(0) as scope:
        await it.wait()
    assert scope.cancelled_caught


async def test_news_come_before_the_end_and_the_end_stays() -> None:
    it = outlet()
    it.end(Unavailable("first"))
    it.end(Unavailable("second"))
    it.wake()
    await it.wait()
    for _ in range(2):
        with pytest.raises(Unavailable, match="first"):
            await it.wait()


async def test_a_lost_peer_ends_everything_at_once() -> None:
    sent, peer = Sent(), FakePeer()
    it = outlet(sent, peer=peer)
    sent.gate = anyio.Event()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:

            async def send() -> None:
                with pytest.raises(PeerGone):
                    await it.send(b"x")

            group.start_soon(send)
            await anyio.wait_all_tasks_blocked()
            it.lose()
            sent.gate.set()
    it.wake()
    for ended in (it.wait, lambda: it.send(b"y")):
        with pytest.raises(PeerGone):
            await ended()
    assert (sent.pieces, peer.sent) == ([b"x"], 0)


def _end(it: Outlet) -> None:
    it.end(Denied("x"))


@pytest.mark.parametrize("ring", [Outlet.wake, Outlet.lose, Outlet.beat, _end])
async def test_whatever_happens_wakes_who_waits(ring: Callable[[Outlet], None]) -> None:
    sent = Sent()
    it = outlet(sent)
    ended: list[str] = []

    async def wait() -> None:
        try:
            await it.wait()
        except (PeerGone, GatewayError) as error:
            ended.append(type(error).__name__)
        ended.append("awake")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
            ring(it)
            await until(lambda: bool(ended or sent.pieces))
            group.cancel_scope.cancel()


async def test_comments_go_out_between_events_but_not_before_the_head() -> None:
    sent = Sent()
    it = outlet(sent)
    it.beat()
    it.wake()
    await it.wait()
    assert sent.pieces == []
    await it.send(b"event")
    it.beat()
    with anyio.move_on_after(0):
        await it.wait()
    assert sent.pieces == [b"event", HEARTBEAT]
    late = outlet(late_sent := Sent())
    late.hold(None)
    late.beat()
    with anyio.move_on_after(0):
        await late.wait()
    assert late_sent.pieces == []


async def test_a_head_that_was_held_is_sent_once_before_the_first_piece() -> None:
    sent = Sent()
    it = outlet(sent)

    async def begin() -> None:
        sent.pieces.append(b"head")

    it.hold(begin)
    assert not it.is_begun
    await it.send(b"a")
    await it.send(b"b")
    assert (sent.pieces, it.is_begun) == ([b"head", b"a", b"b"], True)


async def test_an_outlet_is_open_while_its_block_runs_and_knows_its_peer() -> None:
    streams, peer = Streams(FakeCredentials(), FakeClock()), FakePeer()
    with streams.outlet(request(peer), Sent(), CALLER) as it:
        assert (streams.count, peer.lost) == (1, it.lose)
        await it.send(b"four")
        it.abort()
    assert (streams.count, peer.lost, peer.sent, peer.is_aborted) == (0, None, 4, True)


async def test_leaving_ends_all_and_waits_for_them() -> None:
    streams = Streams(FakeCredentials(), FakeClock())
    reasons: list[str] = []

    async def produce() -> None:
        with streams.outlet(request(FakePeer()), Sent(), CALLER) as it:
            try:
                await it.wait()
            except GatewayError as error:
                reasons.append(error.code)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            for _ in range(3):
                group.start_soon(produce)
            await until(lambda: streams.count == 3)
            await streams.leave()
            assert streams.count == 0
        await streams.leave()
    assert reasons == ["gateway_stopping"] * 3


async def test_a_void_credential_ends_its_streams_and_no_other() -> None:
    credentials = FakeCredentials()
    streams = Streams(credentials, FakeClock())
    other = Principal("other", "other", frozenset(), "token")
    with (
        streams.rechecking(),
        streams.outlet(request(FakePeer()), Sent(), CALLER) as mine,
        streams.outlet(request(FakePeer()), Sent(), other) as its,
        streams.outlet(request(FakePeer()), Sent(), None) as nobodys,
    ):
        credentials.void.add("p")
        credentials.changed()
        with pytest.raises(Denied) as ended:
            await mine.wait()
        assert ended.value.code == "invalid_credential"
        assert (its.ended_at, nobodys.ended_at) == (None, None)


async def test_the_keeper_comments_on_silence_ends_what_expired_and_drops_what_does_not_end() -> None:
    credentials, clock, sent, peer = FakeCredentials(), FakeClock(), Sent(), FakePeer()
    streams = Streams(credentials, clock)

    async def beat(seconds: float) -> None:
        for _ in range(int(seconds / BEAT_SECONDS)):
            clock.advance(BEAT_SECONDS)
            await anyio.wait_all_tasks_blocked()

    async def produce() -> None:
        with streams.outlet(request(peer), sent, CALLER) as it:
            try:
                await it.wait()
            except Denied:
                # as one whose peer takes nothing
                await anyio.sleep_forever()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(keep, streams)
            group.start_soon(produce)
            await anyio.wait_all_tasks_blocked()
            await beat(HEARTBEAT_SECONDS - 1)
            assert sent.pieces == []
            await beat(HEARTBEAT_SECONDS + 1)
            assert sent.pieces == [HEARTBEAT, HEARTBEAT]
            credentials.void.add("p")
            await beat(60 - 2 * HEARTBEAT_SECONDS - 1)
            assert not peer.is_aborted
            await beat(1 + FAREWELL_SECONDS)
            assert peer.is_aborted
            group.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("id_", "expected"),
    [(None, b"event: a\ndata: {}\n\n"), ("e:1", b"id: e:1\nevent: a\ndata: {}\n\n")],
)
def test_an_event_as_it_is_written(id_: str | None, expected: bytes) -> None:
    assert frame("a", b"{}", id_) == expected
