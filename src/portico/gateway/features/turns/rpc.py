"""The routes of turns and their queue."""

from typing import Any

from portico.gateway.features.turns.service import TurnReader, TurnService
from portico.gateway.rpc import Route
from portico.protocol.methods import turn


def routes(turns: TurnService, reader: TurnReader) -> tuple[Route[Any, Any], ...]:
    """Every method of `protocol/methods/turn.py`."""
    return (
        Route(turn.TURN_START, turns.start),
        Route(turn.TURN_CANCEL, turns.cancel),
        Route(turn.TURN_STEER, turns.steer),
        Route(turn.TURN_GET, reader.get),
        Route(turn.TURN_LIST, reader.list),
        Route(turn.TURN_ITEMS, reader.items),
        Route(turn.TURN_TIMELINE, reader.timeline),
        Route(turn.TURN_QUEUE_LIST, reader.queue_list),
        Route(turn.TURN_QUEUE_REMOVE, turns.queue_remove),
    )
