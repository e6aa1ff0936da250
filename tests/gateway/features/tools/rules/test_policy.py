"""The tables of the reference."""

from typing import get_args

from portico.gateway.agent.ports import ErrorClass
from portico.gateway.features.tools.rules import policy


def test_every_error_class_has_its_limit() -> None:
    assert policy.RETRY_LIMITS == {
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
    assert set(policy.RETRY_LIMITS) == set(get_args(ErrorClass))


def test_only_classes_with_a_limit_are_tried_again() -> None:
    assert {name for name in get_args(ErrorClass) if not policy.should_retry(name)} == {"needs_narrowing", "internal"}


def test_a_tool_that_changes_files_is_never_run_again() -> None:
    assert (policy.NEVER.max_attempts, policy.NEVER.resolved_action) == (0, "mark_failed")
    assert (policy.SESSION_BOUND.max_attempts, policy.SESSION_BOUND.can_resume) == (3, True)
    assert (policy.SAFE.max_attempts, policy.SAFE.idempotency_mode) == (2, "idempotent")
