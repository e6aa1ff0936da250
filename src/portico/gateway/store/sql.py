"""What both dialects share: named shapes of changes, runs of one shape, and the refusal of text no engine keeps."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import assert_never

from portico.gateway.kernel.errors import Invalid
from portico.gateway.store.changes import Change, Drop, Patch, Put, Row, Value
from portico.gateway.store.engine import ChangeRefused

EVENT_COLUMNS = ("stream", "version", "turn_id", "sequence", "type", "schema", "flow", "data", "at", "cause")
STREAM_COLUMNS = ("stream", "head", "decided", "fence", "open_turn", "workspace_id", "erased_at")

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class PutShape:
    """`fresh` columns are written by the insert only."""

    table: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    fresh: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatchShape:
    """`nulls` are the key columns that must be null; they take no argument."""

    table: str
    key: tuple[str, ...]
    nulls: tuple[str, ...]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DropShape:
    table: str
    key: tuple[str, ...]
    nulls: tuple[str, ...]


Shape = PutShape | PatchShape | DropShape


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive changes of one shape. A row's arguments stand as the shape names them: key, values, fresh."""

    shape: Shape
    rows: list[tuple[Value, ...]]


def runs(changes: Iterable[Change]) -> list[Run]:
    """`changes` in their order, neighbours of one shape together. Raises ChangeRefused for text that cannot be kept."""
    found: list[Run] = []
    last: Run | None = None
    for change in changes:
        shape, row = _shaped(change)
        check_stored(row)
        if last is not None and last.shape == shape:
            last.rows.append(row)
        else:
            last = Run(_named(shape), [row])
            found.append(last)
    return found


def check_stored(values: Iterable[Value]) -> None:
    """PostgreSQL keeps no NUL in text, so neither do we; halves of surrogate pairs are no text at all."""
    for value in values:
        if isinstance(value, str) and _is_unfit(value):
            raise ChangeRefused("text holds a NUL character or half a surrogate pair")


def check_asked(args: Sequence[Value]) -> None:
    """The same for the arguments of a query, which come from callers."""
    for value in args:
        if isinstance(value, str) and _is_unfit(value):
            raise Invalid("text may not hold a NUL character or half a surrogate pair")


def _is_unfit(text: str) -> bool:
    if "\0" in text:
        return True
    # Known for nothing about nearly all text: ids and names are ASCII, and a string knows that of itself.
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def integrity_sentences(rows: Sequence[tuple[str, int, int]]) -> list[str]:
    """What `LOG_ABOVE_HEAD` found, for people."""
    return [f"stream {name} holds version {newest} above its head {head}" for name, newest, head in rows]


LOG_ABOVE_HEAD = """
select e.stream, max(e.version), coalesce(max(s.head), 0) from event e
left join stream s on s.stream = e.stream
group by e.stream having max(e.version) > coalesce(max(s.head), 0) order by e.stream limit 20
"""


def _shaped(change: Change) -> tuple[Shape, tuple[Value, ...]]:
    match change:
        case Put(table, key, values, initial):
            fresh = tuple(name for name in initial if name not in values) if initial else ()
            shape = PutShape(table, tuple(key), tuple(values), fresh)
            return shape, (*key.values(), *values.values(), *(initial[name] for name in fresh))
        case Patch(table, key, values):
            names, nulls, given = _condition(key)
            return PatchShape(table, names, nulls, tuple(values)), (*given, *values.values())
        case Drop(table, where):
            names, nulls, given = _condition(where)
            return DropShape(table, names, nulls), given
        case _:
            assert_never(change)


def _condition(key: Row) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Value, ...]]:
    """Columns to compare, columns that must be null (`= null` never matches), arguments."""
    if None not in key.values():
        return tuple(key), (), tuple(key.values())
    given = {name: value for name, value in key.items() if value is not None}
    return tuple(given), tuple(name for name, value in key.items() if value is None), tuple(given.values())


@lru_cache(maxsize=1024)
def _named(shape: Shape) -> Shape:
    """Names come from our code; a wrong one is a fault that must not reach SQL text."""
    fresh = shape.fresh if isinstance(shape, PutShape) else ()
    nulls = () if isinstance(shape, PutShape) else shape.nulls
    values = () if isinstance(shape, DropShape) else shape.values
    for name in (shape.table, *shape.key, *nulls, *values, *fresh):
        if not _NAME.match(name):
            raise ValueError(f"not a name of a table or column: {name!r}")
    if isinstance(shape, PutShape) and not shape.key:
        raise ValueError(f"a put into {shape.table} needs a key")
    return shape
