"""A row is JSON with the protocol's names; what is empty is not sent."""

import msgspec
import pytest

from portico.client.state import Phase
from portico.client.timeline import Row, shorten, ticking
from portico.client.words import say


@pytest.mark.parametrize(("text", "expected"), [("a\n b", "a b"), ("xxxxx", "xxx…"), ("xxxx", "xxxx"), ("", "")])
def test_shorten(text: str, expected: str) -> None:
    assert shorten(text, 4) == expected


def test_a_row_is_small_json() -> None:
    row = Row(key="k", kind="work", turn_id="u", is_open=True, started_at_ms=5)
    assert msgspec.to_builtins(row) == {
        "key": "k",
        "kind": "work",
        "turn_id": "u",
        "is_open": True,
        "started_at_ms": 5,
    }
    assert msgspec.json.decode(msgspec.json.encode(row), type=Row) == row


def test_our_words_are_told_as_a_phrase_beside_them() -> None:
    row = Row(key="k", kind="tool", detail="exit 2", detail_words=say("row.exit", code=2))
    told = msgspec.to_builtins(row)
    assert told["detail_words"] == {"id": "row.exit", "values": (("code", 2),)}
    assert msgspec.json.decode(msgspec.json.encode(row), type=Row) == row


@pytest.mark.parametrize(
    ("begun", "phase", "now", "expected"),
    [
        pytest.param(1_000, Phase.RUNNING, 4_500, 3_500, id="runs"),
        pytest.param(1_000, Phase.RUNNING, 1_000, 0, id="begins"),
        pytest.param(9_000, Phase.RUNNING, 1_000, 0, id="a clock that went back"),
        pytest.param(None, Phase.RUNNING, 1_000, None, id="nobody knows since when"),
        pytest.param(1_000, Phase.DONE, 4_500, None, id="over"),
    ],
)
def test_ticking(begun: int | None, phase: Phase, now: int, expected: int | None) -> None:
    assert ticking(Row(key="k", kind="tool", phase=phase, started_at_ms=begun), now) == expected
