"""What waits for the followed thread."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.client.state.fresh import Asked, Loaded, LoadFailed, Missed
from portico.client.state.queue import QueueState, reduce
from portico.protocol import events as ev
from portico.protocol.methods.turn import QueuedSteer, QueuedTurn, TurnQueueListResponse
from portico.protocol.types.item import UserMessage
from portico.protocol.types.turn import Turn, TurnStatus

FIRST = QueuedTurn(turn_id="a", thread_id="t", position=1, input=[], queued_at=1)
SECOND = QueuedTurn(turn_id="b", thread_id="t", position=2, input=[], queued_at=2)
STEER = QueuedSteer(steer_id="s", delivery="follow_up", input=[])
ANSWER = TurnQueueListResponse(items=[FIRST, SECOND], steers=[STEER])
LOADED = reduce(reduce(QueueState("t"), Asked()), Loaded(1, ANSWER))
DONE = Turn(id="u", status=TurnStatus.COMPLETED)


@pytest.mark.parametrize(
    ("event", "turns", "steers", "is_stale"),
    [
        pytest.param(
            ev.TurnQueueChanged(depth=1, change="started", queued_turn_id="a"),
            (SECOND,),
            (STEER,),
            False,
            id="the first one starts",
        ),
        pytest.param(
            ev.TurnQueueChanged(depth=1, change="removed", queued_turn_id="b"),
            (FIRST,),
            (STEER,),
            False,
            id="one is removed",
        ),
        pytest.param(
            ev.TurnQueueChanged(depth=5, change="removed", queued_turn_id="b"),
            (FIRST,),
            (STEER,),
            True,
            id="the depth says that more wait than are known",
        ),
        pytest.param(
            ev.TurnQueueChanged(depth=3, change="queued", queued_turn_id="c"),
            (FIRST, SECOND),
            (STEER,),
            True,
            id="one more waits, its input is not told",
        ),
        pytest.param(
            ev.ItemStarted(item=UserMessage(id="s", text="x")), (FIRST, SECOND), (), False, id="a steer was taken"
        ),
        pytest.param(
            ev.ItemStarted(item=UserMessage(id="z", text="x")), (FIRST, SECOND), (STEER,), False, id="another item"
        ),
        pytest.param(ev.TurnCompleted(turn=DONE), (FIRST, SECOND), (), True, id="steers end with their turn"),
        pytest.param("noise", (FIRST, SECOND), (STEER,), False, id="something else"),
    ],
)
def test_reduce(event: object, turns: tuple[QueuedTurn, ...], steers: tuple[QueuedSteer, ...], is_stale: bool) -> None:
    state = reduce(LOADED, event)
    assert (state.turns, state.steers, state.fresh.is_stale) == (turns, steers, is_stale)


def test_older_and_lost_answers() -> None:
    assert reduce(LOADED, Loaded(1, TurnQueueListResponse(items=[]))) is LOADED
    assert reduce(reduce(LOADED, Asked()), LoadFailed()).fresh.is_stale


EVENTS = [
    ev.TurnQueueChanged(depth=1, change="started", queued_turn_id="a"),
    ev.TurnQueueChanged(depth=3, change="queued", queued_turn_id="c"),
    ev.ItemCompleted(item=UserMessage(id="s", text="x")),
    ev.TurnCompleted(turn=DONE),
    Loaded(2, ANSWER),
    LoadFailed(),
]


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_reducing_twice_changes_nothing(events: list[object]) -> None:
    state = reduce(LOADED, Asked())
    for event in events:
        state = reduce(state, event)
        assert reduce(state, event) == state


def test_after_a_break_it_is_loaded_again_and_shown_meanwhile() -> None:
    state = reduce(LOADED, Missed())
    assert state.fresh.is_stale
    assert replace(state, fresh=LOADED.fresh) == LOADED
    assert reduce(state, Missed()) == state
