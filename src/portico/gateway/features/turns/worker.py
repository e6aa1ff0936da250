"""Forgets, once a minute, the conversations in memory that no turn uses any more."""

from portico.gateway.features.turns.service import TurnService
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.supervise import Worker

LOOK_SECONDS = 60.0


def unloader(turns: TurnService, clock: Clock) -> Worker:
    async def run() -> None:
        while True:
            await clock.sleep(LOOK_SECONDS)
            turns.unload()

    return Worker("turns.unloader", run)
