"""The lines that rehearsal obeys."""

import pytest

from portico.gateway.adapters.models.rehearsal_script import MOST_REPEATS, Step, parse, round_of


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("hello", ()),
        ("say /say no", ()),
        ("/sayings", ()),
        ("/say hello  you", (Step("say", "hello  you"),)),
        ("  /say indented\r\nother\n/think x", (Step("say", "indented"), Step("think", "x"))),
        ("/say", (Step("say", ""),)),
        ("/repeat 3\n/say a\n/say b", (Step("say", "a", 3), Step("say", "b"))),
        ("/repeat x\n/say a", (Step("say", "a"),)),
        ("/repeat 0\n/say a", (Step("say", "a", 0),)),
        ("/repeat 99999999\n/say a", (Step("say", "a", MOST_REPEATS),)),
        ("/repeat 2", ()),
        ("/fail rate_limit", (Step("fail", "rate_limit"),)),
    ],
)
def test_parse(text: str, steps: tuple[Step, ...]) -> None:
    assert parse(text) == steps


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("list_dir", ("list_dir", "{}")),
        ('list_dir {"path": "."}', ("list_dir", '{"path": "."}')),
        ("list_dir  not json", ("list_dir", "not json")),
    ],
)
def test_tool_lines(text: str, tool: tuple[str, str]) -> None:
    assert Step("tool", text).tool == tool


def test_rounds_end_with_their_tools() -> None:
    say, first, second, last = Step("say", "a"), Step("tool", "x"), Step("tool", "y"), Step("say", "b")
    steps = (say, first, second, last)
    assert round_of(steps, 0) == ((say, first, second), False)
    assert round_of(steps, 1) == ((last,), True)
    assert round_of(steps, 2) == ((), True)
    assert round_of((first,), 1) == ((), True)
    assert round_of((first, say, second), 1) == ((say, second), False)
