"""The commands that are calls of a client."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio
from rich.console import Console
from rich.table import Table

from portico.shells.cli.host import Host
from portico.shells.cli.session import Session, connected

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cli:
    """What every command gets: its host, its environment, its home, where it writes."""

    host: Host
    environ: Mapping[str, str]
    out: Console
    err: Console
    home: Path | None = None

    def ask(self, work: Callable[[Session], Awaitable[T]], doing: str = "asking the gateway") -> T:
        """Run `work` with a session; a status line shows where a person waits. Raises ClientError."""

        async def run() -> T:
            async with connected(self.host, self.environ, self.home) as session:
                return await work(session)

        return self.busy(run, doing)

    def busy(self, work: Callable[[], Awaitable[T]], doing: str) -> T:
        """Run `work` with a progress display on a terminal."""
        if not self.err.is_terminal:
            return anyio.run(work)
        with self.err.status(doing):
            return anyio.run(work)


def listing(*columns: str, keys: int = 1) -> Table:
    """A table without lines. Its first `keys` columns are copied by people: they are never cut, the others fold."""
    table = Table(box=None, pad_edge=False)
    for place, name in enumerate(columns):
        table.add_column(name, no_wrap=place < keys, overflow="fold")
    return table
