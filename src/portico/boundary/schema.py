"""The boundary's JSON Schema and TypeScript types, made from its table; `schemas/` is compared with them."""

from collections.abc import Iterable
from typing import Any

from portico.boundary.answers import Failed
from portico.boundary.events import BoundaryEvent
from portico.boundary.method import BoundaryMethod
from portico.protocol.schema import DIALECT, components
from portico.protocol.typescript import declaration, table, type_of

HEADER = """\
// The types of Portico's boundary: its methods, events and answers. Written by `make schema`; do not edit.
"""


def document(methods: Iterable[BoundaryMethod]) -> dict[str, Any]:
    """One schema: `methods` by name with params, result and carriers, the union `event`, the refusal `error`."""
    methods = tuple(methods)
    schemas, definitions = _components(methods)
    count = len(methods)
    calls = {
        method.name: {
            "params": schemas[place],
            "result": schemas[count + place],
            "x-carriers": sorted(method.carriers),
        }
        for place, method in enumerate(methods)
    }
    return {
        "$schema": DIALECT,
        "title": "The boundary: methods, events and answers",
        "x-methods": calls,
        "x-event": schemas[2 * count],
        "x-error": schemas[2 * count + 1],
        "$defs": definitions,
    }


def typescript(methods: Iterable[BoundaryMethod]) -> str:
    """The text of `boundary.d.ts`: the types, the table Methods, the event, the answer."""
    methods = tuple(methods)
    schemas, definitions = _components(methods)
    count = len(methods)
    calls = {
        method.name: f"{{ params: {type_of(schemas[place])}; result: {type_of(schemas[count + place])}; }}"
        for place, method in enumerate(methods)
    }
    return "\n".join(
        [
            HEADER,
            *(declaration(name, definition) for name, definition in definitions.items()),
            table("Methods", "Every method: its parameters and its result.", calls),
            f"export type BoundaryEvent = {type_of(schemas[2 * count])};\n",
            'export type Answer<T> = { status: "ok"; value: T } | Failed;\n',
        ]
    )


def _components(methods: tuple[BoundaryMethod, ...]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    types = [*(method.params for method in methods), *(method.result for method in methods), BoundaryEvent, Failed]
    return components(types)
