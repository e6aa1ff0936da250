"""Which schema steps are to do, and when a database is refused."""

from pathlib import Path

import pytest

from portico.gateway.kernel.errors import Unavailable
from portico.gateway.store.migrate import Applied, Step, load_steps, pending

STEPS = (Step(1, "first", "create table a (x {blob})"), Step(2, "second", "b"), Step(3, "third", "c"))


def applied(*numbers: int) -> list[Applied]:
    return [Applied(step.number, step.name, step.checksum) for step in STEPS if step.number in numbers]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        pytest.param((), [1, 2, 3], id="an empty database"),
        pytest.param((1,), [2, 3], id="an older one"),
        pytest.param((1, 2, 3), [], id="the newest"),
    ],
)
def test_pending(stored: tuple[int, ...], expected: list[int]) -> None:
    assert [step.number for step in pending(STEPS, applied(*stored))] == expected


@pytest.mark.parametrize(
    ("stored", "code", "details"),
    [
        pytest.param(
            [*applied(1, 2, 3), Applied(4, "x", "y")], "home_too_new", {"found": 4, "known": 3}, id="a newer program's"
        ),
        pytest.param([Applied(9, "x", "y")], "home_too_new", {"found": 9, "known": 3}, id="a much newer one's"),
        pytest.param(
            [applied(1)[0], Applied(2, "second", "other")], "home_changed", {"step": 2}, id="a step was rewritten"
        ),
        pytest.param(applied(1, 3), "home_damaged", {"found": 3}, id="a step is missing"),
    ],
)
def test_a_database_is_refused(stored: list[Applied], code: str, details: dict[str, int]) -> None:
    with pytest.raises(Unavailable) as refusal:
        pending(STEPS, stored)
    assert (refusal.value.code, refusal.value.details) == (code, details)


def test_fields_are_spelled_for_each_engine() -> None:
    step = Step(1, "x", "{blob} {ordered} {without_rowid};")
    assert step.script("sqlite") == "blob text without rowid;"
    assert step.script("postgres") == 'bytea text collate "C" ;'


def test_sections_are_for_one_engine_each() -> None:
    step = Step(1, "x", "both;\n-- only sqlite\n{blob};\n-- only postgres\n{blob};\n-- only sqlite\nlast;\n")
    assert step.script("sqlite").split() == ["both;", "blob;", "last;"]
    assert step.script("postgres").split() == ["both;", "bytea;"]


def test_line_ends_of_a_checkout_do_not_change_the_checksum(tmp_path: Path) -> None:
    for name, text in (("unix", b"a\nb\n"), ("windows", b"a\r\nb\r\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0001_x.sql").write_bytes(text)
    assert load_steps(tmp_path / "unix") == load_steps(tmp_path / "windows")


@pytest.mark.parametrize("names", [["0002_b.sql"], ["0001_a.sql", "0003_c.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_steps_have_no_holes(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("x")
    with pytest.raises(ValueError, match="not numbered"):
        load_steps(tmp_path)


def test_our_steps_are_two_from_the_start() -> None:
    assert [step.number for step in load_steps()][:2] == [1, 2]
