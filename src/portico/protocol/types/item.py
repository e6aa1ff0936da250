"""What a turn consists of (reference 5.4): a tagged union of items."""

from enum import StrEnum
from typing import Any, Literal

import msgspec

from portico.protocol.base import Count, WireCamel
from portico.protocol.types.input import Attachment


class ToolStatus(StrEnum):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


class RecoveryPolicy(WireCamel, frozen=True, kw_only=True):
    """How often and how a failed tool item may be run again (reference 8.7)."""

    retry_class: str
    idempotency_mode: str
    max_attempts: Count
    can_resume: bool
    resolved_action: str
    base_backoff_secs: Count
    max_wall_clock_secs: Count
    no_progress_limit: Count


class OutputPolicy(WireCamel, frozen=True, kw_only=True):
    """The six decisions about a tool's output (reference 9.2)."""

    llm: Literal["full", "structured", "summary_only"]
    llm_retention: Literal["until_turn_terminal", "do_not_retain"] = "until_turn_terminal"
    timeline: Literal["full", "summary", "metadata_only", "hidden"]
    storage: Literal["full", "summary", "metadata_only", "none"]
    recovery: Literal["evidence", "metadata_only", "none"]
    deltas: Literal["persist_and_display", "progress_only", "disabled"]


class Outcome(WireCamel, frozen=True, kw_only=True):
    status: Literal["ok", "recoverable_error", "fatal_error", "partial_success"]
    error_class: str | None = None
    should_retry: bool = False
    retry_hint: str | None = None
    incomplete: bool = False
    incomplete_reason: str | None = None


class ShellDisplay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="shell"):
    stdout: str | None = None
    stderr: str | None = None
    aggregated_output: str | None = None
    exit_code: int | None = None
    duration_ms: Count | None = None
    timed_out: bool | None = None
    truncated: bool = False


class SummaryDisplay(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="summary"):
    title: str
    lines: list[str]
    metadata: dict[str, Any]
    truncated: bool


class ProgressDisplay(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="progress"):
    stage: str
    metadata: dict[str, Any]


class HiddenDisplay(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="hidden"):
    """Nothing is shown."""


Display = ShellDisplay | SummaryDisplay | ProgressDisplay | HiddenDisplay


class MetadataStorage(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="metadata"):
    metadata: dict[str, Any]


