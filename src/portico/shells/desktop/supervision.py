"""The gateway of the home: one that runs is used, else one is started, and again whenever it is gone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import anyio

from portico.client.connection import Sleep
from portico.client.errors import ClientError
from portico.client.registry import Target

FIRST_PAUSE, LAST_PAUSE = 0.5, 30.0
STEADY_SECONDS = 60.0
"""Who lived so long begins with the shortest pause again."""
LOOK_SECONDS = 1.0
"""How often is looked whether a gateway of somebody else is still there."""


class Child(Protocol):
    """A gateway that was started here."""

    async def ready(self) -> str: ...

    async def gone(self) -> None: ...

    async def stop(self, hurry: anyio.Event | None = None) -> None: ...


Start = Callable[[int | None], Awaitable[Child]]
"""On this port, or the configured one; raises ClientError."""
Look = Callable[[], Target | None]


@dataclass(frozen=True, slots=True)
class Starting:
    """A gateway is being started."""


@dataclass(frozen=True, slots=True)
class Found:
    """It answers. `is_ours`: it was started here, and stops with this shell."""

    target: Target
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """It is gone, or did not start and said `why`; it is tried again in `seconds`."""

    seconds: float
    why: str = ""


Happened = Starting | Found | Lost


def pause_after(pauses: int) -> float:
    """Seconds before the next start, after so many in a row."""
    return min(FIRST_PAUSE * 2 ** min(pauses, 10), LAST_PAUSE)


def port_of(url: str) -> int | None:
    """The port of an address, to be asked for again: the page keeps its origin."""
    digits = url.rstrip("/").rpartition(":")[2]
    return int(digits) if digits.isdigit() else None


class LocalGateway:
    """`look` finds the gateway that runs on the home (`client.registry.find`)."""

    def __init__(self, look: Look, start: Start, *, sleep: Sleep = anyio.sleep) -> None:
        self._look = look
        self._start = start
        self._sleep = sleep
        self._child: Child | None = None
        self._port: int | None = None
        self._is_port_taken = False

    async def run(self, tell: Callable[[Happened], Awaitable[None]]) -> None:
        """For ever; `tell` is not called twice at a time. What was started stays until `stop`."""
        pauses = 0
        while True:
            began = anyio.current_time()
            why = await self._live(tell)
            pauses = 0 if anyio.current_time() - began >= STEADY_SECONDS else pauses
            seconds = pause_after(pauses)
            pauses += 1
            await tell(Lost(seconds, why))
            await self._sleep(seconds)

    async def stop(self, hurry: anyio.Event | None = None) -> None:
        """End what was started here; what was there before stays."""
        child, self._child = self._child, None
        if child is not None:
            with anyio.CancelScope(shield=True):
                await child.stop(hurry)

    @property
    def is_ours(self) -> bool:
        return self._child is not None

    async def _live(self, tell: Callable[[Happened], Awaitable[None]]) -> str:
        """One life of a gateway; why there was none."""
        target = self._look()
        if target is None:
            await tell(Starting())
            try:
                target = await self._begin()
            except ClientError as error:
                return str(error)
        await tell(Found(target, is_ours=self.is_ours))
        await self._until_gone(target)
        return ""

    async def _begin(self) -> Target:
        """The port of the life before, the configured one, any: in this order, a step each time that one fails."""
        port = 0 if self._is_port_taken else self._port
        self._child = child = await self._start(port)
        try:
            url = await child.ready()
        except ClientError:
            self._child = None
            self._is_port_taken = not self._is_port_taken
            raise
        except BaseException:
            await self.stop()
            raise
        self._is_port_taken = False
        self._port = port_of(url) or self._port
        return self._look() or Target(url, None, is_home=True)

    async def _until_gone(self, target: Target) -> None:
        if self._child is not None:
            await self._child.gone()
            await self.stop()
            return
        while self._look() == target:
            await self._sleep(LOOK_SECONDS)
