"""Writes the generated parts of `docs/protocol.md` from the protocol; with `--check` tells whether they are right."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from msgspec import inspect as mi
from scripts.protocol_words import (
    HTTP_STATUS,
    NOT_SENT,
    NOTICES,
    OUR_FIELDS,
    OUR_METHODS,
    OUR_NOTICES,
    SAYS,
    SETTINGS_IN_USE,
    TITLES,
)

from portico.protocol import events as ev
from portico.protocol import frames
from portico.protocol.errors import JSONRPC_CODES, ErrorData, ErrorKind
from portico.protocol.methods import METHODS
from portico.protocol.methods.base import Method, by_thread, by_workspace
from portico.protocol.schema import EVENT_TYPES, notification_types
from portico.protocol.types.history import HistoryEvent
from portico.protocol.types.input import Attachment, UserInput
from portico.protocol.types.item import Display, Storage, ToolFields, TurnItem
from portico.protocol.types.settings import GatewaySettings
from portico.protocol.types.workspace import ToolAccess

FILE = Path(__file__).resolve().parent.parent / "docs" / "protocol.md"
BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

_UNIONS = {
    "UserInput": UserInput,
    "Attachment": Attachment,
    "TurnItem": TurnItem,
    "Display": Display,
    "Storage": Storage,
    "ToolAccess": ToolAccess,
}
"""Unions that have a name of their own."""


_PLAIN: dict[type[mi.Type], str] = {
    mi.BoolType: "bool",
    mi.IntType: "int",
    mi.FloatType: "number",
    mi.DictType: "JSON",
    mi.AnyType: "JSON",
    mi.RawType: "JSON",
}


@cache
def generated() -> dict[str, str]:
    """The name of each generated part -> its text."""
    return {
        "methods": "\n".join(_methods()),
        "notifications": "\n".join(_notifications()),
        "events": "\n".join(_events()),
        "errors": "\n".join(_errors()),
        "settings": "\n".join(_settings()),
        "types": "\n".join(_types()),
    }


def rewritten(text: str) -> str:
    """`text` with its generated parts as they should be. Raises KeyError for a part that nobody makes."""
    parts = generated()
    return BLOCK.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n\n{found[3]}", text)


def told(node: mi.Type) -> str:
    """A type in a few characters; nothing for plain text."""
    match node:
        case mi.Metadata():
            extra = cast("dict[str, str]", node.extra_json_schema or {})
            return extra.get("$ref", "").rpartition("/")[2] or told(node.type)
        case mi.UnionType(types=types):
            return _union([one for one in types if not isinstance(one, mi.NoneType)])
        case mi.StructType(cls=cls):
            return cls.__name__
        case mi.EnumType(cls=cls):
            return " / ".join(str(member.value) for member in cls)
        case mi.LiteralType(values=values):
            return " / ".join(str(value) for value in values)
        case mi.ListType(item_type=item):
            inner = told(item) or "text"
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case _:
            return _PLAIN.get(type(node), "")


def _union(types: list[mi.Type]) -> str:
    for name in _UNIONS:
        parts = _parts_of(name)
        if len(parts) == len(types) and all(one in types for one in parts):
            return name
    named = [told(one) or "text" for one in types]
    return "" if named == ["text"] else " or ".join(named)


@cache
def _parts_of(name: str) -> tuple[mi.Type, ...]:
    node = mi.type_info(_UNIONS[name])
    return node.types if isinstance(node, mi.UnionType) else ()


def fields_of(kind: type, ours: frozenset[str] = frozenset()) -> str:
    """The fields of a struct on one line: `?` may be left out, `*` is ours."""
    info = mi.type_info(kind)
    if not isinstance(info, mi.StructType) or not info.fields:
        return "nothing"
    return ", ".join(_field(field, ours) for field in info.fields)


def _field(field: mi.Field, ours: frozenset[str]) -> str:
    name = f"`{field.encode_name}`"
    mark = ("" if field.required else "?") + ("\\*" if field.encode_name in ours else "")
    kind = told(field.type)
    return f"{name}{mark} ({kind})" if kind else f"{name}{mark}"


def _methods() -> Iterator[str]:
    for resource, title in TITLES.items():
        yield f"### {title}\n"
        for method in METHODS:
            if method.name.split("/")[0] in resource.split():
                yield from _method(method)


def _method(method: Method[Any, Any]) -> Iterator[str]:
    ours = OUR_FIELDS.get(method.name, frozenset())
    mark = " (ours)" if method.name in OUR_METHODS else ""
    yield f"#### `{method.name}`\n"
    yield f"{SAYS[method.name]} Scope `{method.scope.value}`; {_lane(method)}{mark}.\n"
    yield f"- params: {fields_of(method.params, ours)}"
    yield f"- result: {fields_of(method.result, ours)}\n"


def _lane(method: Method[Any, Any]) -> str:
    if method.is_control:
        return "no lane, control"
    if method.lane is None:
        return "no lane"
    if method.lane is by_thread:
        return "the thread's lane"
    return "the workspace's lane" if method.lane is by_workspace else "one lane"


def _notifications() -> Iterator[str]:
    yield "| notification | what | params |"
    yield "|---|---|---|"
    ours = frozenset({"version", "sequence"})
    for name, kind in notification_types().items():
        mark = "\\*" if name in OUR_NOTICES else ""
        says = NOTICES[name] + (" Not sent yet." if name in NOT_SENT else "")
        yield f"| `{name}`{mark} | {says} | {fields_of(kind, ours)} |"


def _events() -> Iterator[str]:
    yield "| `type` | announced as | fields |"
    yield "|---|---|---|"
    for kind in EVENT_TYPES:
        told_as = "the `…delta` of its `stream`" if kind is ev.ItemDelta else f"`{frames.METHOD_OF[kind]}`"
        yield f"| `{kind.__struct_config__.tag}` | {told_as} | {fields_of(kind)} |"


def _errors() -> Iterator[str]:
    yield "| kind | JSON-RPC | HTTP | when |"
    yield "|---|---|---|---|"
    for kind in ErrorKind:
        status, when = HTTP_STATUS[kind.value]
        yield f"| `{kind.value}` | {JSONRPC_CODES[kind]} | {status} | {when} |"


def _settings() -> Iterator[str]:
    yield "| setting | type | default | in use |"
    yield "|---|---|---|---|"
    for name, kind, default in settings():
        value = msgspec.json.encode(default).decode()
        yield f"| `{name}` | {kind or 'text'} | `{value}` | {'yes' if name in SETTINGS_IN_USE else 'stored only'} |"


def settings() -> Iterator[tuple[str, str, Any]]:
    """Every leaf of the settings snapshot: dotted name, type, default."""
    yield from _leaves("", GatewaySettings())


def _leaves(prefix: str, value: msgspec.Struct) -> Iterator[tuple[str, str, Any]]:
    info = mi.type_info(type(value))
    for field in info.fields if isinstance(info, mi.StructType) else ():
        inner = getattr(value, field.name)
        name = f"{prefix}{field.encode_name}"
        if isinstance(inner, msgspec.Struct) and type(inner).__name__ != "ModelSelection":
            yield from _leaves(f"{name}.", inner)
        else:
            yield name, told(field.type), inner


def _types() -> Iterator[str]:
    yield "| type | fields |"
    yield "|---|---|"
    for kind in sorted(_nouns(), key=lambda one: one.__name__):
        tag = kind.__struct_config__.tag
        named = f"`{kind.__struct_config__.tag_field}`: `{tag}`, " if tag is not None else ""
        inherited = fields_of(ToolFields) if issubclass(kind, ToolFields) and kind is not ToolFields else ""
        fields = fields_of(kind).replace(inherited, "all of `ToolFields`", 1) if inherited else fields_of(kind)
        yield f"| `{kind.__name__}` | {named}{fields} |"


def _nouns() -> set[type[msgspec.Struct]]:
    """Every struct inside params, results and notifications."""
    tops = [kind for method in METHODS for kind in (method.params, method.result)]
    found: set[type[msgspec.Struct]] = {ToolFields}
    waiting: list[mi.Type] = [mi.type_info(kind) for kind in (*tops, HistoryEvent, ErrorData)]
    waiting += [mi.type_info(kind) for kind in notification_types().values()]
    while waiting:
        node = waiting.pop()
        match node:
            case mi.StructType(cls=cls, fields=fields) if cls not in found:
                found.add(cls)
                waiting += [field.type for field in fields]
            case mi.UnionType(types=types):
                waiting += types
            case mi.ListType(item_type=inner) | mi.Metadata(type=inner):
                waiting.append(inner)
            case _:
                pass
    return found - set(tops) - set(notification_types().values())


def main(arguments: list[str], file: Path = FILE) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: protocol_doc.py [--check]", file=sys.stderr)
        return 2
    text = file.read_text()
    wanted = rewritten(text)
    if not arguments:
        file.write_text(wanted)
        return 0
    if text != wanted:
        print(f"{file.name} is not what the protocol says; run `python -m scripts.protocol_doc` and commit it")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
