"""Connecting, and what the boundary says of itself."""

from pathlib import Path

import pytest

from portico.boundary import METHODS, Boundary, Means
from portico.client.registry_plan import RegistryFile
from portico.client.times import wall_ms
from portico.client.words import LANGUAGES, catalogue
from tests.boundary.shells import Shell, SocketWays, shell, started
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
        assert (await one.ok("gateway_next_events"))["events"] == []


async def test_a_gateway_of_the_list_is_connected_by_its_id(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as owner:
        await owner.start()
        secret = (await owner.ok("tokens_issue", scopes=["read"]))["secret"]
        registry = RegistryFile(site.home / "shell" / "gateways.json")
        async with Boundary("python", Means(SocketWays(site.url, "wrong"), registry)).running() as boundary:
            one = Shell(boundary)
            await one.ok("registry_add", id="mine", name="Mine", url=site.url, has_token=True)
            await one.ok("gateway_connect", gateway_id="mine", token=secret)
            await one.poll()
            assert ["name", "Mine"] in one.seen["connection"]["words"]["values"]
            assert (await one.failed("gateway_connect", gateway_id="none"))["code"] == "gateway_not_found"
            assert (await one.failed("gateway_connect", gateway_id="mine", url="http://x"))["kind"] == "invalid"
            assert (await one.ok("health"))["connection"]["state"] == "online"


async def test_health_tells_of_connection_and_gateway(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        health = await one.ok("health")
        assert (health["connection"]["state"], health["gateway"]["is_local"]) == ("online", True)
        assert "disk" in {finding["name"] for finding in health["findings"]}


async def test_health_without_the_scope_tells_of_the_connection_only(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, shell(site) as owner:
        await owner.start()
        secret = (await owner.ok("tokens_issue", scopes=["read"]))["secret"]
        ways = SocketWays(site.url, secret)
        async with Boundary("python", Means(ways)).running() as boundary:
            one = Shell(boundary)
            await one.start()
            assert "findings" not in await one.ok("health")


async def test_it_describes_itself(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        assert (await one.ok("version"))["boundary"] == 1
        assert set((await one.ok("schema"))["document"]["x-methods"]) == {method.name for method in METHODS}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_its_words_are_the_catalogue_of_a_language(tmp_path: Path, language: str) -> None:
    async with started(tmp_path) as one:
        told = await one.ok("words", language=language)
        assert told == {"words": catalogue(language), "language": language, "languages": list(LANGUAGES)}


async def test_its_words_are_english_where_no_language_is_asked_for(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        assert (await one.ok("words"))["words"] == catalogue("en")


@pytest.mark.parametrize("language", ["", "fr", "EN", "../en", "de.json"])
async def test_a_language_that_there_is_not_is_refused(tmp_path: Path, language: str) -> None:
    async with started(tmp_path) as one:
        refused = await one.failed("words", language=language)
        assert (refused["kind"], refused["path"]) == ("invalid", "$.language")


async def test_events_come_with_the_time_of_the_clock_of_their_rows(tmp_path: Path) -> None:
    async with started(tmp_path) as one:
        before = wall_ms()
        assert before <= (await one.ok("gateway_next_events"))["now_ms"] <= wall_ms()
