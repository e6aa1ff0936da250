"""Argument repair: one row per rule of reference 9.3."""

from typing import Any

import pytest

from portico.gateway.features.tools.rules.repair import NotArguments, command_line, expected, parse, repair

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "array", "items": {"type": "string"}},
        "timeout_ms": {"type": "integer"},
        "ratio": {"type": "number"},
        "name": {"type": "string"},
        "tty": {"type": "boolean"},
        "sizes": {"type": "array", "items": {"type": "integer"}},
        "bag": {"type": "array"},
        "options": {"type": "object", "properties": {"deep": {"type": "boolean"}, "wide_open": {"type": "integer"}}},
        "mode": {"type": "string", "enum": ["fast", "slow"]},
        "either": {"type": ["string", "null"]},
    },
    "required": ["command", "name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param({"timeout_ms": "250"}, {"timeout_ms": 250}, id="text to integer"),
        pytest.param({"timeout_ms": " -3 "}, {"timeout_ms": -3}, id="text with spaces to integer"),
        pytest.param({"timeout_ms": 250.0}, {"timeout_ms": 250}, id="whole float to integer"),
        pytest.param({"timeout_ms": 2.5}, {"timeout_ms": 2.5}, id="a broken number stays"),
        pytest.param({"timeout_ms": "soon"}, {"timeout_ms": "soon"}, id="a word stays"),
        pytest.param({"ratio": "1.5e1"}, {"ratio": 15.0}, id="text to number"),
        pytest.param({"ratio": "2"}, {"ratio": 2}, id="text to whole number"),
        pytest.param({"ratio": "nan"}, {"ratio": "nan"}, id="not a number stays"),
        pytest.param({"name": 7}, {"name": "7"}, id="number to text"),
        pytest.param({"name": 1.5}, {"name": "1.5"}, id="float to text"),
        pytest.param({"name": True}, {"name": True}, id="a boolean is no number"),
        pytest.param({"sizes": 3}, {"sizes": [3]}, id="single value to list"),
        pytest.param({"sizes": "3"}, {"sizes": [3]}, id="single text to list of its items"),
        pytest.param({"sizes": ["3", 4]}, {"sizes": [3, 4]}, id="items are repaired"),
        pytest.param({"bag": 1}, {"bag": [1]}, id="single value to list of anything"),
        pytest.param({"tty": "true"}, {"tty": True}, id="true"),
        pytest.param({"tty": "False"}, {"tty": False}, id="false"),
        pytest.param({"tty": "yes"}, {"tty": "yes"}, id="another word is no boolean"),
        pytest.param({"sizes": "[1, 2]"}, {"sizes": [1, 2]}, id="JSON text of a list"),
        pytest.param({"options": '{"deep": "true"}'}, {"options": {"deep": True}}, id="JSON text of an object"),
        pytest.param({"options": "{broken"}, {"options": "{broken"}, id="broken JSON text stays"),
        pytest.param({"sizes": "[" * 200 + "]" * 200}, {"sizes": ["[" * 200 + "]" * 200]}, id="deep JSON text stays"),
        pytest.param({"options": {"wideOpen": "2"}}, {"options": {"wide_open": 2}}, id="inside objects too"),
        pytest.param({"tty": None}, {}, id="optional null is dropped"),
        pytest.param({"name": None}, {"name": None}, id="required null stays"),
        pytest.param({"either": None}, {"either": None}, id="a null that is meant stays"),
        pytest.param({"timeoutMs": 5}, {"timeout_ms": 5}, id="camelCase"),
        pytest.param({"Timeout-MS": 5}, {"timeout_ms": 5}, id="case and dashes"),
        pytest.param({"timeoutMs": 5, "timeout_ms": 6}, {"timeout_ms": 6, "timeoutMs": 5}, id="no key is overwritten"),
        pytest.param({"patch": "text"}, {"name": "text"}, id="an alias"),
        pytest.param({"other": None}, {"other": None}, id="an unknown key stays"),
    ],
)
def test_repair(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert repair(given, SCHEMA, {"patch": "name"}) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param("ls -la", ["ls", "-la"], id="words"),
        pytest.param("grep 'a b' \"c d\"", ["grep", "a b", "c d"], id="quotes"),
        pytest.param("ls | wc", ["bash", "-lc", "ls | wc"], id="a pipe"),
        pytest.param("a && b", ["bash", "-lc", "a && b"], id="a chain"),
        pytest.param("echo $HOME", ["bash", "-lc", "echo $HOME"], id="a variable"),
        pytest.param("ls *.py", ["bash", "-lc", "ls *.py"], id="a pattern"),
        pytest.param("A=1 env", ["bash", "-lc", "A=1 env"], id="an assignment"),
        pytest.param("say 'open", ["bash", "-lc", "say 'open"], id="an open quote"),
        pytest.param("one\ntwo", ["bash", "-lc", "one\ntwo"], id="two lines"),
        pytest.param('["ls", "-l"]', ["ls", "-l"], id="JSON text of argv"),
        pytest.param(["ls -la"], ["ls", "-la"], id="a list of one line"),
        pytest.param(["ls | wc"], ["bash", "-lc", "ls | wc"], id="a list of one shell line"),
        pytest.param(["/opt/my tool"], ["/opt/my tool"], id="a path with a space"),
        pytest.param(["ls", "a b"], ["ls", "a b"], id="argv stays"),
        pytest.param(["ls"], ["ls"], id="one word stays"),
    ],
)
def test_a_command_line_becomes_argv(given: Any, wanted: list[str]) -> None:
    assert repair({"command": given}, SCHEMA, argv={"command": "bash"})["command"] == wanted


def test_another_shell_gets_no_login_option() -> None:
    assert command_line("a | b", "sh") == ["sh", "-c", "a | b"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("  \n", {}, id="spaces"),
        pytest.param("null", {}, id="null"),
        pytest.param("{}", {}, id="empty"),
        pytest.param('{"a": 1}', {"a": 1}, id="an object"),
        pytest.param('"{\\"a\\": 1}"', {"a": 1}, id="JSON in a JSON text"),
        pytest.param('""', {}, id="an empty JSON text"),
    ],
)
def test_parse(text: str, wanted: dict[str, Any]) -> None:
    assert parse(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": ', id="cut off"),
        pytest.param("[1]", id="a list"),
        pytest.param("7", id="a number"),
        pytest.param('"words"', id="a text"),
        pytest.param('{"a": "\\ud800"}', id="half a character"),
        pytest.param('{"a": "\ud800"}', id="a lone surrogate"),
        pytest.param('{"a": ' + "[" * 100 + "]" * 100 + "}", id="deep"),
        pytest.param('{"a": ' + "[" * 100_000, id="very deep"),
        pytest.param('{"a": 1e999}', id="no number"),
    ],
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(NotArguments):
        parse(text)


def test_expected_names_fields_kinds_and_what_is_required() -> None:
    assert expected(SCHEMA) == (
        "command: array of string (required), timeout_ms: integer, ratio: number, name: string (required), "
        "tty: boolean, sizes: array of integer, bag: array, options: object, mode: fast | slow, either: string or null"
    )
    assert expected({}) == "none"
