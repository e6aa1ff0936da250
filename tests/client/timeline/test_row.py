"""A row is JSON with the protocol's names; what is empty is not sent."""

import msgspec
import pytest

from portico.client.timeline import Row, shorten


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
