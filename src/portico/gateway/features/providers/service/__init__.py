"""Use cases of providers."""

from portico.gateway.features.providers.service.core import ProviderService
from portico.gateway.features.providers.service.needs import ProviderNeeds
from portico.gateway.features.providers.service.usage import UsageMeter, Used

__all__ = ["ProviderNeeds", "ProviderService", "UsageMeter", "Used"]
