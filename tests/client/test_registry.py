"""Finding the gateway to talk to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portico.client.registry import Target, find, home_of


def home(folder: Path, *, lock: str = "", token: str = "") -> dict[str, str]:
    if lock:
        (folder / "lock").write_text(lock)
    if token:
        (folder / "token").write_text(token + "\n")
    return {"PORTICO_HOME": str(folder)}


def test_what_was_told_wins(tmp_path: Path) -> None:
    environ = home(tmp_path, lock=f'{{"pid":{os.getpid()},"url":"http://here"}}', token="t")
    told = {**environ, "PORTICO_URL": "http://there", "PORTICO_TOKEN": "u"}
    assert find(told) == Target("http://there", "u")
    assert find({**environ, "PORTICO_URL": "http://there"}) == Target("http://there", None)


def test_the_home_knows_its_gateway(tmp_path: Path) -> None:
    environ = home(tmp_path, lock=f'{{"pid":{os.getpid()},"url":"http://here"}}', token="t")
    assert find(environ) == Target("http://here", "t", is_home=True)
    assert find({}, tmp_path) == Target("http://here", "t", is_home=True)
    assert "'t'" not in repr(find(environ))


def gone() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


@pytest.mark.parametrize(
    "lock",
    [
        pytest.param("", id="no lock"),
        pytest.param("{", id="half a lock"),
        pytest.param('{"pid":1}', id="not listening yet"),
        pytest.param('{"pid":0,"url":"http://here"}', id="no process"),
        pytest.param(f'{{"pid":{2**70},"url":"http://here"}}', id="no pid"),
        pytest.param(f'{{"pid":{gone()},"url":"http://here"}}', id="its process is gone"),
    ],
)
def test_no_gateway_runs(tmp_path: Path, lock: str) -> None:
    assert find(home(tmp_path, lock=lock)) is None


def test_where_the_home_is(tmp_path: Path) -> None:
    assert home_of({}, None) == Path("~/.portico").expanduser()
    assert home_of({"PORTICO_HOME": str(tmp_path)}, None) == tmp_path
    assert home_of({"PORTICO_HOME": "/elsewhere"}, tmp_path) == tmp_path
