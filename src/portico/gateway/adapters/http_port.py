"""What the adapters say to an HTTP client: requests, streams and their failures, without any library's types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

ERROR_BODY_LIMIT = 64 * 1024
"""How much of a refusal is read: enough for its message, whatever the vendor sends."""

FailureKind = Literal["invalid", "connect", "connect_timeout", "stall", "reset", "too_large"]


class HttpFailure(Exception):
    """The exchange broke. `message` names the host at most: no path, no query, no credential."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds (reference 13.3): `read` bounds the first chunk and each silence after it."""

    connect: float = 30.0
    read: float = 180.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request; `proxy_url` None means what the environment says."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)
    proxy_url: str | None = field(default=None, repr=False)
    timeouts: Timeouts = field(default_factory=Timeouts)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A whole answer, read to its limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class HttpStream(Protocol):
    """An answer whose head has come. Header names are lower case."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self) -> bytes:
        """All that has arrived, at once; b"" at the end. What came before a break is given before HttpFailure."""
        ...

    async def settle(self) -> None:
        """Keep the connection if the answer has been read to its end, else close it. Never waits long."""
        ...

    def close(self) -> None:
        """Close the connection now, unless it was already given back."""
        ...


class HttpBackend(Protocol):
    """A loaded client with its connections."""

    async def open(self, request: HttpRequest) -> HttpStream:
        """Send and wait for the head. Redirects are answers. Raises HttpFailure."""
        ...

    async def aclose(self) -> None: ...
