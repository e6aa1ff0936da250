"""The calls of providers, bound to their use cases; `gateway/info` is here because it tells the default model."""

from typing import Any

from portico.gateway.features.providers.service import ProviderService
from portico.gateway.rpc import Route
from portico.protocol.methods.provider import (
    PROVIDER_CONFIGURE,
    PROVIDER_DELETE_API_KEY,
    PROVIDER_LIST,
    PROVIDER_MODELS_LIST,
    PROVIDER_SET_API_KEY,
)
from portico.protocol.methods.settings import GATEWAY_INFO
from portico.protocol.methods.usage import USAGE_LIST


def routes(providers: ProviderService) -> tuple[Route[Any, Any], ...]:
    """One row per call."""
    return (
        Route(PROVIDER_LIST, providers.list_providers),
        Route(PROVIDER_MODELS_LIST, providers.list_models),
        Route(PROVIDER_SET_API_KEY, providers.set_api_key),
        Route(PROVIDER_DELETE_API_KEY, providers.delete_api_key),
        Route(PROVIDER_CONFIGURE, providers.configure),
        Route(USAGE_LIST, providers.usage.list),
        Route(GATEWAY_INFO, providers.info),
    )
