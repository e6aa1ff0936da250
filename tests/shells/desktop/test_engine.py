"""Whether a person acts; the rest of the engine is tested in `tests/e2e/test_desktop`."""

import pytest

engine = pytest.importorskip("portico.shells.desktop.engine", reason="pywebview is not installed", exc_type=ImportError)


def test_an_act_counts_once_and_not_for_long() -> None:
    now = [100.0]
    person = engine.Person(lambda: now[0])
    assert not person.took()
    person.acted()
    assert [person.took(), person.took()] == [True, False]
    person.acted()
    now[0] += engine.ACT_SECONDS + 0.1
    assert not person.took()
