"""States are found by their ids."""

from portico.client.state import ThreadState, TurnState
from portico.protocol.types.turn import Turn, TurnStatus


def test_the_newest_turn_of_an_id_is_found() -> None:
    turns = tuple(TurnState(Turn(id=name, status=TurnStatus.COMPLETED)) for name in ("a", "b"))
    state = ThreadState("t", turns=turns)
    assert state.turn("a") == turns[0]
    assert state.turn("c") is None
    assert turns[1].id == "b"
