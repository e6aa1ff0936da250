"""Runs the programs of web/node_modules, where they and a Node that is young enough are."""

import os
import shutil
import subprocess

import anyio
import pytest
from scripts.web_bundle import ROOT

WEB = ROOT / "web"
OLDEST_NODE = 20


async def run(program: str, *words: str) -> None:
    """Run `web/node_modules/PROGRAM` in web/; it must succeed. Without Node the test is skipped."""
    command = [node(), str(WEB / "node_modules" / program), *words]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "CI": "true", "NO_COLOR": "1"}
    done = await anyio.run_process(command, cwd=WEB, check=False, env=environment)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def node() -> str:
    """Where Node is; the bundle is committed so that nobody needs it who does not change the shell."""
    found = shutil.which("node")
    if found is None or not (WEB / "node_modules" / "vite").is_dir():
        pytest.skip("there is no Node here with what web/package-lock.json names: `make ui` installs that")
    told = subprocess.run([found, "--version"], check=True, capture_output=True, text=True).stdout
    if int(told.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node {told.strip()} is too old to build the web shell")
    return found
