"""Connections are private, readers write nothing, a copy is whole or not there."""

import stat
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from portico.gateway.store.engine import StoreUnavailable
from portico.gateway.store.sqlite_files import copy_database, make_private, open_plain, open_reader, open_writer


def value(path: Path) -> object:
    with closing(open_plain(path)) as database:
        return database.execute("select x from t").fetchall()


def test_a_writer_has_all_its_settings(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "home" / "x.db")) as writer:
        asked = ("journal_mode", "secure_delete", "wal_autocheckpoint")
        found = [writer.execute(f"pragma {name}").fetchall()[0][0] for name in asked]
    assert found == ["wal", 1, 0]


def test_a_reader_writes_nothing_and_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(apsw.CantOpenError):
        open_reader(tmp_path / "missing.db")
    with closing(open_writer(tmp_path / "x.db")) as writer:
        writer.execute("create table t (x text)")
        with closing(open_reader(tmp_path / "x.db")) as reader, pytest.raises(apsw.ReadOnlyError):
            reader.execute("insert into t values ('x')")


def test_a_file_that_exists_keeps_its_content_and_mode(tmp_path: Path) -> None:
    make_private(tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    (tmp_path / "old").write_text("x")
    (tmp_path / "old").chmod(0o640)
    make_private(tmp_path / "old")
    assert ((tmp_path / "old").read_text(), stat.S_IMODE((tmp_path / "old").stat().st_mode)) == ("x", 0o640)


def test_a_copy_holds_what_is_only_in_the_log_of_the_source(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "x.db")) as writer:
        writer.execute(
            "create table t (x text); insert into t values ('committed'); begin; insert into t values ('not')"
        )
        copy_database(tmp_path / "x.db", tmp_path / "copy.db")
        assert value(tmp_path / "copy.db") == [("committed",)]


@pytest.mark.parametrize("source", ["missing.db", "text.db"])
def test_a_copy_that_fails_leaves_the_one_before(tmp_path: Path, source: str) -> None:
    (tmp_path / "text.db").write_text("no database" * 1000)
    (tmp_path / "copy.db").write_text("before")
    with pytest.raises(StoreUnavailable):
        copy_database(tmp_path / source, tmp_path / "copy.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "text.db"]
    assert (tmp_path / "copy.db").read_text() == "before"
