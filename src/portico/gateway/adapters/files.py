"""Files for tools: reading ranges, writing whole files atomically, listing folders."""

import os
import secrets
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import islice
from pathlib import Path

import anyio.to_thread

from portico.gateway.adapters.guard import Guard, fault_of
from portico.gateway.features.tools import (
    FileText,
    Listing,
    ListWish,
    ReadWish,
    ToolFault,
    WriteWish,
    WrittenFile,
)

BINARY_PROBE = 8 * 1024
CHUNK = 64 * 1024
MOST_SCANNED = 256 * 1024 * 1024
MOST_IN_FOLDER = 100_000


class Files:
    """The FilesPort of the tools. Disks may be slow: everything but path arithmetic runs in threads."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def read(self, cwd: Path, path: str, wish: ReadWish) -> FileText:
        """Lines of a text file. Raises ToolFault."""
        return await anyio.to_thread.run_sync(self._read, cwd, path, wish, abandon_on_cancel=True)

    async def write(self, cwd: Path, path: str, content: str, wish: WriteWish) -> WrittenFile:
        """The whole file or nothing; never cut by a cancellation. Raises ToolFault."""
        return await anyio.to_thread.run_sync(self._write, cwd, path, content, wish)

    async def list(self, cwd: Path, path: str, wish: ListWish) -> Listing:
        """Names below a folder; links are not followed. Raises ToolFault."""
        return await anyio.to_thread.run_sync(self._list, cwd, path, wish, abandon_on_cancel=True)

    def folder(self, cwd: Path, path: str) -> Path:
        """The real path of an existing folder. Raises ToolFault."""
        real = self._guard.resolve(cwd, path)
        if real.is_dir():
            return real
        if real.exists():
            raise ToolFault("invalid_arguments", f"{path} is no folder")
        raise ToolFault("not_found", f"the folder {path} does not exist")

    def _read(self, cwd: Path, path: str, wish: ReadWish) -> FileText:
        real = self._guard.resolve(cwd, path)
        with open_text(self._guard, real, path) as (file, size):
            lines, is_cut = _range(file, wish, path)
        return FileText(real, tuple(lines), wish.start_line, size, is_cut)

    def _write(self, cwd: Path, path: str, content: str, wish: WriteWish) -> WrittenFile:
        real = self._guard.resolve(cwd, path, for_writing=True)
        data = content.encode("utf-8", "replace")
        try:
            old = writable(self._guard, real, path)
            if old is not None and not wish.overwrite:
                raise ToolFault("execution_failed", f"{path} exists already", hint="give overwrite=true to replace it")
            if wish.create_dirs:
                real.parent.mkdir(parents=True, exist_ok=True)
            stage(real, data, old).replace(real)
        except OSError as error:
            raise fault_of(error, path) from error
        return WrittenFile(real, len(data), old is None)

    def _list(self, cwd: Path, path: str, wish: ListWish) -> Listing:
        real = self.folder(cwd, path)
        names: list[str] = []
        level = [real]
        try:
            for _ in range(wish.depth):
                level = _add_level(real, level, wish, names)
        except OSError as error:
            raise fault_of(error, path) from error
        return Listing(real, tuple(sorted(names[: wish.limit])), len(names) > wish.limit)


@contextmanager
def open_text(guard: Guard, real: Path, path: str) -> Generator[tuple[BufferedReader, int]]:
    """An open text file and its size. Raises ToolFault for folders, devices, binary files, and the gateway's own."""
    try:
        # No link at the end any more: it was resolved. Nonblocking: a named pipe must not hold the thread.
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            found = os.fstat(descriptor)
            _check_regular(found, path)
            guard.check_open(path, found)
            if b"\0" in file.peek(BINARY_PROBE)[:BINARY_PROBE]:
                raise ToolFault(
                    "execution_failed",
                    f"{path} is a binary file ({found.st_size} bytes)",
                    hint="use exec_command with a program that reads it",
                    is_retryable=False,
                )
            yield file, found.st_size
    except OSError as error:
        raise fault_of(error, path) from error


def writable(guard: Guard, real: Path, path: str) -> int | None:
    """The mode of the file that would be replaced, None when there is none. Raises ToolFault, OSError."""
    try:
        found = real.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    _check_regular(found, path)
    guard.check_open(path, found)
    if not os.access(real, os.W_OK):
        raise ToolFault("permission_denied", f"no permission for {path}")
    return stat.S_IMODE(found.st_mode)


def stage(real: Path, data: bytes, mode: int | None) -> Path:
    """A new file beside `real` with its future content. Raises OSError, and leaves nothing then."""
    staged = real.parent / f".portico-{secrets.token_hex(6)}.tmp"
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
            if mode is not None:
                os.fchmod(descriptor, mode)
    except OSError:
        with suppress(OSError):
            staged.unlink()
        raise
    return staged


def _check_regular(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise ToolFault("invalid_arguments", f"{path} is a folder", hint="use list_dir")
    if not stat.S_ISREG(found.st_mode):
        raise ToolFault("invalid_arguments", f"{path} is no regular file")


def _range(file: BufferedReader, wish: ReadWish, path: str) -> tuple[list[str], bool]:
    """The wished lines without their ends, and whether `max_bytes` cut them."""
    lines: list[str] = []
    size = 0
    for number, line in enumerate(_lines(file, wish.max_bytes, path), 1):
        if wish.end_line is not None and number > wish.end_line:
            break
        if number >= wish.start_line:
            size += len(line)
            if size > wish.max_bytes:
                # One line that is too long by itself: its beginning is better than nothing.
                return lines or [_text(line[: wish.max_bytes])], True
            lines.append(_text(line))
    return lines, False


def _lines(file: BufferedReader, longest: int, path: str) -> Iterator[bytes]:
    """Whole lines, each at most `longest` and one chunk. Raises ToolFault far into a very large file."""
    line, scanned = b"", 0
    while chunk := file.readline(CHUNK):
        scanned += len(chunk)
        if scanned > MOST_SCANNED:
            raise ToolFault(
                "needs_narrowing", f"{path} is too big to look for a line that far", hint="use exec_command with sed"
            )
        if len(line) <= longest:
            line += chunk
        if chunk.endswith(b"\n"):
            yield line
            line = b""
    if line:
        yield line


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def _add_level(root: Path, folders: list[Path], wish: ListWish, names: list[str]) -> list[Path]:
    """Add what these folders hold to `names`, until the limit is passed; the folders among it."""
    below: list[Path] = []
    for folder in folders:
        if len(names) > wish.limit:
            break
        for entry in _entries(folder, is_root=folder == root):
            if entry.name.startswith(".") and not wish.include_hidden:
                continue
            path = Path(entry.path)
            is_folder = entry.is_dir(follow_symlinks=False)
            ending = "/" if is_folder else "@" if entry.is_symlink() else ""
            names.append(os.fsencode(path.relative_to(root)).decode("utf-8", "replace") + ending)
            below += [path] if is_folder else []
    return below


def _entries(folder: Path, *, is_root: bool) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, MOST_IN_FOLDER), key=lambda entry: entry.name)
    except OSError:
        if is_root:
            raise
        return []  # a folder below that may not be read is shown, not entered
