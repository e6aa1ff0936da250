"""Secrets: values in the keystore, named by references; shown never, redacted everywhere."""

from portico.gateway.features.secrets.ports import KeystorePort, Listing, StoredSecret
from portico.gateway.features.secrets.rpc import routes
from portico.gateway.features.secrets.service import SecretService

__all__ = ["KeystorePort", "Listing", "SecretService", "StoredSecret", "routes"]
