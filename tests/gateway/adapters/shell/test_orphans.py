"""What a killed gateway's tools left running is ended at the next start, and nothing else. Pipes tell who lives."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import pytest

from portico.gateway.adapters.shell import orphans
from portico.gateway.adapters.shell.environment import child_environment
from portico.gateway.adapters.shell.marks import Marks
from portico.gateway.adapters.shell.orphans import end_orphans
from tests.gateway.adapters.shell.test_marks import ended_gateways


@contextmanager
def running(script: str, mark: str, *, own_session: bool = True) -> Generator["subprocess.Popen[bytes]"]:
    """`script` in a shell that has said `ready`; it ends with the block at the latest."""
    argv, environment = ["sh", "-c", script], child_environment({}, mark, "dumb")
    child = subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, start_new_session=own_session)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        yield child
    finally:
        child.kill()
        child.wait()
        if child.stdout is not None:
            child.stdout.close()


POLITE = "echo ready; exec sleep 60"
DEAF = "trap '' TERM; sleep 60 & echo ready; wait; sleep 60; sleep 60"


@pytest.mark.parametrize("script", [POLITE, DEAF])
async def test_the_whole_group_is_ended(tmp_path: Path, script: str) -> None:
    with running(script, ended_gateways(tmp_path)) as child:
        with anyio.fail_after(5):
            await end_orphans(Marks(tmp_path))
            assert child.stdout is not None
            # ends when the last one that holds it has ended
            assert await anyio.to_thread.run_sync(child.stdout.read) == b""
        assert child.wait() < 0


async def test_others_are_left_alone(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    with (
        running(POLITE, Marks(home).new()) as of_a_living_gateway,
        running(POLITE, ended_gateways(other)) as of_another_home,
        running(POLITE, ended_gateways(home), own_session=False) as of_our_own_session,
        running(POLITE, ended_gateways(home)) as orphan,
    ):
        await end_orphans(Marks(home))
        assert orphan.wait() < 0
        assert [child.poll() for child in (of_a_living_gateway, of_another_home, of_our_own_session)] == [None] * 3


async def test_another_space_of_process_ids_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "_namespace", lambda pid: pid)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    with running(POLITE, ended_gateways(tmp_path)) as child:
        await end_orphans(Marks(tmp_path))
        assert child.poll() is None
