"""A call without a socket has a connection all the same; subscribing on it does nothing."""

from portico.gateway.kernel.context import ALL_SCOPES, Principal
from portico.gateway.rpc import CallContext, Connection, NoConnection


def test_no_connection_is_one() -> None:
    connection: Connection = NoConnection(id="http", is_local=False)
    connection.subscribe("thread:t", 3)
    connection.select_workspace("w")
    assert (connection.id, connection.is_local, connection.workspace_id) == ("http", False, "w")
    assert not connection.unsubscribe("thread:t")


def test_each_context_has_its_own() -> None:
    caller = Principal(id="t", name="t", scopes=ALL_SCOPES, kind="process")
    first, second = CallContext(principal=caller), CallContext(principal=caller)
    first.connection.select_workspace("w")
    assert second.connection.workspace_id is None
