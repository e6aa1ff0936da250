"""Limits of the process."""

import gc
import resource
import sys
from contextlib import suppress

SWITCH_SECONDS = 0.0002
COLLECT_AFTER = (10_000, 50, 20)
"""New objects that start a collection of the youngest, and how often the older ones take part."""


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


def spare_collections() -> None:
    """Look for garbage less often, and never in what a start made.

    A thread that is loaded is many small objects that stay: by default they are looked through again and again
    meanwhile, which took a fifth of the time until its first rows.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
