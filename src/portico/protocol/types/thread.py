"""Threads, folders and placements (reference 5.1)."""

from enum import StrEnum

import msgspec

from portico.protocol.base import Seconds, Wire, no_items
from portico.protocol.types.turn import Turn
from portico.protocol.types.workspace import ToolAccess


class ThreadMode(StrEnum):
    CHAT = "Chat"
    AGENT = "Agent"


class SandboxMode(StrEnum):
    FULL_ACCESS = "FullAccess"


class ThreadStatus(StrEnum):
    ACTIVE = "Active"
    IDLE = "Idle"
    CLOSED = "Closed"


class OriginKind(StrEnum):
    USER = "user"
    TASK_RUN = "task_run"
    SYSTEM = "system"


class SidebarVisibility(StrEnum):
    VISIBLE = "visible"
    HIDDEN = "hidden"


class SandboxPolicy(Wire, frozen=True, kw_only=True):
    mode: SandboxMode = SandboxMode.FULL_ACCESS


class Sandbox(Wire, frozen=True, kw_only=True):
    """The answer's form of the policy: `mode` is always sent."""

    mode: SandboxMode


class ForkedFrom(Wire, frozen=True, kw_only=True):
    """Where a fork's turns were copied from; `turn_id` is the last of them, absent when there was none (ours)."""

    thread_id: str
    turn_id: str | None = None


class Thread(Wire, frozen=True, kw_only=True):
    """A durable conversation. `model` and `model_provider` are empty when the gateway's default holds.

    `cwd`, `tools`, `ephemeral` and `forked_from` are ours (design 8).
    """

    workspace_id: str
    id: str
    name: str | None = None
    preview: str
    mode: ThreadMode
    model: str
    model_provider: str
    created_at: Seconds
    updated_at: Seconds
    status: ThreadStatus
    origin_kind: OriginKind
    sidebar_visibility: SidebarVisibility
    agent_nickname: str | None = None
    agent_role: str | None = None
    turns: list[Turn] = msgspec.field(default_factory=no_items)
    cwd: str | None = None
    tools: ToolAccess | None = None
    ephemeral: bool = False
    forked_from: ForkedFrom | None = None


class ThreadFolder(Wire, frozen=True, kw_only=True):
    id: str
    workspace_id: str
    parent_folder_id: str | None = None
    name: str
    created_at: Seconds
    updated_at: Seconds


class ThreadPlacement(Wire, frozen=True, kw_only=True):
    """Where a thread stands in the tree; no folder means the root."""

    thread_id: str
    workspace_id: str
    folder_id: str | None = None


class AgentsDocSummary(Wire, frozen=True, kw_only=True):
    """An AGENTS.md document of the tree (reference 5.8); the list is empty until that feature exists."""

    id: str
    workspace_id: str
    folder_id: str | None = None
    status: str
    title: str
    content_sha256: str
    version: int
    char_count: int
    created_at: Seconds
    updated_at: Seconds
