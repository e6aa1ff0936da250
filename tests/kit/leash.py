"""Runs a command that ends with whoever started it, on Linux; elsewhere it just runs."""

import ctypes
import os
import signal
import sys

SET_PARENT_DEATH_SIGNAL = 1


def end_with_parent(number: int) -> None:
    """This process is sent that signal when its parent is gone, also by `kill -9`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, number)


def leashed(*command: str) -> list[str]:
    """The command line that runs it so; after the start nothing is left of the leash but the promise."""
    return [sys.executable, "-I", "-S", __file__, str(int(signal.SIGKILL)), *command]


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
