"""Turns (reference 5.2)."""

from enum import StrEnum
from typing import Literal

from portico.protocol.base import Count, Seconds, Wire


class TurnStatus(StrEnum):
    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    INTERRUPTED = "Interrupted"
    BLOCKED = "Blocked"


class TurnKind(StrEnum):
    CONVERSATION = "conversation"
    TASK_RUN = "task_run"


class TurnOrigin(StrEnum):
    USER = "user"
    SCHEDULED_TASK = "scheduled_task"
    DETACHED_TASK = "detached_task"
    ATTACHED_TASK = "attached_task"


class Usage(Wire, frozen=True, kw_only=True):
    """Tokens of a turn (ours), summed over its provider calls."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    cached_input_tokens: Count = 0
    reasoning_tokens: Count = 0
    provider_calls: Count = 0


class PromptDiagnostic(Wire, frozen=True, kw_only=True):
    code: str
    message: str
    file: str | None = None
    section_id: str | None = None
    hook_source: str | None = None


class PromptManifest(Wire, frozen=True, kw_only=True):
    """Which sections a turn's prompt had, and their fingerprints."""

    compiler_version: str
    profile: Literal["assistant_full", "assistant_minimal", "assistant_none", "cli_runtime"]
    section_ids: list[str]
    fingerprint_stable: str
    fingerprint_dynamic: str
    fingerprint_full: str
    diagnostics: list[PromptDiagnostic]
    hook_sources: list[str]


class Turn(Wire, frozen=True, kw_only=True):
    """One exchange of a thread. From `model` on the fields are ours."""

    id: str
    status: TurnStatus
    error: str | None = None
    prompt_manifest: PromptManifest | None = None
    turn_kind: TurnKind = TurnKind.CONVERSATION
    origin: TurnOrigin = TurnOrigin.USER
    model: str | None = None
    model_provider: str | None = None
    effort: str | None = None
    created_at: Seconds | None = None
    completed_at: Seconds | None = None
    duration_ms: Count | None = None
    usage: Usage | None = None
    error_class: str | None = None


class TurnResume(Wire, frozen=True, kw_only=True):
    """Why a blocked turn stopped and what would let it go on (reference 4.2)."""

    reason_class: str
    human_message: str
    resume_requirements: list[str]
    resume_command: str
    blocked_recovery_job_id: str | None = None
    latest_checkpoint_id: str | None = None
    can_resume_same_turn: bool
