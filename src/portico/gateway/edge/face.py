"""What a face over HTTP is built on: the one way in, the live streams, time and ids."""

from dataclasses import dataclass
from typing import TypeVar

from portico.gateway.edge.request import Request
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import Denied
from portico.gateway.kernel.ids import Ids
from portico.gateway.log.feed import Feeds
from portico.gateway.rpc import CallContext, Dispatcher, NoConnection
from portico.protocol.methods.base import Method

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Face:
    """Given to every face by the composition root."""

    dispatcher: Dispatcher
    feeds: Feeds
    clock: Clock
    ids: Ids

    def context(self, request: Request, principal: Principal | None) -> CallContext:
        """The context of the calls that a request makes."""
        if principal is None:
            raise Denied("a credential is needed", code="missing_credential")
        return CallContext(principal, NoConnection(is_local=request.is_local))

    async def call(self, ctx: CallContext, method: Method[P, R], params: P) -> R:
        """Raises GatewayError."""
        return await self.dispatcher.call(ctx, method, params)
