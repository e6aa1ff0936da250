"""Providers: which there are, how each is reached, which model a turn gets."""

from portico.gateway.features.providers.ports import ModelFactory, ModelListPort, Resolved
from portico.gateway.features.providers.rpc import routes
from portico.gateway.features.providers.rules.authority import Authority, keyed_in_environment
from portico.gateway.features.providers.rules.choosing import Selection
from portico.gateway.features.providers.rules.definitions import REHEARSAL, canonical_name
from portico.gateway.features.providers.service import ProviderNeeds, ProviderService, UsageMeter, Used

__all__ = [
    "REHEARSAL",
    "Authority",
    "ModelFactory",
    "ModelListPort",
    "ProviderNeeds",
    "ProviderService",
    "Resolved",
    "Selection",
    "UsageMeter",
    "Used",
    "canonical_name",
    "keyed_in_environment",
    "routes",
]
