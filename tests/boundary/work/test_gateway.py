"""Connecting, and what the boundary says of itself."""

from pathlib import Path

from portico.boundary import METHODS
from portico.client.words import WORDS
from tests.boundary.shells import shell, started
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import gateway


async def test_connecting_again_replaces_the_connection(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as one:
        first = await one.ok("gateway_connect", name="Mine")
        await one.poll()
        assert one.seen["connection"]["state"] == "online"
        assert ["name", "Mine"] in one.seen["connection"]["words"]["values"]
        assert await one.ok("gateway_connect") == first
        await one.until(lambda: site.it.gateway.hub.count == 1)


async def test_a_failed_connect_leaves_nothing_connected(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        assert (await one.failed("gateway_connect", url="http://nowhere"))["code"] == "not_reachable"
        assert (await one.failed("health"))["code"] == "not_connected"
        assert (await one.ok("gateway_next_events")) == {"events": []}


async def test_health_tells_of_connection_and_gateway(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        health = await one.ok("health")
        assert (health["connection"]["state"], health["gateway"]["is_local"]) == ("online", True)


async def test_it_describes_itself(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        assert (await one.ok("version"))["boundary"] == 1
        assert (await one.ok("words"))["words"] == WORDS
        assert set((await one.ok("schema"))["document"]["x-methods"]) == {method.name for method in METHODS}
