"""The worker that removes outputs which no thread refers to any more."""

from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.logging import get_logger
from portico.gateway.kernel.supervise import Worker
from portico.gateway.store.blobs import Blobs
from portico.gateway.store.engine import Store

FIRST_SECONDS = 60.0
"""A start has better things to do than to read a folder."""
EVERY_SECONDS = 3_600.0

logger = get_logger(__name__)


def blob_sweeper(blobs: Blobs, store: Store, clock: Clock) -> Worker:
    """Looks a minute after the start, then every hour; what the store refuses is tried again the next time."""

    async def run() -> None:
        await clock.sleep(FIRST_SECONDS)
        while True:
            await _sweep(blobs, store)
            await clock.sleep(EVERY_SECONDS)

    return Worker("blobs.sweeper", run)


async def _sweep(blobs: Blobs, store: Store) -> None:
    try:
        removed = await blobs.remove_unreferenced(store)
    except GatewayError as error:
        logger.warning("outputs were not looked through", reason=error.code)
    except OSError as error:
        logger.warning("outputs were not looked through", reason=error.strerror)
    else:
        if removed:
            logger.info("outputs removed", count=removed)
