"""The calls of secrets, bound to their use cases."""

from typing import Any

from portico.gateway.features.secrets.service import SecretService
from portico.gateway.rpc import Route
from portico.protocol.methods.access import SECRET_DELETE, SECRET_LIST, SECRET_SET


def routes(secrets: SecretService) -> tuple[Route[Any, Any], ...]:
    """One row per call."""
    return (
        Route(SECRET_LIST, secrets.list_secrets),
        Route(SECRET_SET, secrets.set_secret),
        Route(SECRET_DELETE, secrets.delete_secret),
    )
