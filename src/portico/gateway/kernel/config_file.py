"""config.toml: its tables and keys, and errors that name the line (design 13)."""

import re
from pathlib import Path
from typing import Annotated, Any

import msgspec

from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.workspace import ToolAccess

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_TABLE = re.compile(r"\s*\[\s*([A-Za-z0-9_.\"' -]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_UNKNOWN_FIELD = re.compile(r"Object contains unknown field `([^`]*)`")


class _Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A table of the file: what is not said is UNSET and left to the next source."""


class Server(_Table, frozen=True, kw_only=True):
    host: str | msgspec.UnsetType = msgspec.UNSET
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] | msgspec.UnsetType = msgspec.UNSET
    hosts: list[str] | msgspec.UnsetType = msgspec.UNSET
    cors_origins: list[str] | msgspec.UnsetType = msgspec.UNSET
    tls_cert: str | msgspec.UnsetType = msgspec.UNSET
    tls_key: str | msgspec.UnsetType = msgspec.UNSET
    web_ui: bool | msgspec.UnsetType = msgspec.UNSET
    run_mode: str | msgspec.UnsetType = msgspec.UNSET
    log_level: str | msgspec.UnsetType = msgspec.UNSET


class StoreTable(_Table, frozen=True, kw_only=True):
    url: str | msgspec.UnsetType = msgspec.UNSET
    session_persist: bool | msgspec.UnsetType = msgspec.UNSET


class Auth(_Table, frozen=True, kw_only=True):
    mode: str | msgspec.UnsetType = msgspec.UNSET
    token: Annotated[str, msgspec.Meta(min_length=1)] | msgspec.UnsetType = msgspec.UNSET


class Tools(_Table, frozen=True, kw_only=True):
    access: ToolAccess | msgspec.UnsetType = msgspec.UNSET
    allow_exec: bool | msgspec.UnsetType = msgspec.UNSET
    root: str | msgspec.UnsetType = msgspec.UNSET
    verbose: bool | msgspec.UnsetType = msgspec.UNSET


class Model(_Table, frozen=True, kw_only=True):
    provider: str | msgspec.UnsetType = msgspec.UNSET
    model: str | msgspec.UnsetType = msgspec.UNSET
    system_prompt: str | msgspec.UnsetType = msgspec.UNSET
    append_system_prompt: str | msgspec.UnsetType = msgspec.UNSET


class Limits(_Table, frozen=True, kw_only=True):
    pass_through_tokens_per_day: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET


class ConfigFile(_Table, frozen=True, kw_only=True):
    """The whole file."""

    server: Server = Server()
    store: StoreTable = StoreTable()
    auth: Auth = Auth()
    tools: Tools = Tools()
    model: Model = Model()
    limits: Limits = Limits()


FIELD_OF: dict[str, str] = {
    "store.url": "store_url",
    "store.session_persist": "session_persist",
    "auth.mode": "auth_mode",
    "auth.token": "auth_token",
    "tools.access": "tools",
    "tools.root": "default_root",
    "tools.verbose": "verbose_tools",
}
"""Keys whose field in Config has another name; the others keep theirs."""
KEY_OF: dict[str, str] = {
    (FIELD_OF[f"{table}.{key}"] if f"{table}.{key}" in FIELD_OF else str(key)): f"{table}.{key}"
    for table in ConfigFile.__struct_fields__
    for key in getattr(ConfigFile(), table).__struct_fields__
}
"""Field of Config -> key of the file."""


def read_config_file(path: Path) -> dict[str, Any]:
    """What the file says, by the names of Config's fields; an absent file says nothing.

    Raises Invalid: `details` has file, line and key; line is absent where the fault has none.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}", file=str(path)) from error
    text = _text(path, raw)
    try:
        told = msgspec.toml.decode(text, type=ConfigFile)
    except msgspec.ValidationError as error:
        raise _wrong_value(path, text, str(error)) from error
    except (ValueError, RecursionError) as error:
        raise _broken(path, str(error)) from error
    return _fields(told)


def _text(path: Path, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _fault(path, line, None, "this is not UTF-8 text") from error


def _fields(told: ConfigFile) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for table in told.__struct_fields__:
        values: msgspec.Struct = getattr(told, table)
        for key in values.__struct_fields__:
            value = getattr(values, key)
            if value is not msgspec.UNSET:
                fields[FIELD_OF.get(f"{table}.{key}", key)] = _as_field(key, value)
    return fields


def _as_field(key: str, value: Any) -> Any:
    if key in {"hosts", "cors_origins"}:
        return tuple(value)
    if key in {"tls_cert", "tls_key", "root"}:
        return Path(value).expanduser()
    return value


def _broken(path: Path, message: str) -> Invalid:
    place = _AT_LINE.search(message)
    line = int(place.group(1)) if place else None
    return _fault(path, line, None, _AT_LINE.sub("", message).strip() or "this is not TOML")


def _wrong_value(path: Path, text: str, message: str) -> Invalid:
    what, _, place = message.partition(" - at `")
    key = place.rstrip("`").removeprefix("$").removeprefix(".")
    unknown = _UNKNOWN_FIELD.match(what)
    if unknown:
        key = f"{key}.{unknown.group(1)}".removeprefix(".")
        what = "this key is not known"
    return _fault(path, line_of(text, key), key, what)


def _fault(path: Path, line: int | None, key: str | None, what: str) -> Invalid:
    where = f"{path}, line {line}" if line else str(path)
    named = f" ({key})" if key else ""
    return Invalid(f"{where}{named}: {what}", code="config_invalid", path=key, file=str(path), line=line, key=key)


def line_of(text: str, key: str) -> int | None:
    """The line on which the dotted `key` (or its table) stands, counted from 1; None if it cannot be told."""
    wanted = re.sub(r"\[.*", "", key).split(".")
    table: list[str] = []
    best: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _parts(header.group(1))
            here = table
        elif assignment := _KEY.match(line):
            here = [*table, *_parts(assignment.group(1))]
        else:
            continue
        if here == wanted:
            return number
        if best is None and here == wanted[: len(here)]:
            best = number
    return best


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in dotted.split(".")]
