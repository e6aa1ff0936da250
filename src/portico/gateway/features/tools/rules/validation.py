"""Checks arguments against their JSON Schema; messages name fields and never echo values (reference 20)."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Protocol

from portico.gateway.features.tools.ports import ToolFault
from portico.gateway.features.tools.rules.repair import expected

MOST_DIAGNOSTICS = 32
LONGEST_DIAGNOSTICS = 8 * 1024


class Validators:
    """One compiled schema per tool, made when it is first called."""

    def __init__(self) -> None:
        self._compiled: dict[str, _Validator] = {}

    def check(self, name: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
        """Raises ToolFault (invalid_arguments) that says what does not fit and what is expected."""
        validator = self._compiled.get(name)
        if validator is None:
            validator = self._compiled[name] = _compile(schema)
        if validator.is_valid(arguments):
            return
        problems = [_problem(error) for error in islice(validator.iter_errors(arguments), MOST_DIAGNOSTICS)]
        told = "; ".join(problems)[:LONGEST_DIAGNOSTICS]
        raise ToolFault("invalid_arguments", f"{told}. Expected fields: {expected(schema)}")

    def warm(self) -> None:
        """Load the validator's library."""
        _compile({})


class _Problem(Protocol):
    @property
    def message(self) -> str: ...

    @property
    def instance_path(self) -> list[str | int]: ...


class _Validator(Protocol):
    def is_valid(self, instance: Any) -> bool: ...

    def iter_errors(self, instance: Any) -> Iterator[_Problem]: ...


def _compile(schema: Mapping[str, Any]) -> _Validator:
    # 50 ms to import: a gateway that runs no tool never pays it.
    import jsonschema_rs  # noqa: PLC0415

    return jsonschema_rs.validator_for(dict(schema), mask="the value")


def _problem(error: _Problem) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
    return f"${path}: {error.message}"
