"""The mark that every process of a tool carries: whose it is, also after the gateway that started it was killed."""

import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from portico.gateway.adapters.shell.environment import MARK

PROC = Path("/proc")
_START_TIME = 19
"""Its place in what `stat_fields` answers: when the process was started, so that a number used again is told apart."""


class Marks:
    """The marks of this process as the gateway of `home`."""

    def __init__(self, home: Path) -> None:
        self._home = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
        self._owner = f"{self._home}-{os.getpid()}-{_started(str(os.getpid()))}"
        self._counter = itertools.count(1)

    def new(self) -> str:
        """A mark no other process has: home, gateway, number of the call."""
        return f"{self._owner}-{next(self._counter)}-{os.urandom(4).hex()}"

    def is_orphans(self, mark: str) -> bool:
        """Made by a gateway of this home that has ended since."""
        home, _, rest = mark.partition("-")
        pid, _, rest = rest.partition("-")
        return home == self._home and pid.isdecimal() and rest.partition("-")[0] != _started(pid)


def marked() -> Iterator[tuple[int, str]]:
    """Process id and mark of every process that has one and can be read."""
    wanted = f"{MARK}=".encode()
    for entry in PROC.glob("[0-9]*/environ"):
        with suppress(OSError):
            environment = entry.read_bytes()
            if wanted in environment:
                found = [word for word in environment.split(b"\0") if word.startswith(wanted)]
                yield from ((int(entry.parent.name), word[len(wanted) :].decode("ascii", "replace")) for word in found)


def stat_fields(path: Path) -> list[bytes]:
    """State, parent, group and more of a process by its `stat`; empty when there is none."""
    try:
        return path.read_bytes().rpartition(b")")[2].split()
    except OSError:
        return []


def runs(fields: list[bytes]) -> bool:
    """The process of these `stat_fields` is there and has not ended."""
    return bool(fields) and fields[0] not in {b"Z", b"X"}


def _started(pid: str) -> str:
    fields = stat_fields(PROC / pid / "stat")
    return fields[_START_TIME].decode() if runs(fields) else ""