class NoStorage(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """Nothing is kept beside the display."""


Storage = ShellDisplay | SummaryDisplay | MetadataStorage | NoStorage


class BlobRef(WireCamel, frozen=True, kw_only=True):
    """Output above 64 KiB: its digest in the blob store and its size (ours, design 4)."""

    sha256: str
    size_bytes: Count


class Recovery(WireCamel, frozen=True, kw_only=True):
    error_class: str | None = None
    retry_hint: str | None = None
    incomplete_reason: str | None = None
    diagnostic_summary: str | None = None
    diagnostic_excerpt: str | None = None
    output_fingerprint: str | None = None
    content_fingerprint: str | None = None
    was_truncated: bool = False
    continuation: Any = None


class Observation(WireCamel, frozen=True, kw_only=True):
    trace_id: str
    turn_id: str
    tool_call_id: str
    attempt_id: str
    pipeline_stage: str
    ts_unix_ms: Count
    mono_ns: Count
    event_seq: Count


class ToolFields(WireCamel, frozen=True, kw_only=True):
    """What all tool items share; not an item by itself."""

    id: str
    tool_name: str
    arguments: Any
    status: ToolStatus
    recovery_policy: RecoveryPolicy | None = None
    output_policy: OutputPolicy
    display: Display
    storage: Storage
    recovery: Recovery | None = None
    success: bool | None = None
    outcome: Outcome | None = None
    observation: Observation | None = None
    blob: BlobRef | None = None


class UserMessage(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="userMessage"):
    """`literal` (ours): none of the text is a command, however it begins."""

    id: str
    text: str
    attachments: list[Attachment] = msgspec.field(default_factory=list[Attachment])
    literal: bool = False


class AgentMessage(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="agentMessage"):
    id: str
    text: str
    phase: Literal["final_answer", "commentary"] = "final_answer"
    markdown: Any = None
    markdown_version: int | None = None


class ReasoningItem(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="reasoning"):
    id: str
    summary: list[str]
    content: list[str]


class SystemEvent(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="systemEvent"):
    id: str
    level: Literal["info", "warning", "error"]
    message: str
    code: str | None = None
    details: Any = None


class TaskItem(WireCamel, frozen=True, kw_only=True, tag_field="type", tag="task"):
    """A task's row in its parent's timeline (reference 5.6)."""

    id: str
    task_id: str
    run_id: str | None = None
    parent_task_id: str | None = None
    root_task_id: str | None = None
    title: str
    status: str
    trigger_kind: str
    executor_kind: str
    child_thread_id: str | None = None
    child_turn_id: str | None = None
    agent_role: str | None = None
    depth: Count
    max_depth: Count
    next_fire_at: Count | None = None
    result_preview: str | None = None
    error_preview: str | None = None
    created_at: Count
    updated_at: Count


class CommandExecution(ToolFields, frozen=True, kw_only=True, tag_field="type", tag="commandExecution"):
    command: list[str]
    cwd: str | None = None


class FileChange(ToolFields, frozen=True, kw_only=True, tag_field="type", tag="fileChange"):
    changed_files: list[str]
    exit_code: int | None = None
    stdout: str | None = None
    stderr: str | None = None


class WebSearchResult(WireCamel, frozen=True, kw_only=True):
    rank: Count
    title: str
    url: str
    snippet: str
    source: str
    published_at: str | None = None


class WebSearch(ToolFields, frozen=True, kw_only=True, tag_field="type", tag="webSearch"):
    query: str | None = None
    provider: str | None = None
    took_ms: Count | None = None
    result_count: Count | None = None
    results: list[WebSearchResult] = msgspec.field(default_factory=list[WebSearchResult])


class WebLink(WireCamel, frozen=True, kw_only=True):
    text: str
    url: str


class WebFetch(ToolFields, frozen=True, kw_only=True, tag_field="type", tag="webFetch"):
    url: str | None = None
    final_url: str | None = None
    status_code: int | None = None
    content_type: str | None = None
    extract_mode: str | None = None
    resolved_mode: str | None = None
    bytes_received: Count | None = None
    elapsed_ms: Count | None = None
    truncated: bool | None = None
    title: str | None = None
    word_count: Count | None = None
    links: list[WebLink] = msgspec.field(default_factory=list[WebLink])


class Download(ToolFields, frozen=True, kw_only=True, tag_field="type", tag="download"):
    url: str | None = None
    final_url: str | None = None
    status_code: int | None = None
    path: str | None = None
    bytes_written: Count | None = None
    sha256: str | None = None
    content_type: str | None = None
    elapsed_ms: Count | None = None
    truncated: bool | None = None


class DynamicToolCall(ToolFields, frozen=True, kw_only=True, tag_field="type", tag="dynamicToolCall"):
    """Any tool without a form of its own."""


ToolItem = CommandExecution | FileChange | WebSearch | WebFetch | Download | DynamicToolCall
TurnItem = UserMessage | AgentMessage | ReasoningItem | SystemEvent | TaskItem | ToolItem

ITEM_TYPES: dict[type, str] = {
    UserMessage: "user_message",
    AgentMessage: "agent_message",
    ReasoningItem: "reasoning",
    SystemEvent: "system_event",
    TaskItem: "task",
    CommandExecution: "command_execution",
    FileChange: "file_change",
    WebSearch: "web_search",
    WebFetch: "web_fetch",
    Download: "download",
    DynamicToolCall: "dynamic_tool_call",
}
"""The item type strings of notifications (reference 5.4)."""
