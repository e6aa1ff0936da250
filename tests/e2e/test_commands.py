"""Commands as processes: with a running gateway, at the end of a pipe, and when signals come."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from portico.gateway.kernel.home import Home
from tests.e2e.terminal import SECONDS, environment

PROGRAM = (sys.executable, "-m", "portico")
SLEEP = '/tool exec_command {"command": ["sleep", "60"]}'


@dataclass
class Place:
    """A home, and a folder to work in."""

    folder: Path
    environ: dict[str, str]

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, *words],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def ok(self, *words: str, **environ: str) -> str:
        done = self.run(*words, **environ)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*PROGRAM, *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, environment(tmp_path))


@contextmanager
def up(place: Place) -> Generator[tuple["subprocess.Popen[str]", str]]:
    """A gateway and its address; it must not be left running."""
    with place.start("up", "--json", "--port", "0") as program:
        try:
            assert program.stdout is not None
            yield program, msgspec.json.decode(program.stdout.readline())["url"]
            assert program.wait(SECONDS) == 0
        finally:
            program.kill()


def test_commands_use_the_gateway_that_runs(place: Place) -> None:
    with up(place) as (program, url):
        held = place.home.running()
        assert held is not None
        assert (held.pid, held.url) == (program.pid, url)
        token = place.ok("token", "issue", "--name", "phone").strip()
        assert place.ok("chat", "--thread", "one", "/say hello") == "hello\n"
        assert "one" in place.ok("threads", "list")
        assert "phone" in place.ok("token", "list")
        assert "held by a gateway" in place.ok("doctor")
        assert "without the master key" in place.ok("backup", "saved")
        refused = place.run("restore", "saved")
        assert (refused.returncode, f"pid {program.pid} at {url}" in refused.stderr) == (1, True)
        second = place.run("up", "--port", "0")
        assert (second.returncode, f"pid {program.pid} at {url}" in second.stderr) == (1, True)
        far = {"PORTICO_URL": url, "PORTICO_HOME": str(place.folder / "elsewhere")}
        told = place.run("chat", "--thread", "two", "/say far", PORTICO_TOKEN=token, **far)
        assert (told.returncode, told.stdout) == (0, "far\n")
        assert "tools run on the gateway's host" in told.stderr
        near = place.run("chat", "/say near", PORTICO_TOKEN=token)
        assert (near.returncode, near.stdout, "on the gateway's host" in near.stderr) == (0, "near\n", True)
        void = place.run("threads", "list", PORTICO_TOKEN="void", **far)
        assert (void.returncode, void.stderr) == (
            1,
            f"portico: the gateway at {url} refuses the credential (HTTP 401)\n",
        )
        denied = place.run("token", "list", PORTICO_TOKEN=token, **far)
        assert (denied.returncode, len(denied.stderr.splitlines())) == (1, 1)
        program.send_signal(signal.SIGTERM)


def test_a_second_signal_ends_a_turn_that_runs(place: Place) -> None:
    with up(place) as (program, _), place.start("chat", "--json", "--thread", "t", SLEEP) as chat:
        assert chat.stdout is not None
        next(line for line in chat.stdout if "itemStarted" in line)
        program.send_signal(signal.SIGTERM)
        program.send_signal(signal.SIGINT)
        last = [msgspec.json.decode(line) for line in chat.stdout][-1]["event"]
        assert (last["type"], last["turn"]["status"]) == ("turnCompleted", "Interrupted")
        assert chat.wait(SECONDS) == 130


def test_a_reader_that_leaves_ends_the_chat(place: Place) -> None:
    with place.start("chat", "--json", f"/say hello\n{SLEEP}") as chat:
        assert chat.stdout is not None
        chat.stdout.readline()
        chat.stdout.close()
        assert chat.wait(SECONDS) == 1
    assert place.home.running() is None


def test_a_killed_chat_leaves_a_home_that_the_next_one_takes(place: Place) -> None:
    """A killed process cannot end its tools: this one ends soon by itself."""
    with place.start("chat", "--json", "--thread", "t", SLEEP.replace("60", "3")) as chat:
        assert chat.stdout is not None
        next(line for line in chat.stdout if "itemStarted" in line)
        os.kill(chat.pid, signal.SIGKILL)
    assert place.ok("chat", "--thread", "t", "/say on") == "on\n"
    events = [msgspec.json.decode(line)["payload"] for line in place.ok("threads", "history", "t").splitlines()]
    ends = [event["turn"]["status"] for event in events if event["type"] == "turnCompleted"]
    assert ends == ["Interrupted", "Completed"]
