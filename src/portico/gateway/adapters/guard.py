"""Which files tools may touch: any that the user may, except the gateway's own secrets and state."""

import errno
import os
from fnmatch import fnmatch
from pathlib import Path

from portico.gateway.features.tools import ToolFault

PRIVATE = ("keystore.db*", "master.key*", "token", "token.*", "lock", "epoch", "config.toml*")
"""Of the home: never read and never written by a tool."""
OWN = ("gateway.db*", "blobs")
"""Of the home: written by the gateway only."""


class Guard:
    """Resolves the paths that models give, and refuses those that lead to the gateway's own files."""

    def __init__(self, home: Path) -> None:
        self._home = Path(os.path.realpath(home))

    def resolve(self, cwd: Path, path: str, *, for_writing: bool = False) -> Path:
        """The real path, links followed; it need not exist. Raises ToolFault."""
        if "\0" in path:
            raise ToolFault("invalid_arguments", "the path holds a NUL character")
        try:
            real = Path(os.path.realpath(cwd / Path(path).expanduser()))
        except (OSError, RuntimeError, ValueError) as error:
            raise ToolFault("invalid_arguments", "the path cannot be used") from error
        if self.is_private(real) or _is_memory(real) or (for_writing and self._is_own(real)):
            raise self._refusal(path)
        return real

    def is_private(self, real: Path) -> bool:
        """`real` names one of the gateway's secrets; it is no link itself."""
        return self._is_below(real, PRIVATE)

    def concerns(self, folder: Path) -> bool:
        """Below `folder` there may be private files."""
        return self._home.is_relative_to(folder) or folder.is_relative_to(self._home)

    def check_open(self, path: str, found: os.stat_result) -> None:
        """Raises ToolFault when an open file is a private one under another name (a hard link)."""
        if found.st_nlink > 1 and (found.st_dev, found.st_ino) in self._private_inodes():
            raise self._refusal(path)

    def _is_own(self, real: Path) -> bool:
        return real == self._home or self._is_below(real, OWN)

    def _is_below(self, real: Path, names: tuple[str, ...]) -> bool:
        if not real.is_relative_to(self._home) or real == self._home:
            return False
        first = real.relative_to(self._home).parts[0].casefold()
        return any(fnmatch(first, name) for name in names)

    def _private_inodes(self) -> set[tuple[int, int]]:
        try:
            with os.scandir(self._home) as entries:
                found = [entry.stat(follow_symlinks=False) for entry in entries if self.is_private(Path(entry.path))]
        except OSError:
            return set()
        return {(stat.st_dev, stat.st_ino) for stat in found}

    def _refusal(self, path: str) -> ToolFault:
        return ToolFault("permission_denied", f"{path} belongs to the gateway itself", is_retryable=False)


def _is_memory(real: Path) -> bool:
    """What the system shows of processes holds the gateway's own environment."""
    return real.parts[:2] == ("/", "proc") and real.name in {"environ", "mem", "auxv", "kcore"}


def fault_of(error: OSError, path: str) -> ToolFault:
    """What a failed call of the system means for the model."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR:
            return ToolFault("not_found", f"{path} does not exist")
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return ToolFault("permission_denied", f"no permission for {path}")
        case errno.ELOOP:
            return ToolFault("permission_denied", f"{path} is a link that cannot be followed")
        case errno.EISDIR:
            return ToolFault("invalid_arguments", f"{path} is a folder", hint="use list_dir")
        case errno.ENAMETOOLONG | errno.EINVAL:
            return ToolFault("invalid_arguments", "the path cannot be used")
        case errno.ENOSPC | errno.EDQUOT:
            return ToolFault("execution_failed", "the disk is full", is_retryable=False)
        case _:
            return ToolFault("execution_failed", f"{path}: {error.strerror or 'the system refused'}")
