"""Calls and their answers over one transport: ids, tracking, failures (reference 2.2)."""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
import msgspec

from portico.client.errors import CallFailed, ClientError, TransportClosed
from portico.client.transport import Transport
from portico.protocol.jsonrpc import ErrorObject, Incoming
from portico.protocol.methods.base import Method

P = TypeVar("P")
R = TypeVar("R")

ALPHABET = string.digits + string.ascii_letters
CALL_SECONDS = 60.0

_incoming = msgspec.json.Decoder(Incoming)
_encoder = msgspec.json.Encoder()

Notified = Callable[[str, msgspec.Raw], None]
"""Takes a notification's method and its parameters, in the order of arrival."""


def new_id() -> str:
    """An id of 21 alphanumerics, for requests and for what a client creates."""
    return "".join(secrets.choice(ALPHABET) for _ in range(21))


@dataclass(slots=True)
class _Pending:
    method: str
    done: anyio.Event = field(default_factory=anyio.Event)
    result: msgspec.Raw | None = None
    error: ErrorObject | None = None


class RpcClient:
    """One connection's calls. `run` must run for answers to arrive; it ends by raising TransportClosed."""

    def __init__(self, transport: Transport, notified: Notified) -> None:
        self._transport = transport
        self._notified = notified
        self._pending: dict[str, _Pending] = {}
        self._is_closed = False

    async def run(self) -> None:
        """Take frames until the connection ends."""
        try:
            while True:
                self._take(await self._transport.receive())
        finally:
            self._is_closed = True
            for pending in self._pending.values():
                pending.done.set()

    async def call(
        self, method: Method[P, R], params: P, *, id_: str | None = None, seconds: float = CALL_SECONDS
    ) -> R:
        """The typed result. Raises CallFailed, TransportClosed, or ClientError when no answer came in time."""
        raw = await self.call_raw(method.name, _encoder.encode(params), id_=id_, seconds=seconds)
        return msgspec.json.decode(raw, type=method.result)

    async def call_raw(
        self, method: str, params: bytes, *, id_: str | None = None, seconds: float = CALL_SECONDS
    ) -> msgspec.Raw:
        """The encoded result of a call with encoded parameters."""
        if self._is_closed:
            raise TransportClosed("connection lost")
        id_ = id_ or new_id()
        pending = self._pending[id_] = _Pending(method)
        try:
            frame = {"jsonrpc": "2.0", "id": id_, "method": method, "params": msgspec.Raw(params)}
            await self._transport.send(_encoder.encode(frame).decode())
            with anyio.move_on_after(seconds) as limit:
                await pending.done.wait()
            if limit.cancelled_caught:
                raise ClientError(f"{method} was not answered within {seconds:.0f} s")
        finally:
            del self._pending[id_]
        if pending.error is not None:
            raise CallFailed(method, pending.error)
        if pending.result is None:
            raise TransportClosed("connection lost")
        return pending.result

    def _take(self, text: str) -> None:
        try:
            frame = _incoming.decode(text)
        except (ValueError, RecursionError):
            # of a later protocol, say: what it answers runs into its limit
            return
        if frame.method is not None:
            self._notified(frame.method, frame.params)
            return
        pending = self._pending.get(frame.id) if isinstance(frame.id, str) else None
        if pending is None:
            return
        pending.result, pending.error = frame.result, frame.error
        if frame.error is not None:
            pending.result = None
        pending.done.set()


def decode_params(raw: msgspec.Raw) -> dict[str, Any]:
    """A notification's parameters as a dictionary."""
    return msgspec.json.decode(raw, type=dict[str, Any])
