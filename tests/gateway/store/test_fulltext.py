"""How each engine is asked for words."""

from collections.abc import Sequence

import pytest

from portico.gateway.store.fulltext import FULL_TEXT, Term

CASES = [
    pytest.param([Term(("one",))], 'said : ("one")', "('one')", id="a word"),
    pytest.param([Term(("one",), is_prefix=True)], 'said : ("one" *)', "('one':*)", id="a beginning"),
    pytest.param([Term(("a", "b"))], 'said : ("a b")', "('a' <-> 'b')", id="a phrase"),
    pytest.param(
        [Term(("a", "b"), is_prefix=True), Term(("c",))],
        'said : ("a b" * AND "c")',
        "('a' <-> 'b':*) & ('c')",
        id="several",
    ),
]


@pytest.mark.parametrize(("terms", "sqlite", "postgres"), CASES)
def test_arguments(terms: Sequence[Term], sqlite: str, postgres: str) -> None:
    assert FULL_TEXT["sqlite"].argument("said", terms) == sqlite
    assert FULL_TEXT["postgres"].argument("said", terms) == postgres


def test_names_are_asked_for_in_their_column() -> None:
    assert FULL_TEXT["sqlite"].argument("name", [Term(("one",))]) == 'name : ("one")'
