"""The tool switch: what each setting leaves."""

import pytest

from portico.gateway.features.tools.rules import access
from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.workspace import ToolAccess

READONLY = {"exec_command": False, "read_file": True, "write_file": False, "list_dir": True}


@pytest.mark.parametrize(
    ("switch", "allow_exec", "expected"),
    [
        pytest.param("all", True, {"exec_command", "read_file", "write_file", "list_dir"}, id="all"),
        pytest.param("readonly", True, {"read_file", "list_dir"}, id="readonly"),
        pytest.param("none", True, set[str](), id="none"),
        pytest.param(["write_file", "read_file"], True, {"write_file", "read_file"}, id="names"),
        pytest.param([], True, set[str](), id="no names"),
        pytest.param("all", False, {"read_file", "list_dir"}, id="all, but nothing may be run"),
        pytest.param(["exec_command", "read_file"], False, {"read_file"}, id="names, but nothing may be run"),
    ],
)
def test_allowed(switch: ToolAccess, allow_exec: bool, expected: set[str]) -> None:
    assert access.allowed(switch, READONLY, allow_exec=allow_exec) == expected


@pytest.mark.parametrize("switch", ["all", "readonly", "none", [], ["read_file"]])
def test_known_names_are_accepted(switch: ToolAccess) -> None:
    access.check(switch, READONLY)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        access.check(["read_file", "fly", "dig"], READONLY)
    assert (refusal.value.code, refusal.value.path, refusal.value.details) == (
        "unknown_tool",
        "$.tools",
        {"unknown": ["dig", "fly"]},
    )
