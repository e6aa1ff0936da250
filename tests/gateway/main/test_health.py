"""`gateway/health`: a gateway that runs is looked at, with faults planted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.main import checks, health
from portico.gateway.main.checks import Finding, Place
from portico.gateway.main.health import Health, HealthNeeds
from portico.protocol.base import NoParams
from tests.gateway.main.rig import rehearsing
from tests.kit import FakeClock
from tests.kit.calls import caller
from tests.kit.gateways import KEY, Setup, Site, gateway, until

NAMES = ["version", "modes", "disk", "database", "keystore", "provider", "listeners", "search", "sandbox"]


def needs(site: Site) -> HealthNeeds:
    it = site.it.gateway
    outside = it.outside

    def place() -> Place:
        return Place(outside.config, outside.home, outside.clock, outside.ids, outside.shell)

    return HealthNeeds(place, outside.store, it.log, outside.keystore, it.features.providers, "1")


async def found(site: Site, seconds: float = 5.0) -> dict[str, Any]:
    answer = await Health(needs(site), seconds=seconds).health(caller(), NoParams())
    return {finding.name: finding for finding in answer.findings}


@pytest.mark.promise("gateway.health")
async def test_a_whole_gateway_says_so_and_tells_no_secret(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        findings = (await peer.call("gateway/health"))["findings"]
        assert [finding["name"] for finding in findings] == NAMES
        told = {finding["name"]: finding for finding in findings}
        for name in ("version", "modes", "database", "keystore", "provider", "listeners"):
            assert told[name]["status"] == "ok", told[name]
        assert site.url in told["listeners"]["message"]
        assert all(finding["status"] == "ok" or finding["mend"] for finding in findings)
        assert KEY not in str(findings)
        assert site.token not in str(findings)


async def test_who_is_no_admin_is_not_told(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as peer:
        issued = await peer.call("token/issue", name="x", scopes=["read", "chat", "agent"])
        async with site.socket(issued["secret"]) as other:
            assert (await other.refused("gateway/health"))["data"]["kind"] == "denied"


async def test_a_gateway_that_rehearses_is_warned(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        assert (await found(site))["provider"].status == "warning"


async def test_a_provider_without_a_key_is_named(tmp_path: Path) -> None:
    async with gateway(tmp_path, Setup(config={"provider": "mistral", "model": "m"})) as site:
        told = (await found(site))["provider"]
        assert told.status == "error"
        assert told.mend


async def test_an_unprotected_listener_is_warned_of(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing(Setup(config={"host": "0.0.0.0", "hosts": ("box.lan",)}))) as site:  # noqa: S104
        told = (await found(site))["listeners"]
        assert (told.status, "box.lan" in told.message) == ("warning", True)


async def test_a_check_that_hangs_is_told_and_the_others_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(_: Place) -> Finding:
        await anyio.sleep_forever()
        raise AssertionError

    async with gateway(tmp_path, rehearsing()) as site:
        monkeypatch.setattr(checks, "search", hangs)
        told = await found(site, seconds=1.0)
        assert (told["search"].status, told["version"].status) == ("warning", "ok")


@pytest.mark.parametrize("fault", [Unavailable("it is gone"), PermissionError(13, "no entry")])
async def test_a_check_that_fails_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    async def fails(_: Place) -> Finding:
        raise fault

    async with gateway(tmp_path, rehearsing()) as site:
        monkeypatch.setattr(checks, "disk", fails)
        assert (await found(site))["disk"].status == "error"


async def test_what_cannot_be_written_or_is_not_whole_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        it = site.it.gateway

        async def torn() -> list[str]:
            return ["a row is missing"]

        monkeypatch.setattr(it.outside.store, "check", torn)
        told = (await found(site))["database"]
        assert (told.status, told.message) == ("error", "a row is missing")
        monkeypatch.setattr(health, "LARGE_BYTES", 1)
        assert "in use" in (await found(site))["database"].message
        monkeypatch.setattr(it.log, "problems", lambda: ["the disk is full"])
        told = (await found(site))["database"]
        assert (told.status, told.message) == ("error", "the disk is full")


async def test_a_database_is_read_once_a_minute_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        it, clock, readings = site.it.gateway, FakeClock(), list[str]()

        async def slow() -> list[str]:
            readings.append("begun")
            await anyio.sleep_forever()
            raise AssertionError

        async def broken() -> list[str]:
            raise Unavailable("the file is gone")

        async def whole() -> list[str]:
            readings.append("whole")
            return []

        asked = needs(site)
        looked_at = Health(replace(asked, place=lambda: replace(asked.place(), clock=clock)))

        async def told() -> tuple[str, str]:
            answer = await looked_at.health(caller(), NoParams())
            return next((one.status, one.message) for one in answer.findings if one.name == "database")

        monkeypatch.setattr(it.outside.store, "check", slow)
        async with anyio.create_task_group() as group:
            group.start_soon(told)
            await until(lambda: bool(readings))
            group.cancel_scope.cancel()
        assert (await told()) == ("warning", "can be written; it is still being read")
        clock.advance(health.REST_SECONDS)
        monkeypatch.setattr(it.outside.store, "check", broken)
        assert (await told())[0] == "error"
        monkeypatch.setattr(it.outside.store, "check", whole)
        assert [await told() for _ in range(3)] == [("ok", "can be written and is whole")] * 3
        assert readings == ["begun", "whole"]
