"""Model lists: asked for in the background, kept in memory and in a table, never made worse by a failed refresh."""

from collections import OrderedDict
from dataclasses import dataclass

import anyio

from portico.gateway.features.providers.rules.authority import Authority
from portico.gateway.features.providers.rules.listing import normalise
from portico.gateway.features.providers.service.needs import ProviderNeeds
from portico.gateway.features.providers.store import Place, ProviderStore, StoredList, list_change
from portico.gateway.features.providers.worker import Refresher
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.logging import get_logger
from portico.gateway.log import Batch
from portico.protocol.types.provider import ProviderModel

FRESH_SECONDS = 3_600
"""Vendors add models by the week; an hour keeps the picker honest."""
RETRY_SECONDS = 60
"""After a failure the vendor is left alone for a while."""
FIRST_LIST_SECONDS = 10.0
"""How long the very first reader waits."""
KEPT_LISTS = 64
TOO_SLOW = "the provider's list of models did not come in time"

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """The last good list (empty if there never was one); `error` says why the newest refresh gave nothing."""

    models: list[ProviderModel]
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Failure:
    error: str
    at: int


class Catalog:
    """Lists by workspace, provider and authority: another key or URL never sees a list that was not fetched with it."""

    def __init__(self, needs: ProviderNeeds, refresher: Refresher) -> None:
        self._log = needs.log
        self._clock = needs.clock
        self._lists = needs.lists
        self._store = ProviderStore(needs.log)
        self._refresher = refresher
        self._known: OrderedDict[Place, StoredList] = OrderedDict()
        self._failures: dict[str, _Failure] = {}

    async def read(self, workspace_id: str, reached: Authority, fingerprint: str) -> Listed:
        """The list of this authority. Waits only when there is none at all, and then not for long."""
        place = (workspace_id, reached.provider)
        known = await self._stored(place, fingerprint)
        if self._is_due(known, fingerprint):
            done = self._refresher.ask(fingerprint + workspace_id, lambda: self._refresh(place, reached, fingerprint))
            if known is None:
                with anyio.move_on_after(FIRST_LIST_SECONDS) as wait:
                    await done.wait()
                known = self.peek(place, fingerprint)
                if known is None and wait.cancelled_caught:
                    return Listed([], TOO_SLOW)
        failure = self._failures.get(fingerprint)
        return Listed([] if known is None else known.models, None if failure is None else failure.error)

    async def cached(self, workspace_id: str, reached: Authority, fingerprint: str) -> list[ProviderModel]:
        """The last good list of this authority, empty if there never was one; a refresh that is due is begun."""
        place = (workspace_id, reached.provider)
        known = await self._stored(place, fingerprint)
        if self._is_due(known, fingerprint):
            self._refresher.ask(fingerprint + workspace_id, lambda: self._refresh(place, reached, fingerprint))
        return [] if known is None else known.models

    async def known(self, place: Place, fingerprint: str) -> StoredList | None:
        """The list in memory, else the stored one. Nobody is asked for a newer one."""
        return await self._stored(place, fingerprint)

    def peek(self, place: Place, fingerprint: str) -> StoredList | None:
        """The list in memory, without waiting for anything."""
        known = self._known.get(place)
        return known if known is not None and known.authority == fingerprint else None

    async def _stored(self, place: Place, fingerprint: str) -> StoredList | None:
        known = self.peek(place, fingerprint)
        if known is None:
            stored = await self._store.model_list(place)
            if stored is not None and stored.authority == fingerprint:
                known = stored
                self._keep(place, stored)
        return known

    def _is_due(self, known: StoredList | None, fingerprint: str) -> bool:
        now = self._clock.now()
        failure = self._failures.get(fingerprint)
        if failure is not None and now - failure.at < RETRY_SECONDS:
            return False
        return known is None or failure is not None or now - known.fetched_at >= FRESH_SECONDS

    async def _refresh(self, place: Place, reached: Authority, fingerprint: str) -> None:
        now = self._clock.now()
        try:
            models = normalise(reached.provider, await self._lists.fetch(reached))
        except GatewayError as error:
            self._failures[fingerprint] = _Failure(error.message, now)
            return
        if not models:
            self._failures[fingerprint] = _Failure("the provider's list of models is empty", now)
            return
        self._failures.pop(fingerprint, None)
        stored = StoredList(authority=fingerprint, models=models, fetched_at=now)
        self._keep(place, stored)
        try:
            await self._log.write(Batch(records=(list_change(place, stored),)))
        except GatewayError as error:
            logger.warning("a model list was not stored", provider=reached.provider, reason=error.code)

    def _keep(self, place: Place, stored: StoredList) -> None:
        self._known[place] = stored
        self._known.move_to_end(place)
        while len(self._known) > KEPT_LISTS:
            self._known.popitem(last=False)
