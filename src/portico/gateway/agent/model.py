"""What the loop and a model say to each other: our own types, no vendor's (design 9)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class FailureClass(StrEnum):
    """Why a provider call failed (reference 8.7)."""

    NETWORK_TRANSIENT = "network_transient"
    RATE_LIMIT = "rate_limit"
    PROVIDER_5XX = "provider_5xx"
    AUTH_EXPIRED = "auth_expired"
    MODEL_NOT_FOUND = "model_not_found"
    PROMPT_TOO_LONG = "prompt_too_long"
    MAX_OUTPUT_TOKENS = "max_output_tokens"
    STREAM_STALL = "stream_stall"
    STREAM_TRUNCATED = "stream_truncated"
    INVALID_REQUEST = "invalid_request"
    PERMISSION_DENIED = "permission_denied"
    EMPTY_RESPONSE = "empty_response"
    UNKNOWN = "unknown"


Stage = Literal["connect", "first_chunk", "mid_stream", "finalize"]


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """A failed call as data; `message` is for people and holds no secret and no endpoint with credentials."""

    provider: str
    model: str
    failure_class: FailureClass
    stage: Stage
    message: str
    transport: Literal["stream", "non_stream"] = "stream"
    http_status: int | None = None
    provider_code: str | None = None
    retry_after_seconds: float | None = None
    is_recoverable: bool = False


@dataclass(frozen=True, slots=True)
class TextPart:
    """Text for the model; `literal`: none of it is a command, however it begins."""

    text: str
    literal: bool = False


@dataclass(frozen=True, slots=True)
class ImagePart:
    """An image for the model: bytes (sent as base64), or the URL of one."""

    media_type: str
    data: bytes = b""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ThinkingBlock:
    """A closed block of thinking, kept to be sent back: vendors check its `signature`. `redacted` is opaque data."""

    text: str
    signature: str | None = None
    redacted: str | None = None


@dataclass(frozen=True, slots=True)
class OpaqueBlock:
    """A block of a vendor's own (server tools and their results), replayed as it came."""

    wire: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the model made; `arguments` is the JSON text as it came."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class UserMessage:
    parts: tuple[TextPart | ImagePart, ...]


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    text: str = ""
    thinking: tuple[ThinkingBlock, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    opaque: tuple[OpaqueBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolResultMessage:
    """The one answer to one tool call. `note` is what the gateway tells the model below it."""

    call_id: str
    name: str
    content: str
    is_error: bool = False
    note: str = ""

    @property
    def told(self) -> str:
        """What the model reads."""
        return f"{self.content}\n\n{self.note}" if self.note else self.content


Message = UserMessage | AssistantMessage | ToolResultMessage


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it; `parameters` is a JSON Schema of an object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a caller asks of one answer beyond a turn's own wishes; a wire leaves out what it does not have.

    `choice` forces or forbids calls, `tool` names the one that must be called; `schema` (JSON Schema, with a name)
    is the form of the answer, `is_json` any JSON object.
    """

    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    choice: Literal["auto", "none", "required"] | None = None
    tool: str = ""
    one_call: bool = False
    schema: dict[str, Any] | None = None
    schema_name: str = "answer"
    is_strict: bool = False
    is_json: bool = False


AS_USUAL = Sampling()


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One provider call. `effort` is a canonical reasoning effort (reference 13.5) or None.

    `may_call` False asks for an answer without calls; the tools stay named, since vendors refuse old calls without
    them and cache the beginning of a request.
    """

    model: str
    messages: tuple[Message, ...]
    system: str = ""
    tools: tuple[ToolSpec, ...] = ()
    effort: str | None = None
    max_output_tokens: int | None = None
    conversation: str = ""
    """An id of the thread, for providers that cache by it; never a user's name."""
    may_call: bool = True
    sampling: Sampling = AS_USUAL


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ToolCallPiece:
    """A call is being written: for progress only; the whole comes as ToolCall."""

    id: str
    name: str
    piece: str


@dataclass(frozen=True, slots=True)
class UsageReport:
    """Tokens of this call so far; the last one counts."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0


class FinishReason(StrEnum):
    STOP = "stop"
    TOOL_CALLS = "tool_calls"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    REFUSAL = "refusal"
    PAUSE = "pause"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream ended well; `raw_reason` is the vendor's word."""

    reason: FinishReason
    raw_reason: str = ""
    response_id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The stream ended badly. A model stream never raises; this is its last event instead."""

    failure: ProviderFailure


@dataclass(frozen=True, slots=True)
class Retrying:
    """Before the first byte the adapter's call is tried again after `delay_seconds`, at most `max_attempts` times."""

    attempt: int
    delay_seconds: float
    failure: ProviderFailure = field(repr=False)
    max_attempts: int | None = None


ModelEvent = (
    TextDelta
    | ThinkingDelta
    | ThinkingBlock
    | OpaqueBlock
    | ToolCallPiece
    | ToolCall
    | UsageReport
    | Retrying
    | Finished
    | Failed
)
