"""Keeps, once, the words of threads from before search was there."""

import anyio

from portico.gateway.features.threads.service import SearchService
from portico.gateway.kernel.supervise import Worker


def search_filler(search: SearchService) -> Worker:
    async def run() -> None:
        await search.catch_up()
        await anyio.sleep_forever()

    return Worker("threads.search_filler", run)
