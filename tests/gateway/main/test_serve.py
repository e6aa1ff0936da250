"""Lifetimes: what a start finds, and what a stop leaves (design 5)."""

import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec
import pytest

from portico.client.errors import lone_errors
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.kernel.home import Home, LockedHome
from portico.gateway.main import Means, Running, Stop, running, serve
from portico.gateway.main.kept import KEPT
from portico.gateway.store.engine import Store
from portico.gateway.store.mirror import open_mirrored
from portico.gateway.store.sqlite_files import Database
from tests.gateway.main.rig import SLEEP, rehearsing
from tests.kit.gateways import Setup, Site, gateway, until
from tests.kit.vendors import Vendor


def epoch(site: Site) -> str:
    return site.it.gateway.outside.epoch


async def test_a_restart_keeps_the_thread_and_a_clean_stop_the_epoch(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        await peer.thread()
        await peer.turn("u1", "/say kept")
        before, first = await peer.history(), epoch(site)
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        assert (await peer.history(), epoch(site)) == (before, first)
    home = Home(tmp_path / "home")
    assert msgspec.json.decode(home.epoch_file.read_bytes())["clean"] is True


async def test_a_stop_interrupts_what_runs_and_says_so(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        await peer.thread()
        await peer.start("u1", SLEEP)
        await peer.noted("item/started", turn_id="u1")
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        last = (await peer.history())[-1]["payload"]
        assert (last["type"], last["turn"]["status"]) == ("turnCompleted", "Interrupted")
        assert last["turn"]["error"] == "the gateway stopped"
        assert (await peer.turn("u2", "/say on"))["status"] == "Completed"


async def test_within_the_grace_a_turn_ends_well(tmp_path: Path) -> None:
    """The tool waits on a pipe until the stop has begun."""
    (tmp_path / "root").mkdir()
    os.mkfifo(tmp_path / "root" / "go")
    stop, told = Stop(), list[Running]()
    config = Config(home=tmp_path / "home", port=0, provider="rehearsal", default_root=tmp_path / "root")

    async def talk() -> None:
        await until(lambda: bool(told))
        site = Site(told[0], Vendor("chat_completions"), config.home, config.default_root)
        async with site.peer() as peer:
            await peer.thread()
            await peer.start("u1", '/tool exec_command {"command": ["cat", "go"]}\n/say done')
            await peer.noted("item/started", turn_id="u1")
            stop.asked.set()
            await anyio.wait_all_tasks_blocked()
            await anyio.to_thread.run_sync((tmp_path / "root" / "go").write_text, "went on")
            assert (await peer.ended("u1"))["status"] == "Completed"

    with anyio.fail_after(8):
        async with anyio.create_task_group() as group:
            group.start_soon(talk)
            await serve(config, stop, told.append)


async def test_the_second_signal_ends_the_grace(tmp_path: Path) -> None:
    stop, told = Stop(), list[Running]()
    config = Config(home=tmp_path / "home", port=0, provider="rehearsal", default_root=tmp_path)

    async def talk() -> None:
        await until(lambda: bool(told))
        site = Site(told[0], Vendor("chat_completions"), config.home, config.default_root)
        async with site.peer() as peer:
            await peer.thread()
            await peer.start("u1", SLEEP)
            await peer.noted("item/started", turn_id="u1")
            stop.asked.set()
            stop.hurried.set()
            assert (await peer.ended("u1"))["status"] == "Interrupted"

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(talk)
            await serve(config, stop, told.append)
    assert Home(tmp_path / "home").running() is None


async def test_a_gateway_that_is_cancelled_still_writes_its_last_events(tmp_path: Path) -> None:
    """Ctrl-C at an embedded chat cancels everything at once; the log's writer goes last."""
    with anyio.CancelScope() as scope:
        async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
            await peer.thread()
            await peer.start("u1", SLEEP)
            await peer.noted("item/started", turn_id="u1")
            scope.cancel()
            await anyio.sleep_forever()
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        events = await peer.history()
        assert [event["payload"]["type"] for event in events].count("turnCompleted") == 1
        assert events[-1]["payload"]["turn"]["error"] == "the gateway stopped"


async def test_a_home_has_one_gateway(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site:
        with pytest.raises(LockedHome) as refusal:
            async with running(Config(home=site.home, port=0), Stop()):
                raise AssertionError("never reached")
        assert (refusal.value.details["pid"], refusal.value.details["url"]) == (os.getpid(), site.url)


@pytest.mark.parametrize(
    ("config", "kind", "told"),
    [
        pytest.param({"host": "192.0.2.1"}, (Invalid, Unavailable), "192.0.2.1", id="an address that is not ours"),
        pytest.param(
            {"tls_cert": Path("no.pem"), "tls_key": Path("no.key")}, (Invalid, Unavailable), "no.pem", id="tls"
        ),
    ],
)
async def test_a_start_that_fails_says_why_and_lets_the_home_go(
    tmp_path: Path, config: dict[str, object], kind: tuple[type[Exception], ...], told: str
) -> None:
    with pytest.raises(kind, match=told), lone_errors():
        async with gateway(tmp_path, rehearsing(Setup(config=config))):
            raise AssertionError("never reached")
    assert Home(tmp_path / "home").running() is None


async def test_a_port_in_use_is_told_with_its_number(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    async with gateway(tmp_path / "a", rehearsing()) as site:
        port = int(site.url.rsplit(":", 1)[1])
        with pytest.raises((Invalid, Unavailable), match=str(port)):
            async with gateway(tmp_path / "b", rehearsing(Setup(config={"port": port}))):
                raise AssertionError("never reached")


async def test_a_gateway_that_keeps_nothing_has_a_time_of_its_own(tmp_path: Path) -> None:
    epochs: list[str] = []
    for is_kept in (True, False, False, True):
        setup = rehearsing()
        setup.config["session_persist"] = is_kept
        async with gateway(tmp_path, setup) as site, site.peer() as peer:
            epochs.append(epoch(site))
            info = (await peer.call("gateway/info"))["gateway"]
            assert (info["epoch"], info.get("is_persistent", True)) == (epochs[-1], is_kept)
            await peer.thread()
            await peer.turn(f"u{len(epochs)}", "/say forgotten")
    assert (epochs[0] == epochs[3], len(set(epochs))) == (True, 3)


@pytest.mark.promise("memory.mirror")
async def test_what_cannot_be_written_to_the_home_is_refused_and_forgotten(tmp_path: Path) -> None:
    """The disk is full: a turn goes on, a setting does not change, not even for this process."""
    connections: list[Database] = []

    def place(config: Config, home: Home, clock: Clock) -> AbstractAsyncContextManager[Store]:
        del config
        return open_mirrored(home.database, KEPT, clock=clock, on_connect=connections.append)

    setup = rehearsing()
    setup.means = Means(open_store=place)
    async with gateway(tmp_path, setup) as site, site.peer() as peer:
        await peer.call("settings/update", update={"general": {"default_model": "first"}})
        connections[0].execute("pragma query_only=on").fetchall()
        error = await peer.refused("settings/update", update={"general": {"default_model": "second"}})
        assert error["data"]["kind"] == "unavailable"
        assert (await peer.call("settings/get"))["settings"]["general"]["default_model"] == "first"
        await peer.refused("token/issue", name="t", scopes=["read"])
        assert (await peer.call("token/list"))["tokens"] == []
        await peer.thread()
        assert (await peer.turn("u1", "/say still here"))["status"] == "Completed"
        connections[0].execute("pragma query_only=off").fetchall()
        await peer.call("settings/update", update={"general": {"default_model": "second"}})
    async with gateway(tmp_path, rehearsing()) as site, site.peer() as peer:
        assert (await peer.call("settings/get"))["settings"]["general"]["default_model"] == "second"


async def test_a_switch_that_names_no_tool_is_refused(tmp_path: Path) -> None:
    setup = rehearsing()
    setup.config["tools"] = ["read_file", "frobnicate"]
    with pytest.raises(Invalid, match="frobnicate") as refused:
        async with gateway(tmp_path, setup):
            pass
    assert refused.value.path == "tools.access"
