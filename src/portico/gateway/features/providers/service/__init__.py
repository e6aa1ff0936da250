"""Use cases of providers."""

from portico.gateway.features.providers.service.core import ProviderService
from portico.gateway.features.providers.service.needs import ProviderNeeds

__all__ = ["ProviderNeeds", "ProviderService"]
