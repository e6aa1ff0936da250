"""Calls of the boundary from a shell in Python: typed answers; what is refused is one exception for people."""

from typing import Any, Protocol, TypeVar

import msgspec

from portico.boundary.events import BoundaryEvent
from portico.client.errors import ClientError

T = TypeVar("T")


class Backend(Protocol):
    """What a boundary offers (`portico.boundary.Boundary`)."""

    async def call(self, method: str, params: bytes = b"{}") -> bytes: ...


class BoundaryRefused(ClientError):
    """A call was refused or failed: the sentence for a person, and the code for what the shell does about it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: str
    value: msgspec.Raw = msgspec.Raw(b"null")
    message: str = ""
    code: str = ""


class _Events(msgspec.Struct, frozen=True, kw_only=True):
    events: list[BoundaryEvent]


_answers = msgspec.json.Decoder(_Answer)
_events = msgspec.json.Decoder(_Events)
_encode = msgspec.json.Encoder().encode


class Calls:
    """Over one boundary."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def ask(self, method: str, result: type[T], **params: Any) -> T:
        """The answer as `result`. Raises BoundaryRefused."""
        value = await self._value(method, params)
        try:
            return msgspec.json.decode(value, type=result)
        except (ValueError, RecursionError) as error:
            raise BoundaryRefused(f"the answer to {method} cannot be read", "protocol_mismatch") from error

    async def do(self, method: str, **params: Any) -> None:
        """A call whose answer tells nothing. Raises BoundaryRefused."""
        await self._value(method, params)

    async def next_events(self, wait_ms: int) -> list[BoundaryEvent]:
        """What happened since the last call. Raises BoundaryRefused."""
        return _events.decode(await self._value("gateway_next_events", {"wait_ms": wait_ms, "limit": 256})).events

    async def _value(self, method: str, params: dict[str, Any]) -> msgspec.Raw:
        answer = _answers.decode(await self._backend.call(method, _encode(params)))
        if answer.status != "ok":
            raise BoundaryRefused(answer.message, answer.code)
        return answer.value
