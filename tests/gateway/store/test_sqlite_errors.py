"""SQLite's errors in the store's words."""

import apsw
import pytest

from portico.gateway.store.engine import ChangeRefused, StoreUnavailable
from portico.gateway.store.sqlite_errors import REASONS, translated


@pytest.mark.parametrize(("kind", "reason"), [(kind, reason) for kind, reason, _ in REASONS])
def test_what_may_pass_is_unavailable(kind: type[apsw.Error], reason: str) -> None:
    told = translated(kind("x"))
    assert isinstance(told, StoreUnavailable)
    assert told.details == {"reason": reason}


@pytest.mark.parametrize(
    "error", [apsw.ConstraintError("x"), apsw.SQLError("x"), apsw.TooBigError("x"), OverflowError("x"), TypeError("x")]
)
def test_what_the_change_is_at_fault_for_is_refused(error: Exception) -> None:
    assert isinstance(translated(error), ChangeRefused)


def test_every_error_of_the_library_is_one_or_the_other() -> None:
    kinds = [kind for kind in vars(apsw).values() if isinstance(kind, type) and issubclass(kind, apsw.Error)]
    assert {type(translated(kind("x"))) for kind in kinds} == {StoreUnavailable, ChangeRefused}
