"""Bases of the wire's types: frozen, by keyword, absent fields left out, in the case of their family."""

import importlib
import inspect
import pkgutil

import msgspec
import pytest

import portico.protocol
from portico.protocol.base import Params, ParamsCamel, Scope, no_items
from portico.protocol.types.thread import Thread, ThreadMode, ThreadStatus

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(portico.protocol.__path__, "portico.protocol.")
]
STRUCTS: list[type[msgspec.Struct]] = sorted(
    {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__
    },
    key=lambda struct: f"{struct.__module__}.{struct.__qualname__}",
)
CAMEL_PARAMS = {"TurnTimelineParams"}


def test_the_walk_finds_the_types() -> None:
    assert len(STRUCTS) > 150


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__qualname__)
def test_a_type_is_frozen_and_made_by_keyword(struct: type[msgspec.Struct]) -> None:
    assert struct.__struct_config__.frozen
    parameters = inspect.signature(struct).parameters.values()
    assert {parameter.kind for parameter in parameters} <= {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    "struct", [s for s in STRUCTS if issubclass(s, Params | ParamsCamel)], ids=lambda struct: struct.__qualname__
)
def test_parameters_are_strict_and_keep_their_case(struct: type[msgspec.Struct]) -> None:
    assert struct.__struct_config__.forbid_unknown_fields
    if struct.__name__ in CAMEL_PARAMS:
        assert all("_" not in name for name in struct.__struct_encode_fields__)
    else:
        assert struct.__struct_encode_fields__ == struct.__struct_fields__


def test_a_list_that_is_always_sent_is_sent_empty() -> None:
    thread = Thread(
        workspace_id="w",
        id="t",
        preview="",
        mode=ThreadMode.CHAT,
        model="",
        model_provider="",
        created_at=1,
        updated_at=1,
        status=ThreadStatus.IDLE,
        origin_kind="user",  # pyright: ignore[reportArgumentType]
        sidebar_visibility="visible",  # pyright: ignore[reportArgumentType]
    )
    assert msgspec.to_builtins(thread)["turns"] == []
    assert no_items() is not no_items()


def test_scopes_are_spelled() -> None:
    assert [scope.value for scope in Scope] == ["read", "chat", "agent", "admin"]
