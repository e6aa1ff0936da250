"""What clients saw survives kill -9."""

import time
from pathlib import Path

import pytest

from tests.e2e.crash import run

KILLS = 20


@pytest.mark.timeout(300)
@pytest.mark.promise("durability.kill9")
async def test_nothing_that_was_seen_is_lost_by_kill_9(tmp_path: Path) -> None:
    seed = time.time_ns() % 1_000_000
    print(f"seed {seed}")
    assert await run(tmp_path, KILLS, seed) > 0
