"""The spellings of reasoning."""

from typing import Any

import pytest

from portico.gateway.adapters.models.reasoning import ReasoningDetails, thinking_of, thought_and_said


@pytest.mark.parametrize(
    ("content", "reasoning", "details", "expected"),
    [
        ("a", "b", [{"text": "c"}], "a"),
        ("", "b", [{"text": "c"}], "b"),
        (None, None, [{"text": "c"}, {"summary": "d"}, {"data": "e"}, 7], "cd"),
        (None, {"odd": 1}, None, ""),
        (None, None, {"text": "no list"}, ""),
    ],
)
def test_text_to_show(content: Any, reasoning: Any, details: Any, expected: str) -> None:
    assert thinking_of(content, reasoning, details) == expected


PARTS: list[tuple[Any, list[tuple[bool, str]]]] = [
    ([{"type": "text", "text": "a"}], [(False, "a")]),
    ([{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "b"}], [(True, "a"), (False, "b")]),
    ([{"type": "thinking", "thinking": [{"text": "a"}, {"text": "b"}, {"odd": 1}]}], [(True, "ab")]),
    ([{"type": "thinking", "thinking": []}, {"type": "reference"}, {"type": "text", "text": ""}], []),
    ({"type": "text"}, []),
    (7, []),
]


@pytest.mark.parametrize(("content", "expected"), PARTS)
def test_content_in_parts(content: Any, expected: list[tuple[bool, str]]) -> None:
    assert list(thought_and_said(content)) == expected


def test_details_are_joined_for_sending_back() -> None:
    details = ReasoningDetails()
    details.add([{"type": "reasoning.text", "index": 0, "text": "a", "format": None}])
    details.add([{"type": "reasoning.text", "index": 0, "text": "b", "format": "f"}])
    details.add([{"type": "reasoning.text", "index": 0, "signature": "S", "text": ""}])
    details.add([{"type": "reasoning.encrypted", "index": 1, "id": "x", "data": "1"}])
    details.add([{"type": "reasoning.encrypted", "index": 1, "id": "y", "data": "2"}])
    details.add("odd")
    assert details.all() == [
        {"type": "reasoning.text", "index": 0, "text": "ab", "format": "f", "signature": "S"},
        {"type": "reasoning.encrypted", "index": 1, "id": "x", "data": "1"},
        {"type": "reasoning.encrypted", "index": 1, "id": "y", "data": "2"},
    ]
