"""Repairs what models get wrong in arguments, before they are checked (reference 9.3)."""

import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any, cast

import msgspec

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?")
_NEEDS_SHELL = re.compile(r"[|&;<>()$`*?\[\]{}~\n#!]|^\s*\w+=")
MOST_EXPECTED = 32
MOST_NESTED = 64

Json = Any


class NotArguments(Exception):
    """The text is not the JSON of an object."""


def parse(text: str) -> dict[str, Json]:
    """The arguments as an object. Nothing means no arguments; JSON inside a JSON string is taken out of it."""
    value: Json = text
    for _ in range(2):
        if isinstance(value, str):
            value = _json(value) if value.strip() else {}
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NotArguments("the arguments must be a JSON object")
    if _is_deeper(value, MOST_NESTED):
        raise NotArguments("the arguments are nested too deeply")
    return cast("dict[str, Json]", value)


def _is_deeper(value: Json, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = cast("dict[str, Json]", value).values() if isinstance(value, dict) else cast("list[Json]", value)
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in inner)


def _json(text: str) -> Json:
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        raise NotArguments(f"the arguments are no valid JSON: {error}") from error


def repair(
    arguments: Mapping[str, Json],
    schema: Mapping[str, Json],
    aliases: Mapping[str, str] | None = None,
    argv: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """The arguments with names and values brought to the schema where that is safe; the rest stays as it is.

    `aliases` maps other names of a field; `argv` maps fields that hold a command line to the shell that runs what
    needs one.
    """
    fields = cast("Mapping[str, Mapping[str, Json]]", schema.get("properties", {}))
    required = cast("list[str]", schema.get("required", []))
    repaired: dict[str, Json] = {}
    for given, value in _renamed(arguments, fields, aliases or {}).items():
        field = fields.get(given)
        if field is None:
            repaired[given] = value
        elif value is None and given not in required and not _accepts(field, "null"):
            continue
        elif argv and given in argv:
            repaired[given] = _fit(command_line(value, argv[given]), field)
        else:
            repaired[given] = _fit(value, field)
    return repaired


def command_line(value: Json, shell: str) -> Json:
    """A command line as argv: split as a shell would, or handed to `shell` when only a shell can read it.

    A list of one text with spaces is a command line too.
    """
    match value:
        case [str() as only] if " " in only.strip() and not only.startswith("/"):
            line = only
        case str() if not value.lstrip().startswith("["):
            line = value
        case _:
            return value
    words = _words(line)
    return words if words is not None else [shell, "-lc" if shell.endswith("bash") else "-c", line]


def _words(line: str) -> list[str] | None:
    if _NEEDS_SHELL.search(line):
        return None
    try:
        return shlex.split(line)
    except ValueError:
        return None


def expected(schema: Mapping[str, Json]) -> str:
    """The fields of a schema in words, for a model that got them wrong."""
    fields = cast("Mapping[str, Mapping[str, Json]]", schema.get("properties", {}))
    required = cast("list[str]", schema.get("required", []))
    words = [
        f"{name}: {_kind(field)}{' (required)' if name in required else ''}"
        for name, field in list(fields.items())[:MOST_EXPECTED]
    ]
    return ", ".join(words) or "none"


def _kind(field: Mapping[str, Json]) -> str:
    kind: Json = field.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(cast("list[str]", kind))
    items: Json = field.get("items")
    if kind == "array" and isinstance(items, dict):
        return f"array of {_kind(cast('dict[str, Json]', items))}"
    choices: Json = field.get("enum")
    return " | ".join(map(str, cast("list[Json]", choices))) if isinstance(choices, list) else str(kind)


def _renamed(arguments: Mapping[str, Json], fields: Mapping[str, Json], aliases: Mapping[str, str]) -> dict[str, Json]:
    known = {_folded(name): name for name in fields} | {_folded(name): to for name, to in aliases.items()}
    renamed = {name: value for name, value in arguments.items() if name in fields}
    for name, value in arguments.items():
        if name in fields:
            continue
        target = known.get(_folded(name), name)
        renamed[name if target in renamed else target] = value
    return renamed


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()


def _accepts(field: Mapping[str, Json], kind: str) -> bool:
    types: Json = field.get("type", kind)
    return kind in cast("list[str]", types) if isinstance(types, list) else types == kind


def _fit(value: Json, field: Mapping[str, Json]) -> Json:
    kind: Json = field.get("type")
    fit = _FITS.get(kind) if isinstance(kind, str) else None
    return fit(value, field) if fit else value


def _to_string(value: Json, _: Mapping[str, Json]) -> Json:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _to_integer(value: Json, _: Mapping[str, Json]) -> Json:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _to_number(value: Json, _: Mapping[str, Json]) -> Json:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        return value
    return int(value) if _INTEGER.fullmatch(value.strip()) else float(value)


def _to_boolean(value: Json, _: Mapping[str, Json]) -> Json:
    if isinstance(value, str) and value.strip().casefold() in {"true", "false"}:
        return value.strip().casefold() == "true"
    return value


def _to_array(value: Json, field: Mapping[str, Json]) -> Json:
    value = _opened(value, list, "[")
    items = cast("list[Json]", value) if isinstance(value, list) else [value]
    inner: Json = field.get("items")
    return [_fit(item, cast("dict[str, Json]", inner)) for item in items] if isinstance(inner, dict) else items


def _to_object(value: Json, field: Mapping[str, Json]) -> Json:
    value = _opened(value, dict, "{")
    return repair(cast("dict[str, Json]", value), field) if isinstance(value, dict) else value


def _opened(value: Json, kind: type, first: str) -> Json:
    """JSON text of a list or an object, as that; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(first):
        return value
    try:
        opened: Json = msgspec.json.decode(value)
    except (ValueError, RecursionError):
        return value
    return opened if isinstance(opened, kind) and not _is_deeper(opened, MOST_NESTED) else value


_FITS: dict[str, Callable[[Json, Mapping[str, Json]], Json]] = {
    "string": _to_string,
    "integer": _to_integer,
    "number": _to_number,
    "boolean": _to_boolean,
    "array": _to_array,
    "object": _to_object,
}
