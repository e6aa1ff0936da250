"""The routes of threads and conversations are those of the protocol."""

from pathlib import Path

from portico.gateway.features.threads import routes
from portico.protocol.methods import conversation, thread
from tests.gateway.features.threads.desk import desk


async def test_every_method_of_threads_and_conversations_has_one_route(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        table = routes(at.threads, at.conversations, at.search, at.forks)
    assert [route.method for route in table] == [*thread.ALL, *conversation.ALL]
    assert len({route.handler for route in table}) == len(table)
