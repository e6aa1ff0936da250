"""RUN_MODE=single as a process: pipes, exit codes, a gateway that runs already, and signals."""

import signal
import subprocess
from pathlib import Path

import msgspec
import pytest

from portico.shells.cli.single import NO_PROMPT
from tests.e2e.terminal import SECONDS, desk, environment
from tests.e2e.test_commands import PROGRAM, SLEEP, Place, up

pytestmark = pytest.mark.promise("cli.single")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, {**environment(tmp_path), "TERM": "xterm-256color"})


def run(place: Place, stdin: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PROGRAM, "up"],
        cwd=place.folder,
        env={**place.environ, "RUN_MODE": "single", **environ},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_an_answer_goes_through_a_pipe_as_it_is(place: Place) -> None:
    done = run(place, "/say piped")
    assert (done.returncode, done.stdout, done.stderr) == (0, "piped\n", "")
    tool = '/tool exec_command {"command": ["echo", "x"]}\n/say done'
    done = run(place, "", PROMPT=tool, VERBOSE_TOOLS="1", FORCE_COLOR="")
    assert (done.returncode, done.stdout, "\x1b" in done.stderr) == (0, "done\n", False)
    assert "exec_command" in done.stderr
    assert run(place, "").returncode == 2
    assert run(place, "", PROMPT="/fail auth").returncode == 1
    assert place.home.running() is None


def test_it_joins_the_gateway_that_runs(place: Place) -> None:
    with up(place) as (program, _):
        assert run(place, "/say joined").stdout == "joined\n"
        assert "/say joined" in place.ok("threads", "list")
        program.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_turn_and_the_gateway(place: Place, number: signal.Signals) -> None:
    place.environ |= {"RUN_MODE": "single", "PROMPT": f"/say hello\n{SLEEP}"}
    with place.start("up", "--json") as program:
        assert program.stdout is not None
        next(line for line in program.stdout if "itemStarted" in line and "exec_command" in line)
        program.send_signal(number)
        last = [msgspec.json.decode(line) for line in program.stdout][-1]["event"]
        assert (last["type"], last["turn"]["status"]) == ("turnCompleted", "Interrupted")
        assert program.wait(SECONDS) == 130
    assert place.home.running() is None


def test_at_a_terminal_without_a_prompt_it_does_not_wait(tmp_path: Path) -> None:
    with desk(tmp_path) as it:
        it.environ["RUN_MODE"] = "single"
        terminal = it.open("up")
        terminal.wait_for("PROMPT")
        assert terminal.leave() == 2


@pytest.mark.parametrize(
    ("closed", "prompt", "expected"),
    [
        pytest.param("<&-", "/say hello", (0, "hello\n", ""), id="standard input"),
        pytest.param("<&-", "", (2, "", NO_PROMPT), id="standard input without a prompt"),
        pytest.param(">&-", "/say hello", (0, "", ""), id="standard output"),
        pytest.param("2>&-", "/say hello", (0, "hello\n", ""), id="standard error"),
        pytest.param(">/dev/full", "/say hello", (1, "", "portico: No space left on device"), id="a full disk"),
    ],
)
def test_streams_that_are_closed_or_take_nothing(
    place: Place, closed: str, prompt: str, expected: tuple[int, str, str]
) -> None:
    place.environ |= {"RUN_MODE": "single", "PROMPT": prompt}
    command = f'exec "$@" {closed}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", *PROGRAM, "up"],
        cwd=place.folder,
        env=place.environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    code, out, err = expected
    assert (done.returncode, done.stdout, err in done.stderr, done.stderr.count("\n")) == (code, out, True, bool(err))
