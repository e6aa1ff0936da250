"""An HTTP request and an answer to it, as the edge's handlers see them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import msgspec

from portico.gateway.kernel.errors import Invalid

MAX_BODY = 1_048_576
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

AsgiScope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]


class Request:
    """The head of a request or of an upgrade, and a body that is read when it is asked for."""

    def __init__(self, scope: AsgiScope, receive: Receive) -> None:
        self._receive = receive
        self._headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            self._headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
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
        """The whole body. Raises Invalid above 1 MiB and when the client left."""
        length = self.header("content-length")
        if length is not None and length.isdecimal() and int(length) > MAX_BODY:
            raise _too_large()
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Invalid("the client left before its request was complete")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > MAX_BODY:
                raise _too_large()
            if not message.get("more_body", False):
                return b"".join(parts)

    async def json(self, type: type[msgspec.Struct]) -> Any:
        """The body as `type`. Raises Invalid with the path of what does not fit."""
        body = await self.body()
        try:
            return msgspec.json.decode(body, type=type)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at `")
            raise Invalid(message, path=path.rstrip("`") or "$") from error
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
    if port and not (port.isascii() and port.isdecimal()):
        return "", None
    return host.lower().removesuffix("."), int(port) if port else None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        # a unix socket or memory has no address
        return address in {"", "localhost"}


def _too_large() -> Invalid:
    return Invalid(f"the body is larger than {MAX_BODY} bytes", code="payload_too_large")
