"""The shapes of a refusal's body, as they are described; `edge.errors` writes them."""

import msgspec

from portico.protocol.errors import ErrorData


class Refusal(ErrorData, frozen=True, kw_only=True):
    """How a refusal is told: `error` for people, `code` for programs; `path` is the member that does not fit."""

    error: str


class OpenAiError(msgspec.Struct, frozen=True, kw_only=True):
    """`param` is the member that does not fit."""

    message: str
    type: str
    code: str | None
    param: str | None


class OpenAiRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """How the OpenAI-compatible routes tell a refusal."""

    error: OpenAiError
