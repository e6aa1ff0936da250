"""JSON-RPC 2.0 envelopes (reference 2.2). Any id is accepted, string or integer; ours are 21 characters."""

from typing import Literal

import msgspec

from portico.protocol.errors import ErrorData

RequestId = str | int
MAX_BATCH = 16


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A call, or a notification when `id` is absent. Unknown members are ignored."""

    jsonrpc: Literal["2.0"]
    method: str
    id: RequestId | None | msgspec.UnsetType = msgspec.UNSET
    params: msgspec.Raw = msgspec.Raw(b"{}")


class ErrorObject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `error` member of an answer."""

    code: int
    message: str
    data: ErrorData | None = None


class Success(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with a result; `result` is already encoded."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: RequestId
    result: msgspec.Raw


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with an error; `id` is null when it could not be read."""

    jsonrpc: Literal["2.0"] = "2.0"
    id: RequestId | None
    error: ErrorObject


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Something the gateway tells; it has no id and gets no answer."""

    jsonrpc: Literal["2.0"] = "2.0"
    method: str
    params: msgspec.Raw


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """What a client receives: an answer (`id`) or a notification (`method`)."""

    jsonrpc: Literal["2.0"]
    id: RequestId | None | msgspec.UnsetType = msgspec.UNSET
    method: str | None = None
    params: msgspec.Raw = msgspec.Raw(b"{}")
    result: msgspec.Raw = msgspec.Raw(b"")
    error: ErrorObject | None = None
