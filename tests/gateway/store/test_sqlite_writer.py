"""A group takes few statements, and its transaction ends whatever happens in it."""

from pathlib import Path

import apsw
import pytest

from portico.gateway.store import migrate
from portico.gateway.store.changes import Put
from portico.gateway.store.engine import ChangeRefused, Group, StoreUnavailable
from portico.gateway.store.sqlite_files import Database, open_writer
from portico.gateway.store.sqlite_writer import Writer
from tests.kit.stores import event, head


class Traced:
    """Makes connections and notes the statements they run."""

    def __init__(self, path: Path) -> None:
        self.statements: list[str] = []
        self.connection: Database | None = None
        self._path = path

    def connect(self) -> Database:
        self.connection = open_writer(self._path)
        assert isinstance(self.connection, apsw.Connection)
        self.connection.exec_trace = self._note
        return self.connection

    def _note(self, _cursor: object, sql: str, _bindings: object) -> bool:
        self.statements.append(sql.strip().split()[0])
        return True


@pytest.fixture
def traced(tmp_path: Path) -> Traced:
    return Traced(tmp_path / "x.db")


@pytest.fixture
def writer(traced: Traced) -> Writer:
    writer = Writer(traced.connect)
    for step in migrate.load_steps():
        script = step.script("sqlite")
        writer.transact(lambda connection, script=script: connection.execute(script))
    traced.statements.clear()
    return writer


def test_a_streamed_piece_is_four_statements(traced: Traced, writer: Writer) -> None:
    writer.apply(Group(streams=(head("s", 0, 1),), events=(event("s", 1),), fact=False))
    assert traced.statements == ["pragma", "begin", "with", "insert", "commit"]
    traced.statements.clear()
    writer.apply(Group(streams=(head("s", 1, 2),), events=(event("s", 2),), fact=False))
    assert traced.statements == ["begin", "with", "insert", "commit"]
    writer.close()


def test_many_rows_are_few_statements(traced: Traced, writer: Writer) -> None:
    streams = tuple(head(f"s{n}", 0, 2) for n in range(50))
    events = tuple(event(f"s{n}", version) for n in range(50) for version in (1, 2))
    puts = tuple(Put("setting", {"name": f"{n}"}, {"data": b""}) for n in range(64))
    writer.apply(Group(streams=streams, events=events, changes=puts))
    assert len(traced.statements) < 20
    writer.close()


def test_a_fault_of_our_own_ends_the_transaction_too(traced: Traced, writer: Writer) -> None:
    def fail(_: Database) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        writer.transact(fail)
    assert traced.connection is not None
    assert not traced.connection.in_transaction
    writer.close()


@pytest.mark.parametrize("value", [object(), 2**64, [1]])
def test_a_value_of_no_column_is_refused(writer: Writer, value: object) -> None:
    with pytest.raises(ChangeRefused):
        writer.apply(Group(changes=(Put("setting", {"name": "x"}, {"data": value}),)))  # pyright: ignore[reportArgumentType]
    writer.close()


def test_a_database_that_cannot_be_opened_is_unavailable_until_it_can(tmp_path: Path) -> None:
    traced = Traced(tmp_path / "folder" / "x.db")
    (tmp_path / "folder").write_text("in the way")
    writer = Writer(traced.connect)
    with pytest.raises(StoreUnavailable):
        writer.apply(Group())
    assert writer.truncate()
    writer.checkpoint()
    (tmp_path / "folder").unlink()
    writer.apply(Group())
    writer.checkpoint()
    writer.close()
    writer.close()


def test_the_length_of_the_log_is_known_after_a_commit(writer: Writer) -> None:
    before = writer.wal_pages
    writer.apply(Group(events=(event("s", 1, b"x" * 100_000),)))
    assert writer.wal_pages >= before + 25
    writer.close()
