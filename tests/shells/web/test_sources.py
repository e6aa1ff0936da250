"""The sources of the web shell: their types hold, and their own tests pass."""

from tests.shells.web.building import run


async def test_types_hold() -> None:
    await run("typescript/bin/tsc", "--noEmit")


async def test_their_own_tests_pass() -> None:
    await run("vitest/vitest.mjs", "run", "--passWithNoTests")
