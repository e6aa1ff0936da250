"""Limits of the process."""

import resource
from contextlib import suppress


def raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one: every client is a file (design 6)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
