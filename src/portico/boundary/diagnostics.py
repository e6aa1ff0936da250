"""The last problems of a shell's client, without secrets: what was refused, what broke and where in our code."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb

from portico.boundary.answers import Failed
from portico.client.rpc import new_id
from portico.protocol.base import Wire
from portico.protocol.errors import ErrorKind

KEPT = 200
MAX_FRAMES = 12


class Problem(Wire, frozen=True, kw_only=True):
    """`number` counts from 1. `where` are lines of our code, the innermost last; what was sent is never part of it."""

    number: int
    method: str
    code: str
    kind: ErrorKind
    path: str | None = None
    ref: str | None = None
    where: tuple[str, ...] = ()


class Diagnostics:
    """A ring: the newest `KEPT` stay."""

    def __init__(self) -> None:
        self._kept: deque[Problem] = deque(maxlen=KEPT)
        self._count = 0

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._kept)

    def refused(self, method: str, failed: Failed) -> None:
        """A call that was answered with an error. Its message is left out: it may repeat what was sent."""
        self._add(Problem(number=self._next(), method=method, code=failed.code, kind=failed.kind, path=failed.path))

    def broke(self, method: str, error: BaseException) -> str:
        """Our own fault; the reference under which it stands. Its text is left out, the places in our code tell."""
        ref = new_id()[:8]
        kind, code, where = ErrorKind.INTERNAL, type(error).__name__, _where(error)
        self._add(Problem(number=self._next(), method=method, code=code, kind=kind, ref=ref, where=where))
        return ref

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _add(self, problem: Problem) -> None:
        self._kept.append(problem)


def _where(error: BaseException) -> tuple[str, ...]:
    frames = extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return tuple(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
