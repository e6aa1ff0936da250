"""Who calls."""

from dataclasses import dataclass
from typing import Literal

from portico.protocol.base import Scope

ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller. `id` is the token's id, or the name of a built-in credential."""

    id: str
    name: str
    scopes: frozenset[Scope]
    kind: Literal["token", "static", "home_token", "session", "open", "process"]
    expires_at: int | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes
