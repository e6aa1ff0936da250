"""One window for each home: who starts second hands its wish to the first and leaves.

The lock is the operating system's, so that nothing stale can hold it; the file says where the first listens.
"""

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import anyio
import msgspec
from anyio.abc import SocketStream, TaskStatus

from portico.client.errors import ClientError
from portico.shells.desktop.places import Places
from portico.shells.desktop.words import say

SECONDS = 5.0
MAX_WISH = 16_384
DONE = b"ok\n"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the second start was asked for: to show the window, and a gateway in it if one was named."""

    gateway: str | None = None


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    socket: str


@contextmanager
def only(places: Places) -> Generator[Path | None]:
    """Where to listen for who comes second; None for who is second. Raises OSError."""
    descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    # a path below the home may be longer than a socket's may be; the folder is readable by its owner only
    folder: str | None = None
    try:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder = tempfile.mkdtemp(prefix="portico-")
        if folder is None:
            yield None
            return
        path = Path(folder) / "desktop"
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(_Lock(socket=str(path))), 0)
        yield path
    finally:
        if folder is not None:
            os.ftruncate(descriptor, 0)
            shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def knock(places: Places, wish: Wish) -> None:
    """Hand the wish to the first. Raises ClientError when it does not take it."""
    try:
        path = msgspec.json.decode(places.lock.read_bytes(), type=_Lock).socket
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(SECONDS)
            door.connect(path)
            door.sendall(msgspec.json.encode(wish) + b"\n")
            if door.recv(len(DONE)) == DONE:
                return
    except (OSError, ValueError, RecursionError) as error:
        raise ClientError(say("ui.desktop.held", home=str(places.home))) from error
    raise ClientError(say("ui.desktop.held", home=str(places.home)))


async def listen(
    path: Path,
    heed: Callable[[Wish], Awaitable[None]],
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Take wishes, for ever; started when somebody may knock."""

    async def take(stream: SocketStream) -> None:
        async with stream:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError, ValueError, TimeoutError):
                with anyio.fail_after(SECONDS):
                    wish = msgspec.json.decode(await _line(stream), type=Wish)
                await heed(wish)
                await stream.send(DONE)

    async with await anyio.create_unix_listener(path, mode=0o600) as listener:
        task_status.started()
        await listener.serve(take)


async def _line(stream: SocketStream) -> bytes:
    """Raises ValueError for one that is too long."""
    taken = b""
    while not taken.endswith(b"\n"):
        taken += await stream.receive(MAX_WISH)
        if len(taken) > MAX_WISH:
            raise ValueError("too long")
    return taken
