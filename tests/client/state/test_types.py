"""States are found by their ids."""

from portico.client.state import ThreadState, TurnState
from portico.protocol.types.turn import Turn, TurnStatus


def test_the_turn_of_an_id_is_found() -> None:
    turns = tuple(TurnState(Turn(id=name, status=TurnStatus.COMPLETED)) for name in ("a", "b"))
    state = ThreadState("t", past=turns[:1], current=turns[1])
    assert state.turns == turns
    assert (state.turn("a"), state.turn("b"), state.turn("c")) == (turns[0], turns[1], None)
    assert turns[1].id == "b"


def test_a_thread_without_turns_has_none() -> None:
    assert ThreadState("t").turns == ()
    assert ThreadState("t").turn("a") is None
