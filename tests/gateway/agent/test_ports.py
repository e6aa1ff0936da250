"""How much of a model's context a request may take."""

import pytest

from portico.gateway.agent.ports import CONTEXT_TOKENS, RESERVE_TOKENS, request_room


@pytest.mark.parametrize(
    ("context_tokens", "room"),
    [
        pytest.param(None, CONTEXT_TOKENS - RESERVE_TOKENS, id="nobody said"),
        pytest.param(CONTEXT_TOKENS, CONTEXT_TOKENS - RESERVE_TOKENS, id="a usual one"),
        pytest.param(1_000_000, 1_000_000 - RESERVE_TOKENS, id="a big one"),
        pytest.param(32_768, 24_576, id="a small one keeps a quarter free"),
        pytest.param(1, 1, id="the smallest"),
    ],
)
def test_request_room(context_tokens: int | None, room: int) -> None:
    assert request_room(context_tokens) == room
