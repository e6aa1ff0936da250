"""Use cases of settings: load, decide, write one batch."""

from collections.abc import Callable

from portico.gateway.features.settings import rules
from portico.gateway.features.settings.store import SettingsStore
from portico.gateway.log import GATEWAY_STREAM, Batch, EventLog
from portico.gateway.log.decide import decide
from portico.gateway.rpc import CallContext
from portico.protocol.base import NoParams
from portico.protocol.events import SettingsChanged
from portico.protocol.methods.settings import SettingsResponse, SettingsUpdateParams
from portico.protocol.types.settings import GatewaySettings


def _as_given(name: str) -> str:
    return name


class SettingsService:
    """The snapshot, in memory from `load` on: a turn never reads it from disk.

    `canonical_provider` answers a provider's own name for any of its aliases and raises Invalid for an unknown one.
    """

    def __init__(self, log: EventLog, canonical_provider: Callable[[str], str] = _as_given) -> None:
        self._log = log
        self._store = SettingsStore(log)
        self._canonical_provider = canonical_provider
        self._current = GatewaySettings()

    async def load(self) -> None:
        """Read the stored snapshot; before it `current` is the defaults. Raises Unavailable when it is damaged."""
        self._current, _ = await self._store.state()

    def current(self) -> GatewaySettings:
        """The snapshot that holds now."""
        return self._current

    async def get(self, ctx: CallContext, p: NoParams) -> SettingsResponse:
        del ctx, p
        return SettingsResponse(settings=self._current)

    async def update(self, ctx: CallContext, p: SettingsUpdateParams) -> SettingsResponse:
        """Store the changed snapshot and tell everybody; a change of nothing is not told."""
        del ctx

        async def attempt() -> GatewaySettings:
            known, decided = await self._store.state()
            changed = rules.update(known, p.update, self._canonical_provider)
            if changed != known:
                await self._log.write(Batch.decision(GATEWAY_STREAM, decided, [SettingsChanged(settings=changed)]))
            return changed

        self._current = await decide(attempt)
        return SettingsResponse(settings=self._current)
