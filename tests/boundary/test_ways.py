"""Which gateway a program on a person's machine reaches."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from portico.boundary.ways import LocalWays
from portico.client.connection import Connection
from portico.client.errors import NotReachable
from portico.client.transport.memory import Receive, Send
from portico.gateway.main import attach
from portico.protocol.base import NoParams
from portico.protocol.methods.settings import GATEWAY_INFO
from tests.gateway.main.rig import rehearsing
from tests.kit.gateways import Site, gateway


def never() -> AbstractAsyncContextManager[tuple[Send, Receive]]:
    raise AssertionError("no gateway is started here")


async def home_of(ways: LocalWays) -> str | None:
    _, opener = ways.home()
    async with Connection(opener).running() as connection:
        return (await connection.call(GATEWAY_INFO, NoParams())).gateway.home


async def test_the_gateway_that_runs_on_the_home_is_joined(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        assert await home_of(LocalWays({}, site.home, never)) == str(site.home)


@pytest.mark.parametrize("is_dead", [False, True], ids=["nobody", "one that died"])
async def test_without_one_a_gateway_is_started(tmp_path: Path, is_dead: bool) -> None:
    home = tmp_path / "empty"
    if is_dead:
        home.mkdir()
        (home / "lock").write_text('{"pid": 1, "url": "http://127.0.0.1:9"}')
    async with gateway(tmp_path, rehearsing()) as site:
        assert await home_of(LocalWays({}, home, lambda: attach(site.it))) == str(site.home)


async def test_one_that_was_named_is_meant(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        named = {"PORTICO_URL": site.url, "PORTICO_TOKEN": site.token}
        assert await home_of(LocalWays(named, tmp_path / "empty", never)) == str(site.home)
    with pytest.raises(NotReachable):
        await home_of(LocalWays({"PORTICO_URL": "http://127.0.0.1:9"}, tmp_path / "empty", never))


async def test_another_gateway_is_reached_by_its_address(tmp_path: Path) -> None:
    def info(site: Site) -> Connection:
        return Connection(LocalWays({}, None, never).remote(site.url, site.token))

    async with gateway(tmp_path, rehearsing()) as site, info(site).running() as connection:
        assert (await connection.call(GATEWAY_INFO, NoParams())).gateway.version
