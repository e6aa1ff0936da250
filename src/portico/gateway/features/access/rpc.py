"""Routes of the token methods."""

from typing import Any

from portico.gateway.features.access.service import AccessService
from portico.gateway.rpc import Route
from portico.protocol.methods.access import TOKEN_ISSUE, TOKEN_LIST, TOKEN_REVOKE, TOKEN_ROTATE


def routes(access: AccessService) -> tuple[Route[Any, Any], ...]:
    return (
        Route(TOKEN_ISSUE, access.issue),
        Route(TOKEN_LIST, access.list),
        Route(TOKEN_REVOKE, access.revoke),
        Route(TOKEN_ROTATE, access.rotate),
    )
