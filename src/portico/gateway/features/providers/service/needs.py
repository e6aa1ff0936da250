"""What the provider service is made of."""

from dataclasses import dataclass

from portico.gateway.features.providers.ports import ModelFactory, ModelListPort
from portico.gateway.features.secrets import SecretService
from portico.gateway.features.settings import SettingsService
from portico.gateway.features.workspaces import WorkspaceService
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import LiveConfig
from portico.gateway.kernel.ids import Ids
from portico.gateway.log import EventLog


@dataclass(frozen=True, slots=True)
class ProviderNeeds:
    """Given by the composition root. The environment of `config` is read live and never copied."""

    log: EventLog
    config: LiveConfig
    clock: Clock
    ids: Ids
    workspaces: WorkspaceService
    settings: SettingsService
    secrets: SecretService
    lists: ModelListPort
    open_model: ModelFactory
    version: str
