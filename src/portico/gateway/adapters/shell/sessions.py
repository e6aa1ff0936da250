"""Terminal sessions: programs on a pseudo terminal that outlive the call that started them, not the gateway."""

import os
import pty
import shutil
import termios
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from portico.gateway.adapters.shell.environment import child_environment
from portico.gateway.adapters.shell.marks import Marks
from portico.gateway.adapters.shell.process import Child, Streams, spawn
from portico.gateway.features.tools import Command, Reader, SessionOutput, ToolFault
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.ids import Ids

MOST_SESSIONS = 64
IDLE_SECONDS = 600
REAP_SECONDS = 30
BUFFER_BYTES = 512 * 1024
CHUNK = 64 * 1024
WINDOW = (40, 120)
DRAIN_SECONDS = 0.1
WRITE_SECONDS = 5.0
ON_TERMINAL = ("/bin/sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1')
"""Opening the terminal anew makes it the controlling one of the session, which no option of Popen does."""

GONE = "it has ended, was idle for 10 minutes, or the gateway was started again; start it anew with exec_command"


@dataclass(slots=True)
class Session:
    """One program on its terminal. `unread` is what it printed since it was last read."""

    id: str
    owner: str
    argv: tuple[str, ...]
    child: Child
    terminal: int
    reader: Reader
    started: float
    used: float
    unread: deque[bytes] = field(default_factory=deque[bytes])
    unread_size: int = 0
    lost: int = 0
    has_ended: anyio.Event = field(default_factory=anyio.Event)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def keep(self, data: bytes) -> None:
        """Put it with the unread; the oldest is lost when there is too much."""
        self.unread.append(data)
        self.unread_size += len(data)
        while self.unread_size > BUFFER_BYTES:
            oldest = self.unread.popleft()
            excess = self.unread_size - BUFFER_BYTES
            if len(oldest) > excess:
                self.unread.appendleft(oldest[excess:])
            gone = min(len(oldest), excess)
            self.unread_size -= gone
            self.lost += gone

    def take(self) -> tuple[str, int]:
        """The unread text and how many bytes before it were lost."""
        text = self.reader.feed(b"".join(self.unread))
        if self.has_ended.is_set():
            text += self.reader.flush()
        lost, self.lost, self.unread_size = self.lost, 0, 0
        self.unread.clear()
        return text, lost


class Sessions:
    """All terminal sessions of the gateway, at most 64; each belongs to a thread."""

    def __init__(self, environ: Mapping[str, str], clock: Clock, ids: Ids, marks: Marks) -> None:
        self._marks = marks
        self._environ = environ
        self._clock = clock
        self._ids = ids
        self._sessions: dict[str, Session] = {}
        self._group: TaskGroup | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        """Sessions can be opened while the block runs; they end with it."""
        async with anyio.create_task_group() as group:
            self._group = group
            group.start_soon(self._reap)
            try:
                yield
            finally:
                self._group = None
                group.cancel_scope.cancel()

    async def open(self, owner: str, command: Command, reader: Reader, yield_seconds: float) -> SessionOutput:
        """Start `command`; answers after `yield_seconds` or at its end. Cut short, the session is ended."""
        if self._group is None:
            raise ToolFault("execution_failed", "the gateway is stopping; no session can be opened")
        self._make_room()
        session = self._start(owner, command, reader)
        self._sessions[session.id] = session
        self._group.start_soon(self._follow, session)
        try:
            return await self._collect(session, yield_seconds)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await self._end(session)
            raise

    async def talk(self, owner: str, session_id: str, chars: str, yield_seconds: float) -> SessionOutput:
        """Type `chars`; answers after `yield_seconds` or at its end with what was printed."""
        session = self._sessions.get(session_id)
        if session is None or session.owner != owner:
            raise ToolFault("not_found", f"there is no session {session_id[:40]!r}", hint=GONE)
        session.used = self._clock.monotonic()
        if chars and not session.has_ended.is_set():
            await _type(session, chars.encode("utf-8", "replace"))
        return await self._collect(session, yield_seconds)

    def argv_of(self, owner: str, session_id: str) -> tuple[str, ...]:
        session = self._sessions.get(session_id)
        return session.argv if session is not None and session.owner == owner else ()

    async def end(self, owner: str) -> None:
        for session in [session for session in self._sessions.values() if session.owner == owner]:
            await self._end(session)

    def _make_room(self) -> None:
        if len(self._sessions) < MOST_SESSIONS:
            return
        ended = next((session for session in self._sessions.values() if session.has_ended.is_set()), None)
        if ended is None:
            raise ToolFault(
                "execution_failed",
                f"{MOST_SESSIONS} terminal sessions are open, which is the limit",
                hint="end one of them, by typing exit or Ctrl-C",
            )
        del self._sessions[ended.id]

    def _start(self, owner: str, command: Command, reader: Reader) -> Session:
        environment = child_environment(self._environ, self._marks.new(), self._environ.get("TERM") or "xterm-256color")
        if (
            shutil.which(command.argv[0], path=environment["PATH"]) is None
            and not (command.cwd / command.argv[0]).is_file()
        ):
            raise ToolFault("command_not_found", f"the program {command.argv[0]!r} was not found")
        terminal, inner = _terminal()
        try:
            argv = (*ON_TERMINAL, os.ttyname(inner), *command.argv)
            child = spawn(argv, command.cwd, environment, Streams(inner, inner, inner))
        except BaseException:
            os.close(terminal)
            raise
        finally:
            os.close(inner)
        now = self._clock.monotonic()
        return Session(self._new_id(), owner, command.argv, child, terminal, reader, now, now)

    def _new_id(self) -> str:
        while (name := self._ids.short()) in self._sessions:
            pass
        return name

    async def _follow(self, session: Session) -> None:
        """Read the terminal while the program runs; then end what it left behind."""
        is_over = False
        try:
            with session.scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(_read, session)
                    await session.child.exited()
                    is_over = True
                    group.cancel_scope.deadline = anyio.current_time() + DRAIN_SECONDS
        finally:
            await session.child.end(is_over=is_over)
            session.has_ended.set()
            anyio.notify_closing(session.terminal)
            os.close(session.terminal)

    async def _collect(self, session: Session, yield_seconds: float) -> SessionOutput:
        with anyio.move_on_after(yield_seconds):
            await session.has_ended.wait()
        is_running = not session.has_ended.is_set()
        text, lost = session.take()
        session.used = self._clock.monotonic()
        if not is_running:
            self._sessions.pop(session.id, None)
        return SessionOutput(
            session_id=session.id,
            argv=session.argv,
            text=text,
            is_running=is_running,
            exit_code=session.child.code,
            lost_bytes=lost,
            duration_ms=max(0, round((session.used - session.started) * 1000)),
        )

    async def _end(self, session: Session) -> None:
        self._sessions.pop(session.id, None)
        session.scope.cancel()
        await session.has_ended.wait()

    async def _reap(self) -> None:
        while True:
            await self._clock.sleep(REAP_SECONDS)
            limit = self._clock.monotonic() - IDLE_SECONDS
            for session in [session for session in self._sessions.values() if session.used <= limit]:
                await self._end(session)


def _terminal() -> tuple[int, int]:
    """A new pseudo terminal: our end, and the program's. Lines end with a bare newline."""
    try:
        terminal, inner = pty.openpty()
    except OSError as error:
        raise ToolFault("execution_failed", f"no terminal can be opened: {error.strerror}") from error
    attributes = termios.tcgetattr(inner)
    attributes[1] &= ~termios.ONLCR
    termios.tcsetattr(inner, termios.TCSANOW, attributes)
    termios.tcsetwinsize(inner, WINDOW)
    os.set_blocking(terminal, False)
    return terminal, inner


async def _read(session: Session) -> None:
    while True:
        try:
            data = os.read(session.terminal, CHUNK)
        except BlockingIOError:
            await anyio.wait_readable(session.terminal)
            continue
        except OSError:
            return  # the last program on the terminal has closed it
        if not data:
            return
        session.keep(data)
        await anyio.lowlevel.checkpoint()


async def _type(session: Session, data: bytes) -> None:
    """Write all of it. Raises ToolFault when the program does not read for 5 seconds."""
    with anyio.move_on_after(WRITE_SECONDS) as waiting:
        while data and not session.has_ended.is_set():
            try:
                data = data[os.write(session.terminal, data) :]
            except BlockingIOError:
                await _writable(session.terminal)
            except OSError:
                return  # it has just ended; the answer says so
    if waiting.cancelled_caught:
        raise ToolFault("timeout", "the program does not read what is typed", hint="read its output first")


async def _writable(terminal: int) -> None:
    with suppress(anyio.ClosedResourceError):
        await anyio.wait_writable(terminal)
