"""JSON Schemas of the protocol, made from its types; the files in `schemas/` are compared with them."""

from functools import cache
from typing import Any, cast

import msgspec

from portico.protocol import events as ev
from portico.protocol import frames
from portico.protocol.errors import JSONRPC_CODES, ErrorKind
from portico.protocol.events.base import EventBase
from portico.protocol.jsonrpc import ErrorObject
from portico.protocol.methods import METHODS
from portico.protocol.types.history import HistoryEvent

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REF = "#/$defs/{name}"
TREE = frames.METHOD_OF[ev.ThreadTreeChanged]
JsonSchema = dict[str, Any]

EVENT_TYPES: tuple[type[EventBase], ...] = ev.Event.__args__  # pyright: ignore[reportAttributeAccessIssue]
"""Every stored fact, in the order of the union."""

_TELL_THEMSELVES = (
    ev.ThreadStarted,
    ev.ThreadUpdated,
    ev.ThreadClosed,
    ev.WorkspaceChanged,
    ev.SettingsChanged,
    ev.TokensChanged,
    ev.ProviderChanged,
)

_REQUEST_ID: JsonSchema = {"type": ["string", "integer"]}


def documents() -> dict[str, JsonSchema]:
    """File name -> schema: requests, results, notifications, events, errors."""
    return {
        "requests.json": _requests(),
        "results.json": _results(),
        "notifications.json": _notifications(),
        "events.json": _events(),
        "errors.json": _errors(),
    }


def encode(document: JsonSchema) -> bytes:
    """The text of a schema file."""
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def components(types: list[Any]) -> tuple[list[JsonSchema], dict[str, JsonSchema]]:
    """A schema for each of `types`, and the definitions they refer to: replay payloads included."""
    wanted = [*types, HistoryEvent, *EVENT_TYPES]
    schemas, definitions = msgspec.json.schema_components(wanted, ref_template=REF)
    union: JsonSchema = {"title": "Event", "anyOf": list(schemas[len(types) + 1 :])}
    return list(schemas[: len(types)]), _reachable(list(schemas[: len(types)]), {**definitions, "Event": union})


def notification_types() -> dict[str, type[msgspec.Struct]]:
    """Method -> the type of its parameters, as `frames.params_of` makes them."""
    found: dict[str, type[msgspec.Struct]] = {}
    for event in EVENT_TYPES:
        if event is ev.ItemDelta:
            found |= dict.fromkeys(frames.DELTA_METHODS.values(), frames.DeltaParams)
        elif frames.METHOD_OF[event] not in found:
            found[frames.METHOD_OF[event]] = _params_type(event)
    return dict(sorted(found.items()))


def _requests() -> JsonSchema:
    schemas, definitions = components([method.params for method in METHODS])
    calls = [
        {
            "title": method.name,
            "type": "object",
            "properties": {
                "jsonrpc": {"const": "2.0"},
                "id": _REQUEST_ID,
                "method": {"const": method.name},
                "params": schema,
            },
            "required": ["jsonrpc", "method", *_if_required(schema, definitions)],
            "x-scope": method.scope.value,
        }
        for method, schema in zip(METHODS, schemas, strict=True)
    ]
    return _document("Requests: what a client may send", {"oneOf": calls}, definitions)


def _if_required(schema: JsonSchema, definitions: dict[str, JsonSchema]) -> list[str]:
    """`params` may be left out where none of them is needed."""
    definition = definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
    return ["params"] if definition.get("required") else []


def _results() -> JsonSchema:
    schemas, definitions = components([method.result for method in METHODS])
    results = {method.name: schema for method, schema in zip(METHODS, schemas, strict=True)}
    return _document("Results, by the method that was called", {"type": "object", "properties": results}, definitions)


def _notifications() -> JsonSchema:
    types = notification_types()
    schemas, definitions = components(list(types.values()))
    told = [
        {
            "title": method,
            "type": "object",
            "properties": {"jsonrpc": {"const": "2.0"}, "method": {"const": method}, "params": schema},
            "required": ["jsonrpc", "method", "params"],
        }
        for method, schema in zip(types, schemas, strict=True)
    ]
    return _document("Notifications: what the gateway tells", {"oneOf": told}, definitions)


def _events() -> JsonSchema:
    (schema,), definitions = components([HistoryEvent])
    return _document("Stored events, as replay tells them", schema, definitions)


def _errors() -> JsonSchema:
    (schema,), definitions = components([ErrorObject])
    numbers = {kind.value: JSONRPC_CODES[kind] for kind in ErrorKind}
    return _document("The error member of an answer", {**schema, "x-codes": numbers}, definitions)


def _document(title: str, schema: JsonSchema, definitions: dict[str, JsonSchema]) -> JsonSchema:
    return {"$schema": DIALECT, "title": title, **schema, "$defs": definitions}


@cache
def _params_type(event: type[EventBase]) -> type[msgspec.Struct]:
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = [(place, str) for place in _places(event)]
    is_tree = frames.METHOD_OF[event] == TREE
    if not is_tree:
        fields += [_as_told(field) for field in msgspec.structs.fields(event) if _is_told(event, field.name)]
    counters = ("version",) if event is ev.ThreadClosed else ("version", "sequence")
    fields += [(counter, int, 0) for counter in counters]
    name = "ThreadTreeChangedParams" if is_tree else f"{event.__name__}Params"
    return msgspec.defstruct(name, fields, kw_only=True, rename="camel" if event is ev.ThreadClosed else None)


def _places(event: type[EventBase]) -> tuple[str, ...]:
    """The ids that are repeated beside the event's own fields."""
    if event in _TELL_THEMSELVES:
        return ()
    if frames.METHOD_OF[event] == TREE:
        return ("workspace_id",)
    return ("workspace_id", "thread_id") if event is ev.TurnQueueChanged else ("workspace_id", "thread_id", "turn_id")


def _is_told(event: type[EventBase], name: str) -> bool:
    return event is not ev.TurnStarted or name == "turn"


def _as_told(field: msgspec.structs.FieldInfo) -> tuple[str, Any] | tuple[str, Any, Any]:
    return (field.name, field.type) if field.required else (field.name, field.type, None)


def _reachable(schemas: list[JsonSchema], definitions: dict[str, JsonSchema]) -> dict[str, JsonSchema]:
    found: dict[str, JsonSchema] = {}
    waiting = [name for schema in schemas for name in _names(schema)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting += _names(definitions[name])
    return dict(sorted(found.items()))


def _names(schema: Any) -> list[str]:
    """The definitions that `schema` refers to, wherever in it."""
    match schema:
        case list():
            return [name for part in cast("list[Any]", schema) for name in _names(part)]
        case {"$ref": str(ref)}:
            return [ref.rpartition("/")[2]]
        case dict():
            return [name for part in cast("JsonSchema", schema).values() for name in _names(part)]
        case _:
            return []
