"""A clock that moves when the test says so."""

import anyio
import anyio.lowlevel


class FakeClock:
    """Starts at `now`; `advance` moves it and wakes the sleepers whose time has come."""

    def __init__(self, now: int = 1_800_000_000) -> None:
        self._elapsed = 0.0
        self._start = now
        self._sleepers: list[tuple[float, anyio.Event]] = []

    def now(self) -> int:
        return self._start + int(self._elapsed)

    def now_ms(self) -> int:
        return self._start * 1000 + int(self._elapsed * 1000)

    def monotonic(self) -> float:
        return 1000.0 + self._elapsed

    @property
    def sleepers(self) -> int:
        return len(self._sleepers)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await anyio.lowlevel.checkpoint()
            return
        event = anyio.Event()
        entry = (self._elapsed + seconds, event)
        self._sleepers.append(entry)
        try:
            await event.wait()
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)

    def advance(self, seconds: float) -> None:
        self._elapsed += seconds
        for due, event in list(self._sleepers):
            if due <= self._elapsed:
                event.set()
