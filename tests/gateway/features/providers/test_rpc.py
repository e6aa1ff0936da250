"""The calls of providers have their routes."""

from pathlib import Path

from portico.gateway.features.providers import routes
from portico.protocol.methods import provider, usage
from portico.protocol.methods.settings import GATEWAY_INFO
from tests.kit.providers import ProviderWorld


async def test_routes(tmp_path: Path) -> None:
    async with ProviderWorld(tmp_path).start() as home:
        bound = routes(home.providers)
    assert [route.method for route in bound] == [*provider.ALL, *usage.ALL, GATEWAY_INFO]
