"""Every object of a gateway, connected."""

from pathlib import Path

from aiohttp import ClientSession

from portico.gateway.main.build import PROJECTS
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import KEY, gateway


async def test_a_gateway_is_whole(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        built = site.it.gateway
        assert {worker.name for worker in built.workers} >= {"edge.sweeper", "blobs.sweeper", "turns.unloader"}
        assert (await peer.call("gateway/info"))["gateway"]["home"] == str(site.home)
        assert len(PROJECTS) == 3


async def test_what_is_secret_is_redacted_wherever_it_came_from(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        await peer.call("secret/set", ref="mail/work", value="a-stored-value-of-mine")
        redact = site.it.gateway.redactor.text
        assert redact(f"{site.token} {KEY} a-stored-value-of-mine") == "[redacted] [redacted] [redacted]"
        before = site.token
        await peer.call("token/rotate")
        assert site.token != before
        assert redact(site.token) == "[redacted]"


async def test_commits_turns_and_deltas_are_counted(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        await peer.thread()
        await peer.turn("u1", "/say hello")
        async with ClientSession() as http, http.get(f"{site.url}/metrics", headers=site.bearer()) as answer:
            told = await answer.text()
    numbers = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    assert numbers["portico_turns_open"] == "0.0"
    assert any(name.startswith("portico_commit") and float(number) > 0 for name, number in numbers.items())
    assert any("delta" in name and float(number) > 0 for name, number in numbers.items())
