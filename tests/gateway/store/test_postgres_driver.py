"""PostgreSQL's errors in the store's words."""

import asyncpg
import pytest

from portico.gateway.store.engine import ChangeRefused, StoreUnavailable
from portico.gateway.store.postgres_driver import translated, unavailable


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (asyncpg.DiskFullError("x"), "disk_full"),
        (asyncpg.TooManyConnectionsError("x"), "overloaded"),
        (asyncpg.ReadOnlySQLTransactionError("x"), "read_only"),
        (asyncpg.SerializationError("x"), "busy"),
        (asyncpg.DeadlockDetectedError("x"), "busy"),
        (asyncpg.LockNotAvailableError("x"), "busy"),
        (asyncpg.ConnectionDoesNotExistError("x"), "connection"),
        (asyncpg.AdminShutdownError("x"), "connection"),
        (asyncpg.InvalidPasswordError("x"), "cannot_open"),
        (asyncpg.InvalidCatalogNameError("x"), "cannot_open"),
        (asyncpg.PostgresIOError("x"), "io"),
        (asyncpg.DataCorruptedError("x"), "corrupt"),
        (asyncpg.InternalServerError("x"), "corrupt"),
        (asyncpg.InterfaceError("connection is closed"), "connection"),
        (ConnectionResetError("x"), "connection"),
        (TimeoutError("x"), "connection"),
        (asyncpg.SyntaxOrAccessError("x"), None),
        (asyncpg.NotNullViolationError("x"), None),
        (asyncpg.UniqueViolationError("x"), None),
        (asyncpg.UndefinedTableError("x"), None),
        (asyncpg.DataError("x"), None),
        (asyncpg.CharacterNotInRepertoireError("x"), None),
        (TypeError("x"), None),
        (OverflowError("x"), None),
    ],
)
def test_an_error_is_unavailable_with_its_reason_or_a_refusal(error: Exception, reason: str | None) -> None:
    told = translated(error)
    if reason is None:
        assert isinstance(told, ChangeRefused)
        assert unavailable(error) is None
    else:
        assert isinstance(told, StoreUnavailable)
        assert told.details == {"reason": reason}


def test_an_unknown_state_of_the_server_is_unavailable() -> None:
    told = translated(asyncpg.TriggeredActionError("x"))
    assert isinstance(told, StoreUnavailable)
    assert told.details == {"reason": "io"}
