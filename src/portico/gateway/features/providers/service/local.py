"""Whether Ollama runs on this host: looked at in the background, answered from memory."""

from dataclasses import dataclass

import anyio

from portico.gateway.features.providers.ports import ModelListPort
from portico.gateway.features.providers.worker import Refresher
from portico.gateway.kernel.clock import Clock

FRESH_SECONDS = 30.0
FIRST_LOOK_SECONDS = 0.25
"""A port of this host answers or refuses in far less; only the first look is waited for at all."""


@dataclass(frozen=True, slots=True)
class _Look:
    models: tuple[str, ...] | None
    at: float


class LocalModels:
    """The models of a running Ollama by its address, None while none runs there."""

    def __init__(self, lists: ModelListPort, clock: Clock, refresher: Refresher) -> None:
        self._lists = lists
        self._clock = clock
        self._refresher = refresher
        self._looks: dict[str, _Look] = {}

    async def read(self, base_url: str) -> tuple[str, ...] | None:
        """What was seen last; a look older than half a minute is repeated behind the caller's back."""
        look = self._looks.get(base_url)
        if look is not None and self._clock.monotonic() - look.at < FRESH_SECONDS:
            return look.models
        done = self._refresher.ask(f"ollama {base_url}", lambda: self._look(base_url))
        if look is None:
            with anyio.move_on_after(FIRST_LOOK_SECONDS):
                await done.wait()
            self._looks.setdefault(base_url, _Look(None, self._clock.monotonic()))  # nobody waits a second time
        return self.seen(base_url)

    def seen(self, base_url: str | None) -> tuple[str, ...] | None:
        """What was seen last, without looking."""
        look = self._looks.get(base_url or "")
        return None if look is None else look.models

    async def _look(self, base_url: str) -> None:
        models = await self._lists.local_models(base_url)
        self._looks[base_url] = _Look(models, self._clock.monotonic())
