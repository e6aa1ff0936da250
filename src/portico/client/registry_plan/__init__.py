"""The list of gateways that a shell may connect to: planned as values, kept in a file, tokens kept elsewhere."""

from portico.client.registry_plan.address import Address, address_of
from portico.client.registry_plan.file import RegistryFile, TokenStore, carry_out
from portico.client.registry_plan.plan import (
    Registry,
    RegistryPlan,
    RemoteGateway,
    TokenChange,
    add,
    remove,
    select,
    update,
)

__all__ = [
    "Address",
    "Registry",
    "RegistryFile",
    "RegistryPlan",
    "RemoteGateway",
    "TokenChange",
    "TokenStore",
    "add",
    "address_of",
    "carry_out",
    "remove",
    "select",
    "update",
]
