"""Old rows come back in today's form."""

from typing import Any

import msgspec
import pytest

from portico.gateway.log.upcast import Step, upcast


def add(name: str, value: int) -> Step:
    def step(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "payload": {**row["payload"], name: value}}

    return step


STEPS = {1: add("b", 2), 2: add("c", 3)}


def test_todays_row_is_untouched() -> None:
    data = b'{ "kept": "as it is" }'
    assert upcast(data, 3, STEPS, 3) is data


def test_each_step_is_taken_once_and_in_order() -> None:
    assert msgspec.json.decode(upcast(b'{"payload":{"a":1}}', 1, STEPS, 3)) == {"payload": {"a": 1, "b": 2, "c": 3}}


def test_a_missing_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        upcast(b"{}", 0, STEPS, 3)
