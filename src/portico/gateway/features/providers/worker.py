"""The loop that refreshes in the background, each thing once at a time."""

from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskGroup

AT_ONCE = 4
"""Refreshes at work together: vendors are slow, not many."""

Job = Callable[[], Awaitable[None]]


class Refresher:
    """Runs the jobs that are asked for while `run` runs. Jobs raise nothing."""

    def __init__(self) -> None:
        self._asked: dict[str, Job] = {}
        self._done: dict[str, anyio.Event] = {}
        self._wake = anyio.Event()

    def ask(self, name: str, job: Job) -> anyio.Event:
        """Have `job` done; asking for a name that waits or runs joins it. The event is set when it is done."""
        done = self._done.get(name)
        if done is None:
            done = self._done[name] = anyio.Event()
            self._asked[name] = job
            self._wake.set()
        return done

    async def run(self) -> None:
        """Work for ever. Whoever waits is let go when it stops."""
        slots = anyio.Semaphore(AT_ONCE)
        try:
            async with anyio.create_task_group() as group:
                while True:
                    self._start(group, slots)
                    self._wake = anyio.Event()
                    await self._wake.wait()
        finally:
            for name in list(self._done):
                self._end(name)

    def _start(self, group: TaskGroup, slots: anyio.Semaphore) -> None:
        asked, self._asked = self._asked, {}
        for name, job in asked.items():
            group.start_soon(self._work, name, job, slots)

    async def _work(self, name: str, job: Job, slots: anyio.Semaphore) -> None:
        try:
            async with slots:
                await job()
        finally:
            self._end(name)

    def _end(self, name: str) -> None:
        self._asked.pop(name, None)
        done = self._done.pop(name, None)
        if done is not None:
            done.set()
