"""TypeScript types of the protocol, made from its JSON Schemas; one declaration file."""

import re
from typing import Any, cast

import msgspec

from portico.protocol.errors import JSONRPC_CODES
from portico.protocol.jsonrpc import ErrorObject
from portico.protocol.methods import METHODS
from portico.protocol.schema import JsonSchema, components, notification_types
from portico.protocol.types.history import HistoryEvent

HEADER = """\
// The types of Portico's protocol. Written by `make schema` from the Python types; do not edit.
"""
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def declarations() -> str:
    """The text of `portico.d.ts`: nouns, then the tables Methods and Notifications."""
    notifications = notification_types()
    types = [
        *(method.params for method in METHODS),
        *(method.result for method in METHODS),
        *notifications.values(),
        ErrorObject,
        HistoryEvent,
    ]
    schemas, definitions = components(types)
    count = len(METHODS)
    told = dict(zip(notifications, schemas[2 * count :], strict=False))
    calls = {
        method.name: f"{{ params: {type_of(schemas[at])}; result: {type_of(schemas[count + at])}; }}"
        for at, method in enumerate(METHODS)
    }
    parts = [
        HEADER,
        *(declaration(name, definition) for name, definition in definitions.items()),
        table("Methods", "Every call: its parameters and its result.", calls),
        table("Notifications", "What the gateway tells.", {name: type_of(schema) for name, schema in told.items()}),
        _numbers(),
    ]
    return "\n".join(parts)


def type_of(schema: JsonSchema) -> str:
    """The TypeScript type of a schema."""
    match schema:
        case {"$ref": str(ref)}:
            return ref.rpartition("/")[2]
        case {"anyOf": members}:
            return _union(cast("list[JsonSchema]", members))
        case {"enum": values}:
            return " | ".join(_literal(value) for value in values)
        case {"type": "array", "prefixItems": places}:
            return f"[{', '.join(type_of(place) for place in cast('list[JsonSchema]', places))}]"
        case {"type": "array", "items": items}:
            return f"Array<{type_of(cast('JsonSchema', items))}>"
        case {"type": "object"}:
            values = cast("JsonSchema", schema.get("additionalProperties") or {})
            return f"Record<string, {type_of(values)}>"
        case {"type": str(name)}:
            return _PLAIN.get(name, "unknown")
        case _:
            return "unknown"


def declaration(name: str, definition: JsonSchema) -> str:
    """The type of a definition."""
    comment = _comment(definition.get("description"), "")
    if "properties" not in definition:
        return f"{comment}export type {name} = {type_of(definition)};\n"
    required = set(definition.get("required", []))
    lines = [
        f"  {_key(key)}{'' if key in required else '?'}: {type_of(schema)};"
        for key, schema in definition["properties"].items()
    ]
    body = "\n".join(lines)
    return f"{comment}export interface {name} {{\n{body}\n}}\n" if lines else f"{comment}export type {name} = {{}};\n"


def table(name: str, comment: str, rows: dict[str, str]) -> str:
    """An interface of what stands in `rows` by name."""
    lines = "\n".join(f"  {_literal(key)}: {kind};" for key, kind in rows.items())
    return f"{_comment(comment, '')}export interface {name} {{\n{lines}\n}}\n"


def _numbers() -> str:
    rows = "\n".join(f"  {kind.value}: {number};" for kind, number in JSONRPC_CODES.items())
    return f"{_comment('The number of each kind of refusal.', '')}export interface ErrorCodes {{\n{rows}\n}}\n"


def _union(members: list[JsonSchema]) -> str:
    return " | ".join(dict.fromkeys(type_of(member) for member in members))


def _comment(text: str | None, indent: str) -> str:
    if not text:
        return ""
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else _literal(name)


def _literal(value: Any) -> str:
    return msgspec.json.encode(value).decode()
