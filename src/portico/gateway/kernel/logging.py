"""Structured logs: one line per fact, constant message, ids as fields; never a secret."""

from typing import Any

import structlog


def get_logger(name: str) -> Any:
    """A logger that carries the context of request, thread and turn."""
    return structlog.get_logger(name)
