"""What the client core costs: a long thread made rows, and a delta made a patch of its row.

In processor time: nothing here waits for anything, and what else the machine does is none of the core's business.
"""

import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import msgspec

from bench.long_thread import Recorded, long_thread, recorded, spread
from bench.measures import Figures
from bench.prose import pieces, prose
from bench.rig import Gateway, client, median
from portico.boundary import Threads
from portico.client.connection import Connection
from portico.client.state import ThreadState, reduce
from portico.client.timeline import Projector
from portico.client.transport import Transport
from portico.protocol import events as ev
from portico.protocol.frames import Where, encode_frame
from portico.protocol.types.history import HistoryEvent
from portico.protocol.types.item import AgentMessage
from portico.protocol.types.turn import Turn, TurnStatus

ROUNDS = 7
DELTAS = 1_700
PER_DRAW = 17
"""Deltas between two draws: 500 a second, 30 draws a second."""

_history = msgspec.json.Decoder(HistoryEvent).decode
_event: Callable[[bytes | msgspec.Raw], ev.Event] = msgspec.json.Decoder(ev.Event).decode
_WHERE = Where(workspace_id="w", turn_id="streamed")


class Canned:
    """A transport that answers from a recorded thread; what is in `frames` is said as fast as it is taken."""

    def __init__(self, thread: Recorded) -> None:
        self._thread = thread
        self._pages: dict[tuple[int, bool], str] = {}
        self._answers: deque[str] = deque()
        self._wake = anyio.Event()
        self.frames: deque[str] = deque()
        self.asked: Callable[[], None] = lambda: None
        """Called before each frame, and when there are no more."""

    async def send(self, text: str) -> None:
        request = msgspec.json.decode(text)
        result = self._page(**request["params"]) if request["method"] == "thread/history" else _NOTHING_WAITS
        self._answers.append(f'{{"jsonrpc":"2.0","id":"{request["id"]}","result":{result}}}')
        self.hurry()

    async def receive(self) -> str:
        while not self._answers and not self.frames:
            self.asked()
            await self._wake.wait()
        if self._answers:
            return self._answers.popleft()
        self.asked()
        return self.frames.popleft()

    def hurry(self) -> None:
        wake, self._wake = self._wake, anyio.Event()
        wake.set()

    def _page(self, *, after_version: int = 0, include_deltas: bool = True, **_: Any) -> str:
        key = after_version, include_deltas
        if key not in self._pages:
            self._pages[key] = self._thread.page(after_version, include_deltas=include_deltas).decode()
        return self._pages[key]


_NOTHING_WAITS = '{"turns":[],"steers":[]}'


@asynccontextmanager
async def connected(canned: Canned) -> AsyncGenerator[Connection]:
    @asynccontextmanager
    async def opened() -> AsyncGenerator[Transport]:
        yield canned

    async with Connection(opened).running() as connection:
        yield connection


async def core(it: Gateway) -> Figures:
    """A thread of 1,000 turns made rows, by pages and without them; then a delta made a patch of its row."""
    thread = await long_thread(it)
    async with client(it) as mine:
        merged = await recorded(mine, thread)
    single = spread(merged)
    plain, drawn_plain = await _streamed(merged, "")
    marked, drawn_marked = await _streamed(merged, prose(50))
    return {
        "load_ms": await _loaded(merged),
        "load_single_ms": await _loaded(single),
        "reduce_ms": _reduced(merged),
        "reduce_single_ms": _reduced(single),
        "patch_plain_us": plain,
        "draw_plain_us": drawn_plain,
        "patch_markdown_us": marked,
        "draw_markdown_us": drawn_marked,
    }


async def _loaded(thread: Recorded) -> float:
    """Milliseconds from asking to the newest rows in JSON, by the way that a shell's open goes."""
    canned = Canned(thread)
    taken: list[float] = []
    for _ in range(ROUNDS + 1):
        async with connected(canned) as connection:
            start = time.process_time()
            shared = await Threads(connection).open(thread.thread_id)
            shared.read(None, 1)
            taken.append((time.process_time() - start) * 1e3)
    return median(taken[1:])


def _reduced(thread: Recorded) -> float:
    """Milliseconds from decoded events to rows."""
    rows = [_history(raw) for raw in thread.rows]
    facts = [(_event(row.payload), row.version, row.turn_id, row.created_at * 1_000) for row in rows]
    taken: list[float] = []
    for _ in range(ROUNDS):
        start = time.process_time()
        state = ThreadState(thread.thread_id)
        for event, version, turn_id, at_ms in facts:
            state = reduce(state, event, version=version, turn_id=turn_id, at_ms=at_ms)
        _ = Projector(state).rows
        taken.append((time.process_time() - start) * 1e3)
    return median(taken)


async def _streamed(thread: Recorded, before: str) -> tuple[float, float]:
    """Microseconds of a delta from its frame to the patch that waits to be drawn, and of a draw: medians.

    The delta belongs to a message at the end of the thread, of which `before` is said already.
    """
    canned = Canned(thread)
    async with connected(canned) as connection:
        shared = await Threads(connection).open(thread.thread_id)
        cursor = shared.read(None, 1)[1]
        deltas: list[float] = []
        draws: list[float] = []
        done = anyio.Event()
        began = 0

        def asked() -> None:
            nonlocal began, cursor
            now = time.process_time_ns()
            deltas.append((now - began) / 1e3)
            if len(deltas) % PER_DRAW == 0:
                cursor = shared.read(cursor, 256)[1]
                draws.append((time.process_time_ns() - now) / 1e3)
            if not canned.frames:
                done.set()
            began = time.process_time_ns()

        canned.asked = asked
        canned.frames.extend(_frames(thread, before))
        canned.hurry()
        with anyio.fail_after(60):
            await done.wait()
    # the first frames begin the turn and say what is said already
    return median(deltas[4:]), median(draws[1:])


def _frames(thread: Recorded, before: str) -> Iterator[str]:
    """A turn that begins, says `before` and then streams Markdown."""
    turn = Turn(id=_WHERE.turn_id, status=TurnStatus.IN_PROGRESS)
    text = pieces(prose(100))
    facts: list[ev.Event] = [
        ev.TurnStarted(workspace_id="w", thread_id=thread.thread_id, turn=turn, input=[]),
        ev.ItemStarted(item=AgentMessage(id="said", text="")),
        ev.ItemDelta(item_id="said", delta=before),
        *(ev.ItemDelta(item_id="said", delta=text[number % len(text)]) for number in range(DELTAS)),
    ]
    for number, fact in enumerate(facts, start=1):
        where = msgspec.structs.replace(_WHERE, thread_id=thread.thread_id, version=len(thread.rows) + number)
        yield encode_frame(fact, where)
