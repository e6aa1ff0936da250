"""Limits of the process."""

import resource
import sys
from contextlib import suppress

SWITCH_SECONDS = 0.0002


def raise_file_limit() -> None:
    """Raise the soft limit of open files to the hard one: every client is a file (design 6)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def shorten_thread_switches() -> None:
    """Let the thread that commits have the interpreter soon, also while the event loop is busy.

    By default it waits up to 5 ms for it, several times a commit.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
