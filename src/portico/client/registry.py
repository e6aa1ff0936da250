"""Which gateway a shell talks to: the one it was told, else the one that holds the home."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

DEFAULT_HOME = "~/.portico"


@dataclass(frozen=True, slots=True)
class Target:
    """A gateway's root and the credential for it. `is_home` tells that it was found by its home's lock file."""

    url: str
    token: str | None = field(repr=False)
    is_home: bool = False


class _Lock(msgspec.Struct, frozen=True, kw_only=True):
    pid: int = 0
    url: str | None = None


def home_of(environ: Mapping[str, str], home: Path | None) -> Path:
    """The runtime home: the flag, `PORTICO_HOME`, or the default."""
    return (home or Path(environ.get("PORTICO_HOME") or DEFAULT_HOME)).expanduser().absolute()


def find(environ: Mapping[str, str], home: Path | None = None) -> Target | None:
    """`PORTICO_URL` (with `PORTICO_TOKEN`), else the gateway that runs on the home, else None."""
    folder = home_of(environ, home)
    token = environ.get("PORTICO_TOKEN") or environ.get("GATEWAY_AUTH_TOKEN") or _read(folder / "token")
    if url := environ.get("PORTICO_URL"):
        return Target(url, environ.get("PORTICO_TOKEN"))
    lock = _lock(folder / "lock")
    if lock is None or lock.url is None or not _is_alive(lock.pid):
        return None
    return Target(lock.url, token, is_home=True)


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _lock(path: Path) -> _Lock | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Lock)
    except (OSError, ValueError, RecursionError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid > 0
