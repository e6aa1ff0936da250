"""A long thread with tools: made once by a gateway, and read back by clients as its pages came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bench.measures import HISTORY_TURNS, uid
from bench.prose import pieces
from bench.provider import mark
from bench.rig import Client, Gateway, client

PAGE = 1_000
"""Events, as the client core asks for them."""
DELTAS = 60
"""Pieces of each answer: some 300 characters."""

_threads: dict[str, str] = {}


async def long_thread(it: Gateway, turns: int = HISTORY_TURNS) -> str:
    """The id of a thread of so many turns, each with a command that was run and an answer in Markdown."""
    known = _threads.get(it.url)
    if known is None:
        async with client(it) as mine:
            known = await mine.thread(uid("long"), mode="Agent")
            for _ in range(turns):
                script = mark(id=uid("l"), n=DELTAS, md=1, tool="exec_command", args={"command": ["true"]})
                await mine.turn(known, uid("t"), f"What of the heron's patience? {script}")
        _threads[it.url] = known
    return known


@dataclass(frozen=True, slots=True)
class Recorded:
    """A thread's history: `rows` as a gateway sends them, their versions without holes."""

    thread_id: str
    rows: tuple[msgspec.Raw, ...]

    def page(self, after: int, *, size: int = PAGE, include_deltas: bool = True) -> bytes:
        """The answer to `thread/history`."""
        wanted = [row for row in self.rows[after:] if include_deltas or not _is_delta(row)][:size]
        head = len(self.rows)
        last = _version(wanted[-1]) if len(wanted) == size else head
        return msgspec.json.encode(
            {
                "workspace_id": "w",
                "thread_id": self.thread_id,
                "events": wanted,
                "epoch": "e",
                "from_version": after + 1,
                "to_version": last,
                "head_version": head,
            }
        )


class _Versioned(msgspec.Struct):
    version: int


_version_of = msgspec.json.Decoder(_Versioned).decode


def _version(row: msgspec.Raw) -> int:
    return _version_of(row).version


def _is_delta(row: msgspec.Raw) -> bool:
    return b'"type":"itemDelta"' in bytes(row)


async def recorded(mine: Client, thread: str) -> Recorded:
    """The thread as it is stored."""
    rows: list[msgspec.Raw] = []
    while True:
        page = await mine.call_raw("thread/history", thread_id=thread, after_version=len(rows), limit=100_000)
        told = msgspec.json.decode(page, type=_Page)
        rows += told.events
        if told.to_version >= told.head_version:
            return Recorded(thread, tuple(rows))


class _Page(msgspec.Struct):
    to_version: int
    head_version: int
    events: list[msgspec.Raw]


def spread(known: Recorded) -> Recorded:
    """The same thread as a slow vendor had streamed it: no two deltas came together."""
    rows: list[msgspec.Raw] = []
    for raw in known.rows:
        for event in _split(msgspec.json.decode(raw)) if _is_delta(raw) else (msgspec.json.decode(raw),):
            rows.append(msgspec.Raw(msgspec.json.encode(event | {"version": len(rows) + 1})))
    return Recorded(known.thread_id, tuple(rows))


def _split(event: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [event | {"payload": event["payload"] | {"delta": piece}} for piece in pieces(event["payload"]["delta"])]
