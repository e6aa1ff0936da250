"""Tool calls from the pieces that servers send."""

from typing import Any

import pytest

from portico.gateway.adapters.models.calls import CallAssembler
from portico.gateway.agent.model import ToolCall, ToolCallPiece
from tests.kit import FakeIds


def piece(call_id: str | None = None, index: int | None = None, name: str | None = None, arguments: Any = None) -> Any:
    return {
        "id": call_id,
        "index": index,
        "function": {"name": name, "arguments": arguments},
    }


def own(number: int) -> str:
    return "own_" + str(number).rjust(17, "0")


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        pytest.param(
            [piece("a", 0, "x", '{"k"'), piece(None, 0, None, ":1}")], [("a", "x", '{"k":1}')], id="id once, then index"
        ),
        pytest.param(
            [piece("a", 0, "x", "{"), piece("b", 1, "y", "{"), piece(None, 1, None, "}"), piece(None, 0, None, "}")],
            [("a", "x", "{}"), ("b", "y", "{}")],
            id="two at once",
        ),
        pytest.param(
            [piece("a", 0, "x", "{"), piece("a", 0, "x", "}")], [("a", "x", "{}")], id="id and name in every piece"
        ),
        pytest.param(
            [piece("a", None, "x", "{}"), piece("b", None, "y", "{}")],
            [("a", "x", "{}"), ("b", "y", "{}")],
            id="no index",
        ),
        pytest.param(
            [piece("a", None, "x", "{"), piece("a", None, None, "}")], [("a", "x", "{}")], id="no index, id in all"
        ),
        pytest.param(
            [piece("a", None, "x", "{"), piece(None, None, None, "}")], [("a", "x", "{}")], id="no index, no id later"
        ),
        pytest.param(
            [piece("a", 0, "x", "{}"), piece("b", 0, "x", "{}")],
            [("a", "x", "{}"), ("b", "x", "{}")],
            id="index 0 for every call",
        ),
        pytest.param(
            [piece("a", 0, "x", "{}"), piece("a", 1, "x", "{}")],
            [("a", "x", "{}"), ("a", "x", "{}")],
            id="one id, two indexes",
        ),
        pytest.param([piece(None, 0, "x", "{"), piece(None, 0, None, "}")], [(own(1), "x", "{}")], id="no id at all"),
        pytest.param(
            [piece("", None, "x", "{}"), piece("", None, "y", "{}")],
            [(own(1), "x", "{}"), (own(2), "y", "{}")],
            id="neither id nor index",
        ),
        pytest.param([piece(None, 0, "x", "{"), piece("late", 0, None, "}")], [(own(1), "x", "{}")], id="the id late"),
        pytest.param([piece("a", 0, "x", {"k": [1]})], [("a", "x", '{"k":[1]}')], id="arguments as an object"),
        pytest.param([piece("a", 0, "x")], [("a", "x", "{}")], id="no arguments"),
        pytest.param([{"id": "a", "index": 0, "function": None}], [("a", "", "{}")], id="no function"),
        pytest.param([piece(None, None, None, "{}")], [(own(1), "", "{}")], id="nothing to go by"),
    ],
)
def test_calls(pieces: list[Any], calls: list[tuple[str, str, str]]) -> None:
    assembler = CallAssembler(FakeIds("own_").new)
    for each in pieces:
        assembler.add(each)
    assert assembler.calls() == tuple(ToolCall(*call) for call in calls)


def test_each_piece_is_told_with_its_call() -> None:
    assembler = CallAssembler(FakeIds().new)
    assert assembler.add(piece("a", 0, "x", "{")) == ToolCallPiece("a", "x", "{")
    assert assembler.add(piece(None, 0, None, "}")) == ToolCallPiece("a", "x", "}")
