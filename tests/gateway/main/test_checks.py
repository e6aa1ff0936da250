"""What doctor and health share; the planted faults are doctor's tests."""

import os
from pathlib import Path

from portico.gateway.adapters.shell import open_shell
from portico.gateway.features.secrets import StoredSecret
from portico.gateway.kernel.clock import SystemClock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.home import Home
from portico.gateway.kernel.ids import RandomIds
from portico.gateway.main import checks
from portico.gateway.main.checks import Finding, Place
from tests.kit.keystore import MemoryKeystore


async def test_values_are_counted_and_damaged_ones_named() -> None:
    keystore = MemoryKeystore()
    await keystore.put(StoredSecret(ref="a/b", kind="a", value="v", label=None, updated_at=1))
    assert await checks.values(keystore) == Finding("keystore", "ok", "1 values")
    keystore.damaged.add("a/b")
    expected = Finding("keystore", "error", "damaged: a/b", "store these values again")
    assert await checks.values(keystore) == expected


async def test_a_running_gateways_shell_tries_the_sandbox(tmp_path: Path) -> None:
    clock, ids = SystemClock(), RandomIds()
    environment = {"PATH": os.environ["PATH"]}
    async with open_shell(environment, clock, ids, tmp_path) as shell:
        own = await checks.sandbox(Place(Config(tmp_path, environment=environment), Home(tmp_path), clock, ids, shell))
    assert own.name == "sandbox"
