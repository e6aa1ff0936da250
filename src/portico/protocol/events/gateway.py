"""Facts of the gateway's stream, and of a workspace's providers."""

from typing import Literal

from portico.protocol.events.base import EventBase
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.workspace import Workspace, WorkspaceChangeKind


class WorkspaceChanged(EventBase, frozen=True, kw_only=True, tag="workspaceChanged"):
    kind: WorkspaceChangeKind
    workspace: Workspace


class SettingsChanged(EventBase, frozen=True, kw_only=True, tag="settingsChanged"):
    settings: GatewaySettings


class TokensChanged(EventBase, frozen=True, kw_only=True, tag="tokensChanged"):
    change: Literal["issued", "revoked", "rotated"]
    token_id: str


class ProviderChanged(EventBase, frozen=True, kw_only=True, tag="providerChanged"):
    """A key, base URL or proxy changed (on the workspace's stream); values are never told."""

    workspace_id: str
    provider: str
    change: Literal["key_set", "key_deleted", "configured"]
