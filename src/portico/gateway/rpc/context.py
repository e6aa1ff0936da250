"""The context of a call and the port to the connection that made it (design 3)."""

from dataclasses import dataclass, field
from typing import Protocol

from portico.gateway.kernel.context import Principal


class Connection(Protocol):
    """What a call may ask of its connection. Calls without one (HTTP, in-process) get `NoConnection`."""

    @property
    def id(self) -> str: ...

    @property
    def is_local(self) -> bool:
        """The peer is on this host: its folders are ours."""
        ...

    @property
    def workspace_id(self) -> str | None: ...

    def select_workspace(self, workspace_id: str) -> None:
        """Follow this workspace's stream from now on, instead of the one before."""
        ...

    def subscribe(self, stream: str, version: int) -> None:
        """Send what follows `version` of `stream`, after this call's answer. A subscription that exists is kept."""
        ...

    def unsubscribe(self, stream: str) -> bool:
        """Stop; False when there was no subscription."""
        ...


class NoConnection:
    """A call that came without a socket: subscribing does nothing."""

    def __init__(self, *, id: str = "none", is_local: bool = True) -> None:
        self.id = id
        self.is_local = is_local
        self.workspace_id: str | None = None

    def select_workspace(self, workspace_id: str) -> None:
        self.workspace_id = workspace_id

    def subscribe(self, stream: str, version: int) -> None:
        del stream, version

    def unsubscribe(self, stream: str) -> bool:
        del stream
        return False


@dataclass(frozen=True, slots=True)
class CallContext:
    """Who calls, over what, and under which id the call is logged."""

    principal: Principal
    connection: Connection = field(default_factory=NoConnection)
    call_id: str = ""
