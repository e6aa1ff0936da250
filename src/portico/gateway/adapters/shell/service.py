"""Runs commands to their end, and keeps terminal sessions while the gateway lives."""

import os
import subprocess
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.lowlevel

from portico.gateway.adapters.shell.environment import child_environment
from portico.gateway.adapters.shell.marks import Marks
from portico.gateway.adapters.shell.orphans import end_orphans
from portico.gateway.adapters.shell.process import Child, Streams, spawn
from portico.gateway.adapters.shell.sessions import Sessions
from portico.gateway.features.tools import Command, Exit, OutputSink, Reader, SessionOutput, Stream
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.ids import Ids

CHUNK = 64 * 1024
DRAIN_SECONDS = 0.25
"""How long output is still read after the program has ended while something it started holds the pipe."""
PIPES = Streams(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@asynccontextmanager
async def open_shell(environ: Mapping[str, str], clock: Clock, ids: Ids, home: Path) -> "AsyncGenerator[Shell]":
    """A shell whose sessions end with the block; its processes are marked as those of `home`."""
    marks = Marks(home)
    sessions = Sessions(environ, clock, ids, marks)
    async with sessions.serving():
        yield Shell(environ, clock, sessions, marks)


@dataclass(slots=True)
class _Flow:
    """Where output goes, and how much standard output is still wanted."""

    sink: OutputSink
    room: int | None
    limited: bool = False

    def take(self, stream: Stream, data: bytes) -> bool:
        """Pass it on; False when no more is wanted."""
        if self.room is not None and stream == "stdout":
            self.room -= len(data)
            self.limited = self.limited or self.room < 0
        self.sink(stream, data)
        return not self.limited


class Shell:
    """The ShellPort of the tools."""

    def __init__(self, environ: Mapping[str, str], clock: Clock, sessions: Sessions, marks: Marks) -> None:
        self._marks = marks
        self._environ = environ
        self._clock = clock
        self._sessions = sessions

    async def run(self, command: Command, sink: OutputSink) -> Exit:
        """Run to the end, without input. A cancelled call returns after its processes are gone."""
        started = self._clock.monotonic()
        flow = _Flow(sink, command.output_limit)
        environment = child_environment(self._environ, self._marks.new(), "dumb")
        child = spawn(command.argv, command.cwd, environment, PIPES)
        is_over = False
        with anyio.move_on_after(command.timeout_seconds) as deadline:
            try:
                is_over = await _follow(child, flow)
            finally:
                if not is_over:
                    await child.end(is_over=False)
        if is_over:
            await child.end(is_over=True)
        was_cut = deadline.cancelled_caught or flow.limited
        return Exit(
            code=None if was_cut else child.code,
            duration_ms=max(0, round((self._clock.monotonic() - started) * 1000)),
            timed_out=deadline.cancelled_caught,
            limited=flow.limited,
        )

    async def open(self, owner: str, command: Command, reader: Reader, yield_seconds: float) -> SessionOutput:
        """Start `command` on a terminal; it goes on after the answer."""
        return await self._sessions.open(owner, command, reader, yield_seconds)

    async def talk(self, owner: str, session_id: str, chars: str, yield_seconds: float) -> SessionOutput:
        """Type into a session and read what it printed since the last time."""
        return await self._sessions.talk(owner, session_id, chars, yield_seconds)

    def argv_of(self, owner: str, session_id: str) -> tuple[str, ...]:
        """What runs in the session; empty when there is none."""
        return self._sessions.argv_of(owner, session_id)

    async def end(self, owner: str) -> None:
        """End all sessions of `owner`."""
        await self._sessions.end(owner)

    async def end_orphans(self) -> None:
        """End what a killed gateway of this home left running."""
        await end_orphans(self._marks)


async def _follow(child: Child, flow: _Flow) -> bool:
    """Read until the program has ended and its output is read; False when it is cut for its length."""
    async with anyio.create_task_group() as group:
        group.start_soon(_pump, child.stdout, "stdout", flow, group.cancel_scope)
        group.start_soon(_pump, child.stderr, "stderr", flow, group.cancel_scope)
        await child.exited()
        group.cancel_scope.deadline = anyio.current_time() + DRAIN_SECONDS
    return not flow.limited


async def _pump(descriptor: int, stream: Stream, flow: _Flow, scope: anyio.CancelScope) -> None:
    while True:
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            await anyio.wait_readable(descriptor)
            continue
        if not data:
            return
        if not flow.take(stream, data):
            scope.cancel()
        await anyio.lowlevel.checkpoint()
