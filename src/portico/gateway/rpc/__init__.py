"""Dispatch: the one way in for every face."""

from portico.gateway.rpc.context import CallContext, Connection, NoConnection
from portico.gateway.rpc.dispatch import Dispatcher
from portico.gateway.rpc.routes import Route, table

__all__ = ["CallContext", "Connection", "Dispatcher", "NoConnection", "Route", "table"]
