"""Credentials and secrets as they are shown: never a value (design 6, 7)."""

from portico.protocol.base import Scope, Seconds, Wire


class Token(Wire, frozen=True, kw_only=True):
    """An issued credential; `is_current` marks the one that asked."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: Seconds
    expires_at: Seconds | None = None
    revoked_at: Seconds | None = None
    last_used_at: Seconds | None = None
    is_current: bool = False


class Secret(Wire, frozen=True, kw_only=True):
    """A stored secret by its reference, e.g. `provider_api_key/workspace:W:provider:openai`."""

    ref: str
    kind: str
    label: str | None = None
    updated_at: Seconds
