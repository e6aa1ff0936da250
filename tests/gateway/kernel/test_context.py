"""A caller may do what its scopes say; they stand alone."""

import pytest

from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.protocol.base import Scope


@pytest.mark.parametrize("held", list(Scope))
@pytest.mark.parametrize("asked", list(Scope))
def test_a_scope_gives_nothing_but_itself(held: Scope, asked: Scope) -> None:
    caller = Principal(id="t", name="t", scopes=frozenset({held}), kind="token")
    assert caller.may(asked) == (held is asked)


def test_all_scopes_are_four() -> None:
    assert frozenset({"read", "chat", "agent", "admin"}) == ALL_SCOPES
