"""`portico up`: what it prints, how it ends, and what it refuses."""

import argparse
import os
import re
import signal
import socket
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest

from portico.gateway.admin import qr, up
from portico.gateway.edge.server import Listening
from portico.gateway.kernel.config import Config, LiveConfig
from portico.gateway.kernel.home import Home
from portico.gateway.main import Running, Stop, running
from portico.gateway.main.build import VERSION
from tests.shells.cli.rig import clean


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment without variables of the machine, and a home in it."""
    clean(monkeypatch)
    monkeypatch.setenv("PORTICO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def main(words: list[str]) -> int:
    """As a gateway: there is no shell to hand a prompt to."""
    return up.main(words, never)


def never(*_: object, **__: object) -> int:
    raise AssertionError("not asked for")


def stopping(monkeypatch: pytest.MonkeyPatch, *, told: list[Running]) -> None:
    """Has `up` sent a SIGTERM to itself as soon as it said that it is ready."""
    tell = up.tell

    def and_stop(options: argparse.Namespace, it: Running) -> None:
        tell(options, it)
        told.append(it)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(up, "tell", and_stop)


def test_json_is_one_line_once_it_is_ready(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Running] = []
    stopping(monkeypatch, told=told)
    assert main(["--json", "--port", "0"]) == 0
    out, err = capsys.readouterr()
    line = msgspec.json.decode(out)
    url = told[0].listening.url
    assert line == {"url": url, "ws": f"{url.replace('http', 'ws')}/rpc", "pid": os.getpid(), "version": VERSION}
    assert (len(out.splitlines()), err) == (1, "")
    assert Home(place).running() is None


def test_a_person_is_told_where_and_how(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(up.webbrowser, "open", opened.append)
    stopping(monkeypatch, told=[])
    assert main(["--port", "0", "--open"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"portico {VERSION} at http://127.0.0.1:")
    assert f"  home:                     {place}\n" in out
    assert f"  tools run in:             {place.parent}\n" in out
    assert "portico chat" in out
    assert len(opened) == 1
    assert f"sign in with a browser:   {opened[0]}\n" in out


def test_a_person_is_told_what_is_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(up.webbrowser, "open", opened.append)
    monkeypatch.setenv("SESSION_PERSIST", "off")
    stopping(monkeypatch, told=[])
    assert main(["--port", "0", "--open", "--no-ui"]) == 0
    out = capsys.readouterr().out
    assert "conversations:            in memory only" in out
    assert ("sign in" in out, opened) == (False, [])


def test_an_open_server_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stopping(monkeypatch, told=[])
    assert main(["--port", "0", "--auth", "none"]) == 0
    out = capsys.readouterr().out
    assert "OPEN: anybody on this machine may use it" in out
    assert "#code=" not in out


PHONE = "  sign in with a phone:     "


class Reachable:
    """A gateway that listens everywhere, without listening: this machine is 192.168.1.20."""

    def __init__(self, home: Path, **changes: Any) -> None:
        self.config = Config(home=home, port=0, environment={}, **changes)

    async def told(self, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
        monkeypatch.setattr(up.qr, "phone_address", {"0.0.0.0": "192.168.1.20"}.get)
        with anyio.fail_after(5):
            async with running(self.config, Stop()) as it:
                listening = Listening("127.0.0.1", 17878, "http://127.0.0.1:17878", "")
                outside = replace(it.gateway.outside, live=LiveConfig(replace(self.config, host="0.0.0.0")))
                gateway = replace(it.gateway, outside=outside)
                await up.tell_more(up.parse(words), Running(gateway, listening))


async def test_a_phone_gets_a_link_of_its_own(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await Reachable(place).told(monkeypatch, "--qr")
    first, *drawing, note, model = capsys.readouterr().out.splitlines()
    assert re.fullmatch(PHONE + r"http://192\.168\.1\.20:17878/#code=[\w-]{32}", first)
    assert drawing == qr.drawing(first.removeprefix(PHONE), is_coloured=False).split("\n")
    assert ("without TLS" in note, "model:" in model) == (True, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, [], id="no terminal"),
        pytest.param({"web_ui": False}, ["--qr"], id="no page"),
    ],
)
async def test_a_phone_gets_none(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    words: list[str],
) -> None:
    await Reachable(place, **changes).told(monkeypatch, *words)
    assert "phone" not in capsys.readouterr().out


@pytest.mark.parametrize("colours", [{}, {"NO_COLOR": "1"}])
async def test_in_a_terminal_it_is_shown_unasked(
    place: Path, monkeypatch: pytest.MonkeyPatch, colours: dict[str, str]
) -> None:
    console = Console()
    monkeypatch.setattr(up.sys, "stdout", console)
    it = Reachable(place)
    it.config = replace(it.config, environment=colours)
    await it.told(monkeypatch)
    assert PHONE in console.getvalue()
    assert ("\x1b[" in console.getvalue()) is (not colours)


async def test_a_loopback_gateway_says_that_no_phone_reaches_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = Config(home=place, port=0, environment={})
    with anyio.fail_after(5):
        async with running(config, Stop()) as it:
            await up.tell_phone(up.parse(["--qr"]), it)
    told = capsys.readouterr().out
    assert told == f"{PHONE}none can reach 127.0.0.1; listen on another address (--host)\n"


def test_a_terminal_without_blocks_gets_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    written = BytesIO()
    with TextIOWrapper(written, "ascii") as console:
        monkeypatch.setattr(up.sys, "stdout", console)
        up.print_if_possible("█")
        console.flush()
        assert written.getvalue() == b""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, "rehearsal, which plays one; set OPENAI_API_KEY", id="rehearsal"),
        pytest.param({"PROVIDER": "openai", "OPENAI_API_KEY": "k"}, "openai/gpt-5.5", id="a key"),
        pytest.param({"PROVIDER": "openai", "MODEL": "m"}, "openai/m", id="a model by name"),
        pytest.param(
            {"PROVIDER": "vllm", "VLLM_BASE_URL": "http://127.0.0.1:1/v1"},
            "vllm/the first one that it lists",
            id="a server of one's own",
        ),
        pytest.param({"PROVIDER": "nobody"}, "none: ", id="an unknown provider"),
    ],
)
async def test_the_model_that_a_first_turn_gets(place: Path, environment: dict[str, str], expected: str) -> None:
    given = {"PROVIDER": "rehearsal", **environment}
    config = Config(home=place, port=0, environment=given, provider=given["PROVIDER"], model=given.get("MODEL"))
    with anyio.fail_after(5):
        async with running(config, Stop()) as it:
            assert (await up.model_line(it)).startswith(expected)


async def test_a_stored_key_counts(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = Config(home=place, port=0, environment={})
    with anyio.fail_after(5):
        async with running(config, Stop()) as it:
            ref = "provider_api_key/workspace:DefaultWorkspace00001:provider:anthropic"
            await it.gateway.features.secrets.put(ref, "k")
            await up.tell_model(it)
    assert capsys.readouterr().out == "  model:                    anthropic/claude-sonnet-4-6\n"


def test_signals_drain_then_hurry_then_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    stop = Stop()

    async def main() -> None:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                monkeypatch.setattr(up.os, "_exit", lambda code: (codes.append(code), group.cancel_scope.cancel()))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
                await group.start(up.listen_for_signals, stop, up.Hangup(StringIO()))
                os.kill(os.getpid(), signal.SIGTERM)
                await stop.asked.wait()
                assert not stop.hurried.is_set()
                os.kill(os.getpid(), signal.SIGINT)
                await stop.hurried.wait()
                assert codes == []
                os.kill(os.getpid(), signal.SIGINT)
                await anyio.sleep_forever()

    anyio.run(main)
    assert codes == [130]


Plant = Callable[[Path], None]


def corrupt_config(home: Path) -> None:
    (home / "config.toml").write_text("[server]\nport = 1\nhost = \n")


def unknown_key(home: Path) -> None:
    (home / "config.toml").write_text("[server]\nprot = 1\n")


def newer(home: Path) -> None:
    async def make() -> None:
        async with running(Config(home=home, port=0, environment={}), Stop()):
            pass

    anyio.run(make)
    with closing(sqlite3.connect(home / "gateway.db")) as database, database:
        names = [row[1] for row in database.execute("pragma table_info(migration)")]
        values = [99 if name in {"version", "number", "step"} else "later" for name in names]
        database.execute(f"insert into migration values ({', '.join('?' for _ in names)})", values)


def nothing(_: Path) -> None:
    """The home is fine."""


@pytest.mark.parametrize(
    ("plant", "words", "told"),
    [
        pytest.param(corrupt_config, [], "config.toml, line 3: ", id="corrupt config"),
        pytest.param(unknown_key, [], "prot", id="a key that is none"),
        pytest.param(newer, [], "newer", id="a home of a later version"),
        pytest.param(nothing, ["--port", "99999"], "the port 99999 is not between", id="no such port"),
        pytest.param(nothing, ["--host", "192.0.2.1"], "192.0.2.1", id="an address that is not ours"),
        pytest.param(nothing, ["--auth", "none", "--host", "0.0.0.0"], "on loopback only", id="open to the world"),
        pytest.param(nothing, ["--tls-cert", "c.pem"], "both a certificate and a key", id="half of TLS"),
        pytest.param(nothing, ["--tls-cert", "c.pem", "--tls-key", "k.pem"], "c.pem", id="no certificate"),
        pytest.param(nothing, ["--home", "/dev/null"], "/dev/null", id="the home is no folder"),
        pytest.param(nothing, ["--home", "/proc/nowhere/home"], "/proc/nowhere/home", id="a home that cannot be made"),
    ],
)
def test_what_it_refuses_is_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], plant: Plant, words: Sequence[str], told: str
) -> None:
    place.mkdir(mode=0o700)
    plant(place)
    capsys.readouterr()
    assert main(["--port", "0", *words]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith("portico: ")
    assert told in err


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    err = capsys.readouterr().err
    assert (str(port) in err, len(err.splitlines())) == (True, 1)


def test_a_locked_home_names_pid_and_url(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(place)
    home.create()
    with home.lock("http://127.0.0.1:9"):
        assert main(["--port", "0"]) == 1
    told = f"portico: {place} is held by the gateway with pid {os.getpid()} at http://127.0.0.1:9; stop it, join it"
    assert capsys.readouterr().err.startswith(told)


@pytest.mark.parametrize("words", [["--frob"], ["--port", "many"], ["--auth", "maybe"], ["more"]])
def test_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert "usage: portico up" in capsys.readouterr().err


class Console(StringIO):
    """A terminal that can go away."""

    is_there = True

    def isatty(self) -> bool:
        return self.is_there


async def hung_up(terminal: StringIO, *, terminal_is_gone: bool) -> bool:
    """Whether a SIGHUP ends the gateway."""
    stop = Stop()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            hangup = up.Hangup(terminal)
            await group.start(up.listen_for_signals, stop, hangup)
            Console.is_there = not terminal_is_gone
            os.kill(os.getpid(), signal.SIGHUP)
            if not terminal_is_gone:
                os.kill(os.getpid(), signal.SIGTERM)
            await stop.asked.wait()
            group.cancel_scope.cancel()
    return stop.hurried.is_set()


@pytest.mark.parametrize("terminal", [StringIO, Console])
def test_a_hangup_before_it_is_ready_changes_nothing(terminal: type[StringIO]) -> None:
    Console.is_there = True
    assert not anyio.run(partial(hung_up, terminal(), terminal_is_gone=False))


def test_it_stops_when_its_terminal_is_gone() -> None:
    Console.is_there = True
    assert not anyio.run(partial(hung_up, Console(), terminal_is_gone=True))


async def test_a_hangup_puts_what_can_change_in_force(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    levels: list[str] = []
    monkeypatch.setattr(up, "configure", lambda level, **_: levels.append(level))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    hangup = up.Hangup(StringIO())
    with anyio.fail_after(5):
        async with running(Config(home=place, port=0, environment={}), Stop()) as it:
            await hangup.reload()
            hangup.it = it
            (place / "config.toml").write_text("[model]\nmodel = 5\n")
            await hangup.reload()
            assert (it.gateway.outside.config.model, levels) == (None, [])
            (place / "config.toml").write_text('[model]\nmodel = "m"\n[server]\nlog_level = "error"\n')
            await hangup.reload()
            assert (it.gateway.outside.config.model, levels) == ("m", ["error"])


@pytest.mark.parametrize(
    ("words", "environment", "expected"),
    [
        pytest.param([], {}, (None, ".", False, False), id="plain"),
        pytest.param(["--json"], {"VERBOSE_TOOLS": "on"}, (None, ".", True, True), id="verbose JSON"),
        pytest.param(["--home", "h", "--port", "0"], {"CWD": "sub"}, (Path("h"), "sub", False, False), id="folders"),
    ],
)
def test_single_mode_is_handed_to_the_shell(
    monkeypatch: pytest.MonkeyPatch, words: list[str], environment: dict[str, str], expected: object
) -> None:
    asked: list[object] = []

    def shell(home: Path | None, folder: Path, *, is_verbose: bool, is_json: bool) -> int:
        asked.append((home, str(folder.relative_to(Path.cwd())), is_verbose, is_json))
        return 7

    Path("sub").mkdir()
    for name, value in {**environment, "RUN_MODE": "single"}.items():
        monkeypatch.setenv(name, value)
    assert up.main(words, shell) == 7
    assert asked == [expected]
