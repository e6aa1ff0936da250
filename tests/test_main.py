"""The program's entry."""

import subprocess
import sys
from pathlib import Path

import pytest

from portico import __main__ as entry
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.kernel.home import Home
from portico.shells.cli.host import HomeTaken
from tests.shells.cli.rig import Shell, clean, shell

__all__ = ["shell"]

HEAVY = (
    "rich",
    "readline",
    "portico.shells",
    "portico.client.connection",
    "jsonschema_rs",
    "prometheus_client",
    "asyncpg",
)
GROUP = ExceptionGroup("g", [ExceptionGroup("h", [Unavailable("not now")])])


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter has after `statement`."""
    program = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_up_does_not_load_the_command_line() -> None:
    loaded = loaded_by("import portico.__main__, portico.gateway.admin.up")
    assert [name for name in HEAVY if name in loaded] == []


def test_help_does_not_load_the_gateway() -> None:
    loaded = loaded_by("import portico.__main__, portico.shells.cli.app")
    assert [name for name in loaded if name.startswith("portico.gateway") and ".kernel" not in name] == [
        "portico.gateway"
    ]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(Invalid("no good"), (1, "portico: no good\n"), id="a refusal"),
        pytest.param(
            GROUP,
            (1, "portico: not now\n"),
            id="a group",
        ),
        pytest.param(KeyboardInterrupt(), (130, ""), id="Ctrl-C"),
    ],
)
@pytest.mark.parametrize("word", ["up", "threads"])
def test_what_is_raised_is_one_line(shell: Shell, error: BaseException, expected: tuple[int, str], word: str) -> None:
    def fail(*_: object) -> int:
        raise error

    shell.monkeypatch.setattr("portico.gateway.admin.up.main", fail)
    shell.monkeypatch.setattr("portico.shells.cli.app.run", fail)
    ran = shell.run(word)
    assert (ran.code, ran.err) == expected


def test_main_exits_with_the_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["portico", "frob"])
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 2
    assert "No such command" in capsys.readouterr().err


async def test_a_home_that_another_holds_is_told_in_the_shells_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean(monkeypatch)
    home = Home(tmp_path / "home")
    home.create()
    with home.lock(), pytest.raises(HomeTaken, match="is held by the gateway with pid"):
        async with entry.Local().embedded(home.path):
            raise AssertionError("never reached")


def test_the_rest_comes_from_the_gateways_admin() -> None:
    assert entry.Local().schema(typescript=True).startswith("/")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up"], []),
        (["up", "--json"], ["--json"]),
        (["--home", "h", "up", "--json"], ["--home", "h", "--json"]),
        (["--home=h", "up"], ["--home=h"]),
        (["--home", "h", "up", "--home", "i"], ["--home", "h", "--home", "i"]),
        (["--home", "up"], None),
        (["--home", "up", "up"], ["--home", "up"]),
        (["--home", "h", "chat", "up"], None),
        (["--home", "h"], None),
        (["chat", "up"], None),
        (["--version"], None),
        ([], None),
    ],
)
def test_up_takes_the_home_before_it_too(arguments: list[str], words: list[str] | None) -> None:
    assert entry.up_words(arguments) == words


def test_up_elsewhere_on_the_line_is_refused(shell: Shell) -> None:
    ran = shell.run("--", "up")
    assert (ran.code, ran.out, "portico up --home DIR" in ran.err) == (2, "", True)
