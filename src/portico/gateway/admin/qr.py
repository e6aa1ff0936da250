"""The sign-in link as a picture that a phone's camera reads, when other machines can reach the gateway."""

import socket
from collections.abc import Sequence
from io import StringIO
from ipaddress import IPv4Address, IPv6Address, ip_address

WILDCARDS = {"0.0.0.0": (socket.AF_INET, "192.0.2.1"), "::": (socket.AF_INET6, "2001:db8::1")}
"""Each with an address of the documentation's networks: it belongs to nobody, so the way to it is the way out."""
_QUIET = 2
"""Modules of margin. The standard asks for 4; readers of phones do with 2, and terminals are small."""
_BLACK_ON_WHITE = "\x1b[38;5;231;48;5;16m{line}\x1b[0m"
"""segno draws what is light: white blocks on black, whatever the colours of the terminal are."""


def phone_address(host: str) -> str | None:
    """Where a phone may reach what listens on `host`; None: only this machine can, or it is in no network."""
    if host in WILDCARDS:
        family, outside = WILDCARDS[host]
        return _beyond_loopback([_way_out(family, outside)])
    try:
        return _beyond_loopback([str(ip_address(host))])
    except ValueError:
        # phones seldom know the names of computers
        return _beyond_loopback(_addresses(host))


def drawing(link: str, *, is_coloured: bool) -> str:
    """The code in half blocks, a line for two rows of it. Without colours it counts on a dark terminal."""
    import segno  # noqa: PLC0415

    out = StringIO()
    segno.make(link, error="l", micro=False).terminal(out, border=_QUIET, compact=True)
    lines = out.getvalue().rstrip("\n").split("\n")
    return "\n".join(_BLACK_ON_WHITE.format(line=line) if is_coloured else line for line in lines)


def _way_out(family: socket.AddressFamily, outside: str) -> str:
    """This machine's address on the way to `outside`: a datagram socket that is connected and sends nothing."""
    with socket.socket(family, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect((outside, 9))
        except OSError:
            return ""
        return str(asked.getsockname()[0])


def _addresses(name: str) -> list[str]:
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(place[0]) for *_, place in found]


def _beyond_loopback(addresses: Sequence[str]) -> str | None:
    for address in addresses:
        if address and not _is_own(ip_address(address)):
            return address
    return None


def _is_own(address: IPv4Address | IPv6Address) -> bool:
    """Nothing but this machine has it; one of a single link needs a zone, which links cannot hold."""
    return address.is_loopback or address.is_unspecified or (address.version == 6 and address.is_link_local)
