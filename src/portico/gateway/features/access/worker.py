"""Writes down, once a minute, when credentials were last used."""

from portico.gateway.features.access.service import AccessService
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.supervise import Worker

FLUSH_SECONDS = 60.0
"""A crash forgets at most this much idle time; a request never waits for a commit."""


def last_use_worker(access: AccessService, clock: Clock) -> Worker:
    async def run() -> None:
        while True:
            await clock.sleep(FLUSH_SECONDS)
            await access.flush()

    return Worker("access.last_use", run)
