"""Every call of every face: lane, scope, limits, drain, and the last `except` (design 4, one way in)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec

from portico.gateway.kernel.errors import Denied, GatewayError, Internal, Invalid, NotFound, Unavailable, misfit
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.kernel.logging import get_logger
from portico.gateway.rpc.context import CallContext
from portico.gateway.rpc.routes import Route
from portico.protocol.base import Scope
from portico.protocol.methods.base import Method

P = TypeVar("P")
R = TypeVar("R")

MAX_OPEN_CALLS = 1_024
"""Calls at work in the whole gateway; above it new ones are refused before any work starts."""
OVERLOAD_RETRY_SECONDS = 1.0

logger = get_logger(__name__)


class UnknownMethod(NotFound):
    """The name is no method of the protocol: -32601 on JSON-RPC."""


class Dispatcher:
    """Answers calls by the route table. It raises only GatewayError."""

    def __init__(self, routes: dict[str, Route[Any, Any]], lanes: Lanes, ids: Ids) -> None:
        self._routes = routes
        self._lanes = lanes
        self._ids = ids
        self._decoders = {name: msgspec.json.Decoder(route.method.params) for name, route in routes.items()}
        self._open_calls = 0
        self._is_draining = False

    @property
    def open_calls(self) -> int:
        return self._open_calls

    def drain(self) -> None:
        """From now on new calls answer `unavailable`."""
        self._is_draining = True

    async def call(self, ctx: CallContext, method: Method[P, R], params: P) -> R:
        """The result of `method`. Raises GatewayError and nothing else."""
        async with self.guard(ctx, method.scope):
            handler = self._routes[method.name].handler
            if method.lane is None:
                return await handler(ctx, params)
            async with self._lanes.enter(method.lane(params)):
                return await handler(ctx, params)

    async def call_named(self, ctx: CallContext, name: str, raw: bytes | msgspec.Raw) -> bytes:
        """The encoded result of the method `name` with encoded parameters."""
        route = self._routes.get(name)
        if route is None:
            raise UnknownMethod(f"unknown method {name[:80]!r}", code="unknown_method")
        params = self._decode(name, raw)
        result = await self.call(ctx, route.method, params)
        try:
            return msgspec.json.encode(result)
        except (TypeError, ValueError, RecursionError) as error:
            # A lone surrogate in a file's name is text to Python and none to JSON.
            raise self._unexpected(ctx) from error

    @asynccontextmanager
    async def guard(self, ctx: CallContext, scope: Scope) -> AsyncGenerator[None]:
        """Scope, drain, limit and the last `except`, for work of any face."""
        if self._is_draining:
            raise Unavailable("the gateway is stopping", retry_after_seconds=OVERLOAD_RETRY_SECONDS)
        if self._open_calls >= MAX_OPEN_CALLS:
            raise Unavailable("the gateway is busy", retry_after_seconds=OVERLOAD_RETRY_SECONDS)
        if not ctx.principal.may(scope):
            raise Denied(f"this credential lacks the scope {scope.value!r}", scope=scope.value)
        self._open_calls += 1
        try:
            yield
        except GatewayError:
            raise
        except Exception as error:
            raise self._unexpected(ctx) from error
        finally:
            self._open_calls -= 1

    @asynccontextmanager
    async def lasting(self, ctx: CallContext, *passing: type[Exception]) -> AsyncGenerator[None]:
        """The last `except` for an answer that goes on after `guard` let its call in; it takes no place there.

        Errors of the types `passing` are expected, and the caller's to handle.
        """
        try:
            yield
        except (GatewayError, *passing):
            raise
        except Exception as error:
            raise self._unexpected(ctx) from error

    def _unexpected(self, ctx: CallContext) -> Internal:
        """The answer to an exception that is being handled; the traceback goes to the log under its reference."""
        ref = self._ids.short()
        logger.exception("unexpected error", ref=ref, call=ctx.call_id)
        return Internal(f"something broke in the gateway (reference {ref})", ref=ref)

    def _decode(self, name: str, raw: bytes | msgspec.Raw) -> Any:
        try:
            return self._decoders[name].decode(raw)
        except msgspec.ValidationError as error:
            message, path = misfit(error)
            raise Invalid(message, path=path or "$") from error
        except RecursionError as error:
            raise Invalid("the parameters are nested too deeply", path="$") from error
        except ValueError as error:
            raise Invalid("the parameters are not valid JSON", path="$") from error
