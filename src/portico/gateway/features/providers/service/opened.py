"""Opened models, kept while they are used: one per workspace and authority (reference 13.2)."""

from collections import OrderedDict

from portico.gateway.agent.ports import ModelPort
from portico.gateway.features.providers.ports import ModelFactory, Resolved
from portico.gateway.kernel.clock import Clock

KEPT = 256
IDLE_SECONDS = 1_800.0


class OpenedModels:
    """A changed key, URL or proxy makes a new instance; a running turn keeps the one it has."""

    def __init__(self, open_model: ModelFactory, clock: Clock) -> None:
        self._open_model = open_model
        self._clock = clock
        self._opened: OrderedDict[tuple[str, str], tuple[ModelPort, float]] = OrderedDict()

    def open(self, resolved: Resolved) -> ModelPort:
        """The instance for `resolved`, made if there is none."""
        now = self._clock.monotonic()
        key = (resolved.workspace_id, resolved.fingerprint)
        known = self._opened.pop(key, None)
        self._forget_idle(now)
        port = known[0] if known is not None and now - known[1] < IDLE_SECONDS else self._open_model(resolved)
        self._opened[key] = (port, now)
        while len(self._opened) > KEPT:
            self._opened.popitem(last=False)
        return port

    def _forget_idle(self, now: float) -> None:
        while self._opened:
            key, (_, used) = next(iter(self._opened.items()))
            if now - used < IDLE_SECONDS:
                return
            del self._opened[key]
