"""Checks of arguments: what is wrong is named, what was given is not."""

from typing import Any

import pytest

from portico.gateway.features.tools.ports import ToolFault
from portico.gateway.features.tools.rules.validation import LONGEST_DIAGNOSTICS, MOST_DIAGNOSTICS, Validators

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "lines": {"type": "array", "items": {"type": "integer"}}},
    "required": ["path"],
    "additionalProperties": False,
}


def test_what_fits_passes() -> None:
    Validators().check("read", SCHEMA, {"path": "a", "lines": [1]})


def test_what_does_not_fit_is_named_with_the_expected_fields_and_without_its_value() -> None:
    with pytest.raises(ToolFault) as fault:
        Validators().check("read", SCHEMA, {"lines": [1, "hunter2hunter2"], "more": "hunter2hunter2"})
    assert fault.value.error_class == "invalid_arguments"
    assert "$.lines[1]: " in fault.value.message
    assert "path" in fault.value.message
    assert "Expected fields: path: string (required), lines: array of integer" in fault.value.message
    assert "hunter2" not in fault.value.message


def test_diagnostics_are_bounded() -> None:
    with pytest.raises(ToolFault) as fault:
        Validators().check("read", SCHEMA, {"path": "a", "lines": ["x"] * 1000})
    assert fault.value.message.count("$.lines") == MOST_DIAGNOSTICS
    assert len(fault.value.message) < LONGEST_DIAGNOSTICS + 200


def test_a_schema_is_compiled_once() -> None:
    validators = Validators()
    validators.warm()
    validators.check("read", SCHEMA, {"path": "a"})
    with pytest.raises(ToolFault):
        validators.check("read", {}, {"path": 1})
