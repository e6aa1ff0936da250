"""What the command line asks of its own machine: a gateway in this process, and the care of a home."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal, Protocol

from portico.client.errors import ClientError
from portico.client.transport.memory import Receive, Send


class HomeTaken(ClientError):
    """Another process holds the home: raised by `embedded` when it was a moment faster."""


class Finding(Protocol):
    """One check of `doctor`; `mend` says what to do about it."""

    @property
    def name(self) -> str: ...

    @property
    def status(self) -> Literal["ok", "warning", "error"]: ...

    @property
    def message(self) -> str: ...

    @property
    def mend(self) -> str: ...


class Host(Protocol):
    """Given by the program's entry. What it raises has a sentence for a person, which the entry prints."""

    def embedded(self, home: Path | None) -> AbstractAsyncContextManager[tuple[Send, Receive]]:
        """A connection to a gateway in this process that others can join; it ends when the last client has left.

        Raises HomeTaken.
        """
        ...

    def doctor(self, home: Path | None) -> AsyncGenerator[Finding]: ...

    async def backup(self, home: Path | None, file: Path, *, with_key: bool) -> str:
        """Answers a sentence about what was written."""
        ...

    async def restore(self, home: Path | None, file: Path) -> str: ...

    def schema(self, *, typescript: bool) -> str: ...
