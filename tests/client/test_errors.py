"""Errors reach the caller as themselves."""

import anyio
import pytest

from portico.client.errors import CallFailed, ClientError, NotReachable, lone_errors
from portico.protocol.errors import ErrorKind
from portico.protocol.jsonrpc import ErrorObject


async def test_a_lone_error_leaves_its_groups() -> None:
    with pytest.raises(NotReachable), lone_errors():
        async with anyio.create_task_group(), anyio.create_task_group():
            raise NotReachable("nobody")


def test_several_errors_stay_together() -> None:
    with pytest.raises(ExceptionGroup), lone_errors():
        raise ExceptionGroup("two", [ClientError("a"), ClientError("b")])


def test_an_error_without_data_is_internal() -> None:
    failed = CallFailed("x/y", ErrorObject(code=-32603, message="broken"))
    assert (failed.kind, failed.code, failed.path, str(failed)) == (ErrorKind.INTERNAL, "internal", None, "broken")
