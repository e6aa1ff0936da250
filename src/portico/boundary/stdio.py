"""The carrier on standard input and output: one JSON object a line both ways, UTF-8, LF only."""

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import IO

import anyio.to_thread

from portico.boundary.boundary import Boundary
from portico.boundary.desk import Means
from portico.boundary.session import Session
from portico.boundary.ways import Embedded, LocalWays
from portico.client.registry import home_of
from portico.client.registry_plan import RegistryFile

MAX_LINE = 32 * 1024 * 1024
"""A draft with pictures; a longer line is refused and skipped."""
GRACE_SECONDS = 5.0
"""What was asked before the end of the input is still answered."""


async def serve(
    environ: Mapping[str, str], home: Path | None, embedded: Embedded, stdin: IO[bytes], stdout: IO[bytes]
) -> None:
    """Until the input ends or nobody reads the output. What else is printed goes to standard error."""
    registry = RegistryFile(home_of(environ, home) / "gateways.json")
    means = Means(LocalWays(environ, home, embedded), registry)
    with redirect_stdout(sys.stderr):
        await talk(Boundary("stdio", means), stdin, stdout)


async def talk(boundary: Boundary, stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """As `serve`, over a given boundary. Raises BrokenPipeError when nobody reads."""

    def write(frame: bytes) -> None:
        stdout.write(frame + b"\n")
        stdout.flush()

    async def send(frame: bytes) -> None:
        await anyio.to_thread.run_sync(write, frame, abandon_on_cancel=True)

    async with Session(boundary, send).running(grace=GRACE_SECONDS) as session:
        while line := await anyio.to_thread.run_sync(_line, stdin, abandon_on_cancel=True):
            if len(line) > MAX_LINE:
                await session.refuse(f"a line has at most {MAX_LINE} bytes")
            elif line.strip():
                await session.take(line)


def _line(stdin: IO[bytes]) -> bytes:
    """The next line; of one that is too long only enough to know that, the rest is passed over."""
    line = part = stdin.readline(MAX_LINE + 1)
    while len(part) > MAX_LINE and not part.endswith(b"\n"):
        part = stdin.readline(MAX_LINE + 1)
    return line
