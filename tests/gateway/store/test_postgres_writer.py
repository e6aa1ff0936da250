"""What one PostgreSQL statement may take together."""

from collections.abc import Sequence
from typing import Any

import pytest

from portico.gateway.store.changes import Change, Drop, Patch, Put
from portico.gateway.store.engine import ChangeRefused, StreamConflict
from portico.gateway.store.postgres_writer import column_types, write_events, write_run, write_streams
from portico.gateway.store.sql import runs
from tests.kit.stores import head

TYPES = column_types([("t", "id", "text"), ("t", "a", "bigint"), ("t", "b", "bytea")])


class Recorder:
    """A connection that notes statements instead of running them."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[Any, ...]]] = []

    async def execute(self, query: str, *args: Any) -> str:
        self.statements.append((query, args))
        return ""

    async def fetchval(self, query: str, *args: Any) -> int:
        self.statements.append((query, args))
        return 1

    async def fetch(self, query: str, *args: Any) -> list[Sequence[Any]]:
        raise NotImplementedError(query, args)

    cursor = transaction = copy_records_to_table = fetch  # pyright: ignore[reportAssignmentType]


async def written(*changes: Change) -> list[tuple[str, tuple[Any, ...]]]:
    recorder = Recorder()
    for run in runs(changes):
        await write_run(recorder, run, TYPES)  # pyright: ignore[reportArgumentType]
    return recorder.statements


async def test_puts_are_one_statement_with_arrays() -> None:
    assert await written(Put("t", {"id": "1"}, {"a": 1}), Put("t", {"id": "2"}, {"a": None})) == [
        (
            "insert into t (id, a) select * from unnest($1::text[], $2::bigint[])"
            " on conflict (id) do update set a = excluded.a",
            (["1", "2"], [1, None]),
        )
    ]


async def test_of_two_puts_of_one_key_the_last_values_and_the_first_initial_ones_count() -> None:
    statements = await written(
        Put("t", {"id": "1"}, {"a": 1}, initial={"b": b"first"}),
        Put("t", {"id": "1"}, {"a": 2}, initial={"b": b"later"}),
    )
    assert [args for _, args in statements] == [(["1"], [2], [b"first"])]


async def test_patches_of_their_own_key_go_one_by_one() -> None:
    statements = await written(Patch("t", {"id": "1"}, {"id": "2"}), Patch("t", {"id": "2"}, {"id": "3"}))
    assert [args for _, args in statements] == [(["1"], ["2"]), (["2"], ["3"])]


@pytest.mark.parametrize(
    ("change", "sql", "args"),
    [
        pytest.param(
            Patch("t", {"id": "1", "b": None}, {"a": 1}),
            "update t t set a = u.c1 from unnest($1::text[], $2::bigint[]) as u(c0, c1)"
            " where t.id = u.c0 and t.b is null",
            (["1"], [1]),
            id="patch",
        ),
        pytest.param(
            Drop("t", {"id": "1"}),
            "delete from t t using unnest($1::text[]) as u(c0) where t.id = u.c0",
            (["1"],),
            id="drop",
        ),
        pytest.param(Drop("t", {"a": None}), "delete from t t where t.a is null", (), id="drop by null"),
        pytest.param(Drop("t", {}), "delete from t t", (), id="drop all"),
    ],
)
async def test_statements(change: Change, sql: str, args: tuple[Any, ...]) -> None:
    assert await written(change) == [(sql, args)]


async def test_an_empty_patch_is_no_statement() -> None:
    assert await written(Patch("t", {"id": "1"}, {})) == []


@pytest.mark.parametrize(
    "change", [Put("other", {"id": "1"}, {}), Put("t", {"id": "1"}, {"c": 1}), Drop("t", {"c": 1})]
)
async def test_what_the_schema_does_not_have_is_refused(change: Change) -> None:
    with pytest.raises(ChangeRefused):
        await written(change)


async def test_fewer_streams_written_than_given_is_a_conflict() -> None:
    recorder = Recorder()
    await write_streams(recorder, (head("a", 0, 1),))  # pyright: ignore[reportArgumentType]
    with pytest.raises(StreamConflict):
        await write_streams(recorder, (head("b", 0, 1), head("a", 0, 1)))  # pyright: ignore[reportArgumentType]
    assert [args[0] for _, args in recorder.statements] == [["a"], ["a", "b"]]


async def test_nothing_is_no_statement() -> None:
    recorder = Recorder()
    await write_streams(recorder, ())  # pyright: ignore[reportArgumentType]
    await write_events(recorder, ())  # pyright: ignore[reportArgumentType]
    assert recorder.statements == []
