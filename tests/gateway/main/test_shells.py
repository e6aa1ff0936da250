"""A gateway starts without the client core; the first browser loads it, once."""

import subprocess
import sys
from pathlib import Path

from tests.gateway.main.rig import rehearsing
from tests.gateway.main.test_boundaries import tab
from tests.kit.gateways import gateway


def test_a_start_does_not_load_the_client_core() -> None:
    code = (
        "import sys, portico.gateway.main; print([name for name in sys.modules if name.startswith('portico.boundary')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


async def test_tabs_that_come_at_once_share_what_was_loaded(tmp_path: Path) -> None:
    async with gateway(tmp_path, rehearsing()) as site, tab(site) as one, tab(site) as two:
        await one.start()
        await two.start()
        assert site.it.gateway.hub.count == 3
