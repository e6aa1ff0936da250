"""Marks of processes: unique, and a gateway's that has ended are told from one's that lives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portico.gateway.adapters.shell import marks as module
from portico.gateway.adapters.shell.environment import MARK
from portico.gateway.adapters.shell.marks import Marks, marked, runs, stat_fields


def ended_gateways(home: Path) -> str:
    """A mark that a process made which has ended since."""
    program = (
        "import sys; from pathlib import Path; from portico.gateway.adapters.shell.marks import Marks;"
        "print(Marks(Path(sys.argv[1])).new())"
    )
    done = subprocess.run([sys.executable, "-c", program, str(home)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_marks_differ() -> None:
    marks = Marks(Path("/nowhere"))
    assert len({marks.new() for _ in range(100)}) == 100


def test_only_those_of_an_ended_gateway_of_the_same_home_are_orphans(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    (tmp_path / "link").symlink_to(home)
    orphan = ended_gateways(home)
    assert Marks(home).is_orphans(orphan)
    assert Marks(tmp_path / "link").is_orphans(orphan)
    assert not Marks(other).is_orphans(orphan)
    assert not Marks(home).is_orphans(Marks(home).new())


def test_a_number_used_again_does_not_hide_an_orphan(tmp_path: Path) -> None:
    home, pid, started, *rest = Marks(tmp_path).new().split("-")
    assert Marks(tmp_path).is_orphans("-".join([home, pid, f"{started}1", *rest]))


@pytest.mark.parametrize("mark", ["", "-", "7-1-cafe", "x-y-z", "-1-1-1"])
def test_what_is_no_mark_of_ours_is_left_alone(tmp_path: Path, mark: str) -> None:
    assert not Marks(tmp_path).is_orphans(mark)
    home = Marks(tmp_path).new().partition("-")[0]
    assert not Marks(tmp_path).is_orphans(f"{home}-{'me'}-{mark}")


def test_marked_processes_are_found_by_their_environment(tmp_path: Path) -> None:
    mark = Marks(tmp_path).new()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={**os.environ, MARK: mark}) as child:
        assert child.stdin is not None
        assert (child.pid, mark) in set(marked())
        assert runs(stat_fields(module.PROC / str(child.pid) / "stat"))
        child.stdin.close()
    assert (child.pid, mark) not in set(marked())


def test_without_proc_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROC", tmp_path / "none")
    assert list(marked()) == []
    assert not runs(stat_fields(tmp_path / "none"))
    assert not Marks(tmp_path).is_orphans(Marks(tmp_path).new())
