"""What calls cost that are no turns (ours): a turn keeps its usage itself."""

from typing import Literal

from portico.protocol.base import Count, Seconds, Wire

UsageStatus = Literal["completed", "failed", "cancelled"]
"""How the call ended; `cancelled`: the caller left before its end."""


class UsageRow(Wire, frozen=True, kw_only=True):
    """One pass-through call of `principal` (a token's id, or the name of a built-in credential).

    `input_tokens` counts the cached ones in, `output_tokens` those of reasoning. What a provider did not tell is
    estimated; zeros: nothing was answered.
    """

    id: str
    at: Seconds
    principal: str
    provider: str
    model: str
    face: str
    input_tokens: Count
    output_tokens: Count
    cached_input_tokens: Count
    reasoning_tokens: Count
    status: UsageStatus
    duration_ms: Count
