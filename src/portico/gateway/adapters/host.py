"""The gateway host's files for turns: the home's documents, and pictures inside a root."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread

from portico.gateway.agent.prompt import DOCUMENT_CHARS, Document
from portico.gateway.kernel.errors import Invalid

DOCUMENTS = ("SOUL.md", "IDENTITY.md", "USER.md")
_MOST_BYTES = 4 * DOCUMENT_CHARS + 4
"""A character takes four bytes at most; one more than fits is read, so that a cut can be told."""


class HostFiles:
    """Documents are looked at on every call and read again only when they changed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._read: dict[str, tuple[tuple[int, int, int], Document]] = {}

    def documents(self) -> Sequence[Document]:
        """Those of SOUL.md, IDENTITY.md, USER.md that are there, in this order; `text` None for an unreadable one."""
        found = (self._document(name) for name in DOCUMENTS)
        return [document for document in found if document is not None]

    async def read(self, path: str, root: Path, limit: int) -> bytes:
        """A plain file inside `root` (relative paths start there). Raises Invalid with the reason."""
        return await anyio.to_thread.run_sync(_read_inside, path, root, limit)

    def _document(self, name: str) -> Document | None:
        path = self._home / name
        try:
            seen = path.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return Document(name, None)
        version = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
        known = self._read.get(name)
        if known is not None and known[0] == version:
            return known[1]
        document = Document(name, _text(path))
        self._read[name] = (version, document)
        return document


def _text(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode(errors="replace")
    except OSError:
        return None


def _read_inside(path: str, root: Path, limit: int) -> bytes:
    try:
        real = (root / path).resolve()
        if not real.is_relative_to(root.resolve()):
            raise Invalid(f"{path} is outside the workspace's root", code="outside_root")
        # the path was resolved: what is a link now came after it
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Invalid(f"{path} is no plain file", code="not_a_file")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        finally:
            os.close(descriptor)
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a usable path"
        raise Invalid(f"{path} cannot be read: {reason}", code="file_unreadable") from error
    if len(data) > limit:
        raise Invalid(f"{path} is larger than {limit} bytes", code="file_too_large")
    return data
