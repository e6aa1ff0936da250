"""The schema says what the boundary takes and answers."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from portico.boundary import METHODS
from portico.boundary.method import BoundaryMethod
from portico.boundary.schema import document, typescript
from tests.docs.pages import page

DOCUMENT = document(METHODS)


def test_it_is_one_schema_and_every_reference_is_defined() -> None:
    assert jsonschema_rs.meta.is_valid(DOCUMENT)
    referred = {part.split('"')[0] for part in msgspec.json.encode(DOCUMENT).decode().split('"#/$defs/')[1:]}
    assert referred == DOCUMENT["$defs"].keys()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_is_in_it(method: BoundaryMethod) -> None:
    told: dict[str, Any] = DOCUMENT["x-methods"][method.name]
    assert told["x-carriers"] == sorted(method.carriers)
    assert f'  "{method.name}": {{ params: ' in typescript(METHODS)


def test_every_event_is_a_tagged_type() -> None:
    text = typescript(METHODS)
    for name in ("connection", "workspaces", "tree", "providers", "settings", "timeline", "patches", "composer"):
        assert f'  event: "{name}";' in text
    assert "export type BoundaryEvent = " in text


def test_every_method_and_event_has_a_row_in_the_docs() -> None:
    cells = page("docs/boundary.md").cells
    events = {
        schema["properties"]["event"]["enum"][0]
        for schema in DOCUMENT["$defs"].values()
        if "event" in schema.get("properties", {})
    }
    assert len(events) == 11
    assert {method.name for method in METHODS} | events <= cells
