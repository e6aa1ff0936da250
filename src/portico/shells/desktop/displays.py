"""Whether there is a screen: Qt ends the process without a word where it finds none that answers."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

SECONDS = 3.0
X11_FOLDER = Path("/tmp/.X11-unix")  # noqa: S108 - where every X server listens
X11_PORT = 6_000
NAMES = ("DISPLAY", "WAYLAND_DISPLAY")
Door = str | tuple[str, int]
"""The path of a socket (an abstract one begins with a zero), or a host and a port."""


def doors(environ: Mapping[str, str]) -> Iterator[Door]:
    """Where the screens that the environment names listen."""
    if wayland := environ.get("WAYLAND_DISPLAY"):
        yield str(Path(environ.get("XDG_RUNTIME_DIR", "/")) / wayland)
    host, colon, rest = environ.get("DISPLAY", "").rpartition(":")
    number = rest.partition(".")[0]
    if not colon or not number.isdecimal() or len(number) > 4:
        return
    if host in {"", "unix"}:
        path = str(X11_FOLDER / f"X{number}")
        yield path
        yield f"\0{path}"
    else:
        yield host, X11_PORT + int(number)


def is_there(environ: Mapping[str, str]) -> bool:
    """Something listens at one of the screens; a platform that was chosen for Qt is believed."""
    return bool(environ.get("QT_QPA_PLATFORM")) or any(_answers(door) for door in doors(environ))


def _answers(door: Door) -> bool:
    with suppress(OSError, ValueError):
        if isinstance(door, tuple):
            socket.create_connection(door, SECONDS).close()
            return True
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(SECONDS)
            line.connect(door)
            return True
    return False
