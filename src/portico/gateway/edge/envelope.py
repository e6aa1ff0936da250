"""Reads JSON-RPC frames and writes answers: every rule of the envelope is here (reference 2.2)."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from portico.gateway.edge.errors import error_object
from portico.gateway.kernel.errors import GatewayError, misfit
from portico.protocol.errors import INVALID_REQUEST, PARSE_ERROR, ErrorData, ErrorKind
from portico.protocol.jsonrpc import MAX_BATCH, ErrorObject, Request, RequestId

_request = msgspec.json.Decoder(Request)
_batch = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()
_spaces = re.compile(rb"[ \t\r\n]*")
_STRUCTURED = b"{["


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame, or a part of a batch, that is no call; `answer` says why."""

    answer: bytes


Parsed = Request | Refused


def parse(frame: bytes) -> Parsed | list[Parsed]:
    """The call in a frame, or the calls of a batch. Never raises."""
    if not frame.isascii() and not _is_utf8(frame):
        return _refused(PARSE_ERROR, "the frame is not UTF-8")
    start = _spaces.match(frame)
    if start is not None and frame[start.end() : start.end() + 1] == b"[":
        return _parse_batch(frame)
    return _parse_one(frame)


def success(id: RequestId, result: bytes) -> bytes:
    """An answer around an encoded result."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_encoded_id(id), result)


def failure(id: RequestId | None, error: GatewayError) -> bytes:
    """An answer that refuses."""
    return _failure(id, error_object(error))


def _failure(id: RequestId | None, error: ErrorObject) -> bytes:
    return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (_encoded_id(id), _encoder.encode(error))


def _encoded_id(id: RequestId | None) -> bytes:
    # integers beyond 64 bits are read, but the encoder refuses them
    return b"%d" % id if isinstance(id, int) else _encoder.encode(id)


def _is_utf8(frame: bytes) -> bool:
    try:
        frame.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parse_batch(frame: bytes) -> Parsed | list[Parsed]:
    try:
        parts = _batch.decode(frame)
    except (ValueError, RecursionError):
        return _refused(PARSE_ERROR, "the frame is not valid JSON")
    if not parts:
        return _refused(INVALID_REQUEST, "a batch holds at least one call")
    if len(parts) > MAX_BATCH:
        return _refused(INVALID_REQUEST, f"a batch holds at most {MAX_BATCH} calls")
    return [_parse_one(part) for part in parts]


def _parse_one(frame: bytes | msgspec.Raw) -> Parsed:
    try:
        request = _request.decode(frame)
    except msgspec.ValidationError as error:
        return _not_a_request(frame, error)
    except (ValueError, RecursionError):
        return _refused(PARSE_ERROR, "the frame is not valid JSON")
    if request.id is None:
        return _refused(INVALID_REQUEST, "the id is null: leave it out for a notification", path="$.id")
    if memoryview(request.params)[0] not in _STRUCTURED:
        id = None if request.id is msgspec.UNSET else request.id
        return _refused(INVALID_REQUEST, "the parameters are neither an object nor an array", id=id, path="$.params")
    return request


def _not_a_request(frame: bytes | msgspec.Raw, error: msgspec.ValidationError) -> Refused:
    message, path = misfit(error)
    return _refused(INVALID_REQUEST, message, id=_readable_id(frame), path=path or "$")


def _readable_id(frame: bytes | msgspec.Raw) -> RequestId | None:
    try:
        value: Any = msgspec.json.decode(frame)
    except (ValueError, RecursionError):
        return None
    id: Any = value.get("id") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return id if isinstance(id, str) or (isinstance(id, int) and not isinstance(id, bool)) else None


def _refused(number: int, message: str, *, id: RequestId | None = None, path: str | None = None) -> Refused:
    code = "parse_error" if number == PARSE_ERROR else "invalid_request"
    data = ErrorData(code=code, kind=ErrorKind.INVALID, path=path)
    return Refused(_failure(id, ErrorObject(code=number, message=message, data=data)))
