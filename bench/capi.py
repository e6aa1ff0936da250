"""What a call of the C library costs, timed in C: there and back through the event loop's thread."""

import sys
import tempfile
from pathlib import Path

import anyio
from scripts.capi import CannotBuild, build, program

from bench.measures import Figures
from bench.rig import quantile

CALLS = 5_000
SOURCE = Path(__file__).with_suffix(".c")


async def calls() -> Figures:
    """Microseconds of a call that does next to nothing. No figures where the library cannot be built."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            loop = program(build(Path(folder)), SOURCE, Path(folder) / "loop")
        except CannotBuild as why:
            print(f"capi: {why}", file=sys.stderr)
            return {}
        done = await anyio.run_process([str(loop), str(CALLS)])
    taken = [float(line) for line in done.stdout.split()]
    return {"capi_p50_us": quantile(taken, 0.5), "capi_p99_us": quantile(taken, 0.99)}
