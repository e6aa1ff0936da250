"""What waits for a thread: starts behind the running turn, and input that the running turn has not taken."""

from dataclasses import dataclass, replace

from portico.client.state.fresh import Asked, Freshness, Loaded, LoadFailed, Missed
from portico.protocol import events as ev
from portico.protocol.methods.turn import QueuedSteer, QueuedTurn, TurnQueueListResponse


@dataclass(frozen=True, slots=True)
class QueueState:
    """The followed thread's; `reduce` is given that thread's facts only."""

    thread_id: str
    turns: tuple[QueuedTurn, ...] = ()
    steers: tuple[QueuedSteer, ...] = ()
    fresh: Freshness = Freshness()


def reduce(state: QueueState, event: object) -> QueueState:
    """The next state after an answer or a fact; anything else leaves it as it is."""
    match event:
        case Asked() | LoadFailed() | Missed():
            return replace(state, fresh=state.fresh.after(event))
        case Loaded(number=number, answer=TurnQueueListResponse(items=items, steers=steers)):
            if number <= state.fresh.loaded:
                return state
            return replace(state, turns=tuple(items), steers=tuple(steers), fresh=state.fresh.took(number))
        case ev.TurnQueueChanged(change="queued"):
            return replace(state, fresh=state.fresh.changed())
        case ev.TurnQueueChanged(queued_turn_id=turn_id, depth=depth):
            left = tuple(turn for turn in state.turns if turn.turn_id != turn_id)
            fresh = state.fresh.told() if len(left) == depth else state.fresh.changed()
            return replace(state, turns=left, fresh=fresh)
        case ev.ItemStarted(item=item) | ev.ItemCompleted(item=item):
            return _taken(state, item.id)
        case ev.TurnCompleted() | ev.TurnFailed() | ev.TurnBlocked() if state.steers:
            return replace(state, steers=(), fresh=state.fresh.changed())
        case _:
            return state


def _taken(state: QueueState, item_id: str) -> QueueState:
    """A steer that the turn took is an item of the steer's id."""
    left = tuple(steer for steer in state.steers if steer.steer_id != item_id)
    return state if left == state.steers else replace(state, steers=left, fresh=state.fresh.told())
