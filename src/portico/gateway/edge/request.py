"""An HTTP request and an answer to it, as the edge's handlers see them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qsl

import msgspec

from portico.gateway.kernel.errors import Invalid, misfit

T = TypeVar("T")

MAX_BODY = 1_048_576
HTTP_EXTENSION = "portico.http"
"""Under this name the ASGI scope of a request holds the `Peer` of its connection."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

AsgiScope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]


class Peer(Protocol):
    """The connection of a request. `sent` counts the bytes of bodies that went out piece by piece."""

    sent: int

    def when_lost(self, lost: Callable[[], None] | None) -> None:
        """Call `lost` when the peer is gone, at once if it is; None: nobody waits for that any more."""
        ...

    def write(self, data: bytes) -> bool:
        """Write a piece of the body at work if the peer takes it now; False: it goes the way of ASGI."""
        ...

    def abort(self) -> None:
        """Drop the peer at once."""
        ...


class Request:
    """The head of a request or of an upgrade, and a body that is read when it is asked for.

    `params` are what the template of its route took from the path; `max_body` is the route's bound.
    """

    def __init__(self, scope: AsgiScope, receive: Receive) -> None:
        self._receive = receive
        self._given: list[tuple[bytes, bytes]] = scope["headers"]
        self._headers: dict[str, list[str]] = {}
        for name, value in self._given:
            self._headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
        self.raw_path: bytes = scope.get("raw_path") or self.path.encode()
        self.params: Mapping[str, str] = {}
        self.max_body = MAX_BODY
        self._query: bytes = scope.get("query_string", b"")
        extensions: dict[str, Any] = scope.get("extensions") or {}
        self.peer: Peer | None = extensions.get(HTTP_EXTENSION)
        self.is_upgrade: bool = scope["type"] == "websocket"
        self.is_tls: bool = scope["scheme"] in {"https", "wss"}
        self.client: str = (scope.get("client") or ("", 0))[0]
        local = scope.get("server") or ("", 0)
        self.local_address: str = local[0]
        self.port: int = local[1] or 0

    def header(self, name: str) -> str | None:
        """The only value of a header. Raises Invalid when it was sent twice."""
        values = self._headers.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise Invalid(f"the header {name} was sent twice")
        return values[0]

    def query(self) -> dict[str, str]:
        """The parameters behind the `?`. Raises Invalid when one is given twice or is no UTF-8."""
        try:
            pairs = parse_qsl(self._query.decode("ascii"), keep_blank_values=True, errors="strict")
        except ValueError as error:
            raise Invalid("the query is no UTF-8", path="query") from error
        told = dict(pairs)
        if len(told) < len(pairs):
            raise Invalid("a query parameter is given twice", path="query")
        return told

    def forget(self) -> None:
        """Let go of the header and the query: an answer that goes on does not keep them for hours."""
        self._given.clear()
        self._headers.clear()
        self._query = b""

    def query_as(self, type: type[T]) -> T:
        """The same as `type`, a struct. Raises Invalid with the parameter that does not fit."""
        try:
            return msgspec.convert(self.query(), type, strict=False)
        except msgspec.ValidationError as error:
            message, path = misfit(error)
            raise Invalid(message, path=path.removeprefix("$.") or "query") from error

    def accepts_html(self) -> bool:
        return any("text/html" in value for value in self._headers.get("accept", []))

    def cookie(self, name: str) -> str | None:
        """A cookie's value, or None."""
        for line in self._headers.get("cookie", []):
            for part in line.split(";"):
                key, _, value = part.strip().partition("=")
                if key == name:
                    return value
        return None

    @property
    def is_local(self) -> bool:
        """The peer is on this host, and no proxy stands between."""
        if "x-forwarded-for" in self._headers or "forwarded" in self._headers:
            return False
        host = split_authority(self.header("host") or "")[0]
        return _is_loopback(self.client) and host in LOOPBACK_NAMES

    def has_body(self) -> bool:
        return self.header("content-length") not in {None, "0"} or self.header("transfer-encoding") is not None

    async def body(self) -> bytes:
        """The whole body. Raises Invalid above `max_body` and when the client left."""
        length = self.header("content-length")
        if length is not None and length.isdecimal() and int(length) > self.max_body:
            raise _too_large(self.max_body)
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Invalid("the client left before its request was complete")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.max_body:
                raise _too_large(self.max_body)
            if not message.get("more_body", False):
                return b"".join(parts)

    async def json(self, type: Any) -> Any:
        """The body as `type`. Raises Invalid with the path of what does not fit."""
        body = await self.body()
        try:
            return msgspec.json.decode(body, type=type)
        except msgspec.ValidationError as error:
            message, path = misfit(error)
            raise Invalid(message, path=path or "$") from error
        except (ValueError, RecursionError) as error:
            raise Invalid("the body is not valid JSON", path="$") from error


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: Headers = field(default=())

    @staticmethod
    def json(value: Any, status: int = 200, headers: Headers = ()) -> "Response":
        return Response(status, msgspec.json.encode(value), "application/json", headers)


def split_authority(authority: str) -> tuple[str, int | None]:
    """Host, in lower case and without brackets, and port of `host[:port]`; an empty host when it is malformed."""
    host, separator, port = authority.rpartition(":")
    if not separator or authority.endswith("]"):
        host, port = authority, ""
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        return "", None
    # longer than any port: Python reads no number of thousands of digits
    if port and not (port.isascii() and port.isdecimal() and len(port) <= 5):
        return "", None
    return host.lower().removesuffix("."), int(port) if port else None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        # a unix socket or memory has no address
        return address in {"", "localhost"}


def _too_large(limit: int) -> Invalid:
    return Invalid(f"the body is larger than {limit} bytes", code="payload_too_large")
