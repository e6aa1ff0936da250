"""Calls of the boundary from Python: what was asked for as a value, a refusal as an error."""

from typing import Any, TypeVar

import msgspec

from portico.boundary import Boundary
from portico.client.errors import ClientError

T = TypeVar("T")


class BoundaryRefused(ClientError):
    """A call was refused; `code` is for programs."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    status: str
    value: msgspec.Raw = msgspec.Raw(b"null")
    message: str = ""
    code: str = ""


async def call(boundary: Boundary, method: str, type_: type[T], **params: Any) -> T:
    """The value. Raises BoundaryRefused."""
    answer = msgspec.json.decode(await boundary.call(method, msgspec.json.encode(params)), type=_Answer)
    if answer.status != "ok":
        raise BoundaryRefused(answer.message, answer.code)
    return msgspec.json.decode(answer.value, type=type_)
