"""Following the gateway that the window shows: which folders it works in, how it is, and which turns ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from portico.boundary import Boundary
from portico.boundary.calls import BoundaryRefused, Calls
from portico.client.connection import Sleep
from portico.client.errors import ClientError
from portico.client.status import state_of
from portico.shells.desktop.watching import Event, TurnEnded, Watch, reduce
from portico.shells.desktop.words import say

WAIT_MS = 30_000
RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Seat:
    """A gateway and the credential for it."""

    name: str
    url: str
    token: str | None

    def __repr__(self) -> str:
        return f"Seat({self.name!r}, {self.url!r})"


class Follower:
    """`boundary` must run; nobody else connects it. `roots` are the folders of the gateway's workspaces."""

    def __init__(
        self,
        boundary: Boundary,
        ended: Callable[[TurnEnded], Awaitable[None]],
        skewed: Callable[[str], Awaitable[None]],
        *,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self.roots: tuple[Path, ...] = ()
        self.watch = Watch()
        self._calls = Calls(boundary)
        self._ended = ended
        self._skewed = skewed
        self._sleep = sleep
        self._opened: set[str] = set()

    async def follow(self, seat: Seat) -> None:
        """Until the gateway does not take the credential; what breaks is tried again."""
        while True:
            try:
                await self._connect(seat)
                await self._watch()
            except BoundaryRefused as refused:
                if refused.code == "sign_in_refused":
                    return
            except ClientError:
                pass
            finally:
                self.roots, self._opened = (), set()
            await self._sleep(RETRY_SECONDS)

    async def _connect(self, seat: Seat) -> None:
        given = {"url": seat.url, "token": seat.token, "name": seat.name}
        found = await self._calls.ask("gateway_connect", dict[str, Any], **given)
        version = str(found["gateway"].get("version", ""))
        state = state_of(version)
        if state in {"gateway_too_old", "gateway_too_new"}:
            id_ = f"connection.{state.removeprefix('gateway_')}"
            await self._skewed(say(id_, name=seat.name, version=version))
        await self._calls.ask("workspace_bootstrap", dict[str, Any])

    async def _watch(self) -> None:
        self.watch = Watch()
        while True:
            told = await self._calls.ask("gateway_next_events", dict[str, Any], wait_ms=WAIT_MS)
            for event in told["events"]:
                if _is_over(event):
                    raise ClientError("the connection is over")
                self._workspaces(event)
                self.watch, ended = reduce(self.watch, event, anyio.current_time())
                if ended is not None:
                    await self._ended(ended)
            await self._open(self.watch.wanted)

    def _workspaces(self, event: Event) -> None:
        if event.get("event") == "workspaces":
            roots = [one.get("root") for one in event.get("workspaces", ())]
            self.roots = tuple(Path(root) for root in roots if root)

    async def _open(self, wanted: frozenset[str]) -> None:
        for thread_id in self._opened - wanted:
            await self._tried("active_thread_close", thread_id)
            self._opened.discard(thread_id)
        for thread_id in wanted - self._opened:
            if await self._tried("active_thread_open", thread_id):
                self._opened.add(thread_id)

    async def _tried(self, method: str, thread_id: str) -> bool:
        """A thread may be gone by now; False where it is, or where it is to be tried again."""
        try:
            await self._calls.ask(method, dict[str, Any], thread_id=thread_id)
        except BoundaryRefused as refused:
            if refused.code in {"not_connected", "connection_lost"}:
                raise
            return False
        return True


def _is_over(event: Event) -> bool:
    return event.get("event") == "connection" and event.get("state") in {"signed_out", "failed"}
