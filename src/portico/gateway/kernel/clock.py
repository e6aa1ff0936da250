"""Time, so that tests own it."""

import time
from typing import Protocol

import anyio


class Clock(Protocol):
    """Unix seconds for facts, monotonic seconds for durations and deadlines."""

    def now(self) -> int: ...

    def now_ms(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return int(time.time())

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)
