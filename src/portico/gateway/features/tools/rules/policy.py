"""The tables of reference 8.7 and 9.2: what happens to a tool's output, and how often it may run again."""

from portico.gateway.agent.ports import ErrorClass
from portico.protocol.types.item import OutputPolicy, RecoveryPolicy

SHELL_OUTPUT = OutputPolicy(
    llm="full", timeline="full", storage="full", recovery="evidence", deltas="persist_and_display"
)
FILE_OUTPUT = OutputPolicy(
    llm="full", timeline="summary", storage="metadata_only", recovery="evidence", deltas="disabled"
)
DYNAMIC_OUTPUT = OutputPolicy(
    llm="structured",
    timeline="metadata_only",
    storage="metadata_only",
    recovery="metadata_only",
    deltas="progress_only",
)

SESSION_BOUND = RecoveryPolicy(
    retry_class="session_bound",
    idempotency_mode="none",
    max_attempts=3,
    can_resume=True,
    resolved_action="retry_attempt",
    base_backoff_secs=2,
    max_wall_clock_secs=3_600,
    no_progress_limit=3,
)
SAFE = RecoveryPolicy(
    retry_class="safe",
    idempotency_mode="idempotent",
    max_attempts=2,
    can_resume=False,
    resolved_action="retry_attempt",
    base_backoff_secs=2,
    max_wall_clock_secs=300,
    no_progress_limit=2,
)
NEVER = RecoveryPolicy(
    retry_class="never",
    idempotency_mode="none",
    max_attempts=0,
    can_resume=False,
    resolved_action="mark_failed",
    base_backoff_secs=0,
    max_wall_clock_secs=180,
    no_progress_limit=0,
)

RETRY_LIMITS: dict[ErrorClass, int] = {
    "invalid_arguments": 3,
    "not_found": 2,
    "permission_denied": 1,
    "command_not_found": 2,
    "timeout": 2,
    "cancelled": 1,
    "execution_failed": 2,
    "needs_narrowing": 0,
    "internal": 0,
    "output_truncated": 3,
    "unknown": 1,
}
"""How often a failure of each class may be tried again in one episode (reference 8.6)."""

RETRY_HINTS: dict[ErrorClass, str] = {
    "invalid_arguments": "correct the arguments",
    "not_found": "check the path, or list the folder first",
    "permission_denied": "use another path or another way",
    "command_not_found": "use a program that is installed",
    "timeout": "do less at once, or give more time",
    "execution_failed": "read the output and mend the cause",
    "needs_narrowing": "narrow the request",
    "output_truncated": "ask for a smaller part",
}


def should_retry(error_class: ErrorClass) -> bool:
    return RETRY_LIMITS[error_class] > 0
