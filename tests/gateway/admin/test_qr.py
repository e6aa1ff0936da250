"""Where a phone can reach a gateway, and the picture it is shown."""

import re
import socket
from typing import Any

import pytest
import segno

from portico.gateway.admin import qr

LINK = "http://192.168.1.20:17878/#code=PWcyL0kQ9X7sHc2yJ1ouK7F8mZ5t8w2A"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", None),
        ("127.1.2.3", None),
        ("::1", None),
        ("fe80::1", None),
        ("192.168.1.20", "192.168.1.20"),
        ("fd00::20", "fd00::20"),
        ("localhost", None),
        ("desk.lan", "192.168.1.20"),
        ("nowhere.lan", None),
        ("0.0.0.0", "192.168.1.30"),
        ("::", "fd00::30"),
    ],
)
def test_the_address_for_a_phone(monkeypatch: pytest.MonkeyPatch, host: str, expected: str | None) -> None:
    names = {"localhost": ["127.0.0.1"], "desk.lan": ["127.0.1.1", "192.168.1.20"]}

    def getaddrinfo(name: str, *_: object) -> list[Any]:
        if name not in names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in names[name]]

    monkeypatch.setattr(qr.socket, "getaddrinfo", getaddrinfo)
    ways = {"192.0.2.1": "192.168.1.30", "2001:db8::1": "fd00::30"}
    monkeypatch.setattr(qr.socket, "socket", lambda *_: FakeSocket(ways))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    assert qr.phone_address(host) == expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
@pytest.mark.parametrize("ways", [{}, {"192.0.2.1": "127.0.0.1", "2001:db8::1": "::1"}], ids=["none", "to itself"])
def test_a_machine_in_no_network_has_none(monkeypatch: pytest.MonkeyPatch, host: str, ways: dict[str, str]) -> None:
    monkeypatch.setattr(qr.socket, "socket", lambda *_: FakeSocket(ways))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    assert qr.phone_address(host) is None


class FakeSocket:
    """A datagram socket of a machine whose ways out are known."""

    def __init__(self, ways: dict[str, str]) -> None:
        self._ways = ways
        self._own = ""

    def __enter__(self) -> "FakeSocket":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def connect(self, place: tuple[str, int]) -> None:
        if place[0] not in self._ways:
            raise OSError("network is unreachable")
        self._own = self._ways[place[0]]

    def getsockname(self) -> tuple[str, int]:
        return self._own, 5


@pytest.mark.parametrize("is_coloured", [False, True])
def test_the_picture_is_the_code_of_the_link(is_coloured: bool) -> None:
    lines = qr.drawing(LINK, is_coloured=is_coloured).split("\n")
    assert all(line.startswith("\x1b[") and line.endswith("\x1b[0m") for line in lines) is is_coloured
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    width = len(plain[0])
    assert {len(line) for line in plain} == {width}
    assert width < 80
    upper = [[block in "█▀" for block in line] for line in plain]
    lower = [[block in "█▄" for block in line] for line in plain]
    rows = [row for pair in zip(upper, lower, strict=True) for row in pair][:width]
    made = segno.make(LINK, error="l", micro=False).matrix_iter(border=2)
    assert rows == [[not is_dark for is_dark in row] for row in made]
