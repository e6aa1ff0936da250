"""What is on a leash ends with whoever started it."""

import select
import subprocess
import sys

import pytest

from tests.kit.leash import leashed

STARTS = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], start_new_session=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    sleeper = leashed(sys.executable, "-c", "print('up', flush=True); import signal; signal.pause()")
    with subprocess.Popen([sys.executable, "-c", STARTS, *sleeper], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        parent.kill()
        # the child holds the pipe too: it closes with the last of them
        assert select.select([parent.stdout], [], [], 5)[0]
        assert parent.stdout.read() == b""
