"""TypeScript types come from the schemas, one declaration each."""

import re
from pathlib import Path
from typing import Any

import pytest

from portico.protocol.methods import METHODS
from portico.protocol.schema import notification_types
from portico.protocol.typescript import declarations, type_of

FILE = Path(__file__).parents[2] / "schemas" / "typescript" / "portico.d.ts"
TEXT = declarations()


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "string", "minLength": 1}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string | null"),
        ({"anyOf": [{"type": "string"}, {"type": "string"}]}, "string"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"$ref": "#/$defs/Thread"}, "Thread"),
        ({"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}}, "Array<A | null>"),
        (
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
            "[number, string]",
        ),
        ({"type": "object"}, "Record<string, unknown>"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "Record<string, number>"),
        ({"type": "strange"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_a_schema_has_its_type(schema: dict[str, Any], told: str) -> None:
    assert type_of(schema) == told


def test_the_committed_file_is_what_the_types_say() -> None:
    assert FILE.read_text() == TEXT


def test_every_call_and_notification_is_in_its_table() -> None:
    names = re.findall(r'^  "([^"]+)": ', TEXT, re.MULTILINE)
    assert names == [*(method.name for method in METHODS), *notification_types()]


def test_every_name_is_declared_once() -> None:
    declared = re.findall(r"^export (?:interface|type) (\w+)", TEXT, re.MULTILINE)
    assert len(declared) == len(set(declared))
    used = set(re.findall(r"(?<=[:<|] )([A-Z]\w+)|Array<([A-Z]\w+)", re.sub(r"/\*\*.*?\*/", "", TEXT, flags=re.DOTALL)))
    names = {first or second for first, second in used} - {"Array", "Record"}
    assert names <= set(declared)


def test_a_comment_stands_above_its_type() -> None:
    assert (
        "/** Where a thread stands in the tree; no folder means the root. */\nexport interface ThreadPlacement {"
        in TEXT
    )
