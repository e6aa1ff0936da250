"""Ends what the tools of a killed gateway left running: nobody reads its output or waits for it any more."""

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

import anyio
import anyio.to_thread

from portico.gateway.adapters.shell.marks import PROC, Marks, marked
from portico.gateway.kernel.logging import get_logger

GRACE_SECONDS = 0.2

logger = get_logger(__name__)


async def end_orphans(marks: Marks) -> None:
    """End the groups of all processes of this home whose gateway is gone: politely, then by force."""
    groups = await anyio.to_thread.run_sync(_groups, marks)
    if not groups:
        return
    logger.warning("tools of a killed gateway still ran and are ended", groups=len(groups))
    _signal(groups, signal.SIGTERM)
    await anyio.sleep(GRACE_SECONDS)
    _signal(await anyio.to_thread.run_sync(_groups, marks), signal.SIGKILL)


def _groups(marks: Marks) -> set[int]:
    """Their process groups; never one of our own session, such as that of a gateway started by a tool."""
    found: set[int] = set()
    session, namespace = os.getsid(0), _namespace("self")
    for pid, mark in marked():
        with suppress(OSError):
            # A container's processes are seen here under other numbers than their marks name.
            if marks.is_orphans(mark) and os.getsid(pid) != session and _namespace(str(pid)) == namespace:
                found.add(os.getpgid(pid))
    return found


def _signal(groups: Iterable[int], number: signal.Signals) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


def _namespace(pid: str) -> str:
    """In which space of process ids it lives; empty where that cannot be told."""
    try:
        return str((PROC / pid / "ns" / "pid").readlink())
    except OSError:
        return ""
