"""A group as PostgreSQL takes it: one statement per table and run, rows as arrays, the version check inside."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, assert_never

from portico.gateway.store.changes import Value
from portico.gateway.store.engine import ChangeRefused, EventRow, StreamConflict, StreamRow
from portico.gateway.store.postgres_driver import Connection
from portico.gateway.store.sql import EVENT_COLUMNS, STREAM_COLUMNS, DropShape, PatchShape, PutShape, Run

ColumnTypes = dict[str, dict[str, str]]
"""Table, column, type."""

READ_TYPES = """
select table_name::text, column_name::text, data_type::text from information_schema.columns
where table_schema = current_schema()
"""

_event_values = attrgetter(*EVENT_COLUMNS)
_stream_values = attrgetter("stream", "expected_head", *STREAM_COLUMNS[1:])

_EVENT_TYPES = ("text", "bigint", "text", "bigint", "text", "bigint", "bigint", "bytea", "bigint", "text")
_STREAM_TYPES = ("text", "bigint", "bigint", "bigint", "bigint", "text", "text", "bigint")


def _unnest(types: Sequence[str]) -> str:
    return "unnest(" + ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(types, 1)) + ")"


INSERT_EVENTS = f"insert into event ({', '.join(EVENT_COLUMNS)}) select * from {_unnest(_EVENT_TYPES)}"

WRITE_STREAMS = f"""
with given as (
  select * from {_unnest(_STREAM_TYPES)} as g(stream, expected, {", ".join(STREAM_COLUMNS[1:])})
), changed as (
  update stream s set {", ".join(f"{name} = g.{name}" for name in STREAM_COLUMNS[1:])}
  from given g where s.stream = g.stream and s.head = g.expected returning 1
), made as (
  insert into stream ({", ".join(STREAM_COLUMNS)}) select {", ".join(STREAM_COLUMNS)} from given g
  where g.expected = 0 and not exists (select 1 from stream s where s.stream = g.stream)
  on conflict (stream) do nothing returning 1
) select (select count(*) from changed) + (select count(*) from made)
"""

ERASE = "delete from event where stream = any($1::text[])"


async def write_streams(connection: Connection, streams: Sequence[StreamRow]) -> None:
    """Raises StreamConflict if a stored head is not the expected one."""
    if not streams:
        return
    # In one order everywhere, so that two nodes do not wait for each other's rows.
    given = sorted(map(_stream_values, streams))
    written = await connection.fetchval(WRITE_STREAMS, *_columns(given, len(_STREAM_TYPES)))
    if written != len(streams):
        raise StreamConflict(", ".join(row.stream for row in streams))


async def write_events(connection: Connection, events: Sequence[EventRow]) -> None:
    if events:
        await connection.execute(INSERT_EVENTS, *_columns(list(map(_event_values, events)), len(_EVENT_TYPES)))


async def write_run(connection: Connection, run: Run, types: ColumnTypes) -> None:
    """Raises ChangeRefused for a table or column that is not there."""
    known = types.get(run.shape.table, {})
    for rows in _separate(run):
        match run.shape:
            case PutShape() as shape:
                columns = (*shape.key, *shape.values, *shape.fresh)
                sql = _put(shape, _unnest(_types(shape.table, columns, known)))
            case PatchShape() as shape:
                columns = (*shape.key, *shape.values)
                sql = _patch(shape, _unnest(_types(shape.table, columns, known)))
            case DropShape() as shape:
                columns = shape.key
                sql = _drop(shape, _unnest(_types(shape.table, columns, known)))
            case _:
                assert_never(run.shape)
        if sql:
            await connection.execute(sql, *_columns(rows, len(columns)))


def _separate(run: Run) -> Iterable[list[tuple[Value, ...]]]:
    """Rows that one statement may take together: each row of a table at most once.

    Of two for one key the last one's values count, and the first one's fresh columns.
    """
    shape = run.shape
    if isinstance(shape, PatchShape) and set(shape.key) & set(shape.values):
        return [[row] for row in run.rows]
    width = len(shape.key)
    fresh = len(shape.fresh) if isinstance(shape, PutShape) else 0
    last: dict[tuple[Value, ...], tuple[Value, ...]] = {}
    for row in run.rows:
        earlier = last.get(row[:width])
        last[row[:width]] = row if earlier is None or not fresh else row[:-fresh] + earlier[-fresh:]
    return [list(last.values())]


def _columns(rows: Sequence[tuple[Value, ...]], width: int) -> list[list[Value]]:
    return [[row[n] for row in rows] for n in range(width)]


def _types(table: str, columns: Sequence[str], known: dict[str, str]) -> list[str]:
    try:
        return [known[name] for name in columns]
    except KeyError as error:
        raise ChangeRefused(f"no column {error} in {table}") from error


def _put(shape: PutShape, source: str) -> str:
    columns = ", ".join((*shape.key, *shape.values, *shape.fresh))
    update = ", ".join(f"{name} = excluded.{name}" for name in shape.values)
    action = f"update set {update}" if update else "nothing"
    return (
        f"insert into {shape.table} ({columns}) select * from {source} on conflict ({', '.join(shape.key)}) do {action}"
    )


def _patch(shape: PatchShape, source: str) -> str:
    if not shape.values:
        return ""
    given = ", ".join(f"c{n}" for n in range(len(shape.key) + len(shape.values)))
    update = ", ".join(f"{name} = u.c{n}" for n, name in enumerate(shape.values, len(shape.key)))
    return f"update {shape.table} t set {update} from {source} as u({given}){_where(shape.key, shape.nulls)}"


def _drop(shape: DropShape, source: str) -> str:
    if not shape.key:
        return f"delete from {shape.table} t{_where((), shape.nulls)}"
    given = ", ".join(f"c{n}" for n in range(len(shape.key)))
    return f"delete from {shape.table} t using {source} as u({given}){_where(shape.key, shape.nulls)}"


def _where(key: tuple[str, ...], nulls: tuple[str, ...]) -> str:
    terms = [f"t.{name} = u.c{n}" for n, name in enumerate(key)] + [f"t.{name} is null" for name in nulls]
    return f" where {' and '.join(terms)}" if terms else ""


def column_types(rows: Iterable[Sequence[Any]]) -> ColumnTypes:
    """What `READ_TYPES` answers, by table."""
    found: ColumnTypes = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found
