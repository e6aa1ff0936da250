"""The C library in C programs: against a gateway, by eight threads at once, and with everything that is no good."""

import os
import re
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from scripts.capi import FLAGS, SOURCES, Built, CannotBuild, build, compiled, program

from portico.boundary import Boundary, Means
from portico.boundary.ways import LocalWays
from portico.client.timeline import Row
from tests.boundary.shells import Shell
from tests.boundary.test_ways import never
from tests.docs.pages import page
from tests.e2e.terminal import environment

SECONDS = 30.0
"""A bound of each program, not an expectation."""
PROGRAMS = Path(__file__).parent / "capi"
PROMPT = 'list the folder "ä"'
THREAD = "the-thread"


@dataclass(frozen=True)
class Libraries:
    """The library of this environment, and another that names an environment which is not there."""

    folder: Path
    ours: Built
    lost: Built

    def program(self, source: Path, built: Built) -> Path:
        return program(built, source, built.library.parent / source.stem)


@pytest.fixture(scope="session")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Libraries:
    folder = tmp_path_factory.mktemp("capi")
    try:
        return Libraries(folder, build(folder / "ours"), build(folder / "lost", folder / "nowhere"))
    except CannotBuild as why:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(why))


def run(folder: Path, *words: str | Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environment(folder) | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextmanager
def up(folder: Path) -> Generator[str]:
    """A gateway on the home of the folder; its address."""
    command = [sys.executable, "-m", "portico", "up", "--json", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield msgspec.json.decode(process.stdout.readline())["url"]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0


def printed(lines: str) -> Shell:
    """A shell that was told what the program printed. Its rows from the patches are those that it printed at last."""
    shell = Shell(None)  # pyright: ignore[reportArgumentType]
    before: list[Row] = []
    for line in lines.splitlines():
        answer = msgspec.json.decode(line)
        assert answer["status"] == "ok"
        for event in answer["value"]["events"]:
            before = shell.rows.get(THREAD, [])
            shell.take(event)
            if event["event"] == "timeline" and before:
                assert shell.rows[THREAD] == before
    return shell


async def rows_of_the_python_boundary(folder: Path) -> list[Row]:
    ways = LocalWays(environment(folder), None, never)
    with anyio.fail_after(SECONDS):
        async with Boundary("python", Means(ways)).running() as boundary:
            shell = Shell(boundary)
            await shell.start()
            await shell.ok("active_thread_open", thread_id=THREAD)
            await shell.until(lambda: THREAD in shell.rows)
            return shell.rows[THREAD]


@pytest.mark.promise("boundary.c")
async def test_a_program_in_c_has_the_rows_of_python(tmp_path: Path, libraries: Libraries) -> None:
    example = libraries.program(SOURCES / "example.c", libraries.ours)
    with up(tmp_path):
        done = run(tmp_path, example, PROMPT, THREAD)
        assert (done.returncode, done.stderr) == (0, "")
        rows = printed(done.stdout).rows[THREAD]
        assert [row.text for row in rows if row.kind == "user"] == [PROMPT]
        assert {"work", "assistant"} <= {row.kind for row in rows}
        assert rows == await rows_of_the_python_boundary(tmp_path)


async def test_a_gateway_and_an_environment_that_are_named(tmp_path: Path, libraries: Libraries) -> None:
    example = libraries.program(SOURCES / "example.c", libraries.lost)
    with up(tmp_path) as url:
        named = {"PORTICO_URL": url, "PORTICO_TOKEN": (tmp_path / "home" / "token").read_text().strip()}
        done = run(tmp_path, example, PROMPT, THREAD, sys.prefix, PORTICO_HOME=str(tmp_path / "other"), **named)
        assert (done.returncode, done.stderr) == (0, "")
        assert printed(done.stdout).rows[THREAD] == await rows_of_the_python_boundary(tmp_path)
    refused = run(tmp_path, example, PROMPT, THREAD)
    assert (refused.returncode, refused.stderr) == (1, f"there is no folder {libraries.folder / 'nowhere'}\n")


async def test_without_a_gateway_one_is_at_work_in_the_program(tmp_path: Path, libraries: Libraries) -> None:
    example = libraries.program(SOURCES / "example.c", libraries.ours)
    done = run(tmp_path, example, PROMPT, THREAD, PYTHONHOME="/nowhere", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")
    with up(tmp_path):
        assert printed(done.stdout).rows[THREAD] == await rows_of_the_python_boundary(tmp_path)


NOT_YET = ("error", "not_initialised")
CLOSED = ("error", "closed")
INVALID = ("error", "invalid")
OK = ("ok", None)
ANSWERS = {
    "call before init": NOT_YET,
    "events before init": NOT_YET,
    "schema before init": NOT_YET,
    "close before init is nothing": NOT_YET,
    "call after a failed init": NOT_YET,
    "call": OK,
    "method NULL": INVALID,
    "method no UTF-8": ("error", "unknown_method"),
    "method unknown": ("error", "unknown_method"),
    "params no UTF-8": INVALID,
    "params no JSON": INVALID,
    "params empty": INVALID,
    "params unknown": INVALID,
    "params 10 MB": ("error", "not_connected"),
    "params 33 MB": INVALID,
    "events": OK,
    "events before now": INVALID,
    "not connected": ("error", "not_connected"),
    "nobody there": ("error", "not_reachable"),
    "call after close": CLOSED,
    "events after close": CLOSED,
    "call after that": OK,
}


def test_everything_that_is_no_good_is_answered(tmp_path: Path, libraries: Libraries) -> None:
    faults = libraries.folder / "faults"
    compiled(["cc", "-Wall", "-o", str(faults), str(PROGRAMS / "faults.c"), "-ldl"])
    (tmp_path / "empty").mkdir()
    done = run(tmp_path, faults, libraries.ours.library, sys.prefix, tmp_path / "empty")
    assert (done.returncode, done.stderr) == (0, "")
    told = dict(line.split("\t", 1) for line in done.stdout.splitlines())
    assert told.pop("version") == "0.1.0"
    assert told.pop("schema").startswith('{"status":"ok","value":{"document":{"$schema":')
    opened = {name: told.pop(name) for name in list(told) if name.startswith(("init", "no error"))}
    answers: dict[str, Any] = {name: msgspec.json.decode(text) for name, text in told.items()}
    assert {name: (it["status"], it.get("code")) for name, it in answers.items()} == ANSWERS
    assert all(it["kind"] and it["message"] for it in answers.values() if it["status"] == "error")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert opened == {
        "no error": "",
        "init nowhere": "-1 there is no folder /nowhere/at/all",
        "init without Python": f"-1 {tmp_path / 'empty'} is no environment of Python {version}, "
        "which this library was built for",
        "init": "0 ",
        "init again": "0 ",
        "init with the same": "0 ",
        "init with another": f"-1 Python runs in {Path(sys.prefix).resolve()} already",
        "init after close": "0 ",
    }


def test_eight_threads_at_once(tmp_path: Path, libraries: Libraries) -> None:
    hammer = libraries.program(PROGRAMS / "hammer.c", libraries.ours)
    done = run(tmp_path, hammer, "300")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "the wait ended: closed\n0 wrong\n")


def test_a_program_that_does_not_close_ends_as_it_wants(tmp_path: Path, libraries: Libraries) -> None:
    leave = libraries.program(PROGRAMS / "leave.c", libraries.ours)
    done = run(tmp_path, leave)
    assert (done.returncode, done.stderr, done.stdout) == (3, "", '{"status":"ok"\n')


def test_a_child_after_a_fork_is_refused_and_its_parent_goes_on(tmp_path: Path, libraries: Libraries) -> None:
    forked = libraries.folder / "forked"
    compiled(["cc", *FLAGS, "-pthread", "-o", str(forked), str(PROGRAMS / "forked.c"), "-ldl"])
    done = run(tmp_path, forked, libraries.ours.library)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        'child: {"status":"error","message":"the b',
        "child: -1 this process was forked from one with Python in it, and has not called exec",
        'parent: {"status":"ok","value":{"boundary"',
    ]


@pytest.mark.skipif(sys.platform == "darwin", reason="there a library's symbols are those that it was linked with")
def test_a_program_with_another_python_is_refused(tmp_path: Path, libraries: Libraries) -> None:
    foreign, ours = libraries.folder / "foreign", libraries.ours
    words = ["cc", *FLAGS, "-rdynamic", f"-I{ours.header.parent}", "-o", str(foreign), str(PROGRAMS / "foreign.c")]
    compiled([*words, f"-L{ours.library.parent}", "-lportico", f"-Wl,-rpath,{ours.library.parent}"])
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    done = run(tmp_path, foreign)
    assert done.stdout == f"-1 this library is for Python {version}, and the program has Python 2.7.18\n"


def test_an_environment_without_portico_is_refused(tmp_path: Path, libraries: Libraries) -> None:
    example = libraries.program(SOURCES / "example.c", libraries.ours)
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    done = run(tmp_path, example, PROMPT, THREAD, bare)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"portico cannot be used in {bare.resolve()}: No module named '_cffi_backend'\n"


def test_a_python_without_its_shared_library_is_refused(tmp_path: Path, libraries: Libraries) -> None:
    """The part that is linked with Python is one that needs a library which is not there."""
    gone, source = tmp_path / "libgone.so", tmp_path / "nothing.c"
    source.write_text("")
    library = tmp_path / libraries.ours.library.name
    library.write_bytes(libraries.ours.library.read_bytes())
    compiled(["cc", "-shared", "-o", str(gone), str(source)])
    part = tmp_path / libraries.ours.part.name
    compiled(["cc", "-shared", "-Wl,--no-as-needed", "-o", str(part), str(source), f"-L{tmp_path}", "-lgone"])
    gone.unlink()
    example = program(Built(library, part, libraries.ours.header), SOURCES / "example.c", tmp_path / "example")
    done = run(tmp_path, example, PROMPT)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be loaded as a shared library: libgone.so" in done.stderr


HOST = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.portico_call.restype = ctypes.c_char_p
assert library.portico_init(None) == 0
print(library.portico_call(b"version", None).decode())
library.portico_close()
"""


def test_a_program_that_runs_python_already_shares_it(tmp_path: Path, libraries: Libraries) -> None:
    done = run(tmp_path, sys.executable, "-c", HOST, libraries.ours.library)
    assert (done.returncode, done.stderr) == (0, "")
    assert msgspec.json.decode(done.stdout)["status"] == "ok"


def test_the_program_of_the_page_runs(tmp_path: Path, libraries: Libraries) -> None:
    (code,) = page("docs/capi.md").blocks("c")
    (tmp_path / "hello.c").write_text(code)
    hello = program(libraries.ours, tmp_path / "hello.c", tmp_path / "hello")
    done = run(tmp_path, hello)
    assert (done.returncode, done.stderr) == (0, "")
    assert msgspec.json.decode(done.stdout)["value"]["gateway"]["home"] == str(tmp_path / "home")


def test_the_page_and_the_header_name_the_same_functions() -> None:
    header = (SOURCES / "portico.h").read_text()
    declared = set(re.findall(r"^PORTICO_API (.*);", header, re.MULTILINE))
    assert {cell for cell in page("docs/capi.md").cells if cell.endswith(")")} == declared


def test_the_header_is_one_for_cplusplus(tmp_path: Path) -> None:
    if shutil.which("c++") is None:
        pytest.skip("there is no C++ compiler")
    source = tmp_path / "whole.cc"
    source.write_text('#include "portico.h"\nint main() { portico_close(); }\n')
    compiled(
        ["c++", "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{SOURCES}", "-c", str(source), "-o", f"{source}.o"]
    )
    # not mangled
    assert b"portico_close" in Path(f"{source}.o").read_bytes()
    assert b"_Z13portico_close" not in Path(f"{source}.o").read_bytes()
