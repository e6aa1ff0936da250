"""A whole provider service on a real log, with fake vendors."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from portico.gateway.agent.model import Finished, FinishReason, ModelEvent, ModelRequest
from portico.gateway.agent.ports import ModelPort
from portico.gateway.features import settings as settings_feature
from portico.gateway.features import workspaces as workspaces_feature
from portico.gateway.features.providers import (
    Authority,
    ProviderNeeds,
    ProviderService,
    Resolved,
    canonical_name,
)
from portico.gateway.features.secrets import SecretService
from portico.gateway.features.settings import SettingsService
from portico.gateway.features.workspaces import WorkspaceService
from portico.gateway.kernel.config import Config, LiveConfig
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.redact import Redactor
from portico.gateway.log.writer import LogWriter
from portico.protocol.methods.workspace import WorkspaceCreateParams
from tests.kit.calls import caller
from tests.kit.clock import FakeClock
from tests.kit.ids import FakeIds
from tests.kit.keystore import MemoryKeystore
from tests.kit.logs import sqlite_log

WORKSPACE = "w"


class FakeLists:
    """Vendors that answer `answers[provider]`, or raise it; `gate` holds every answer back until it is set."""

    def __init__(self, **answers: list[Any] | GatewayError) -> None:
        self.answers: dict[str, list[Any] | GatewayError] = dict(answers)
        self.local: tuple[str, ...] | None = None
        self.asked: list[Authority] = []
        self.looked: list[str] = []
        self.gate: anyio.Event | None = None

    async def fetch(self, authority: Authority) -> list[Any]:
        self.asked.append(authority)
        if self.gate is not None:
            await self.gate.wait()
        answer = self.answers.get(authority.provider, [])
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    async def local_models(self, base_url: str) -> tuple[str, ...] | None:
        self.looked.append(base_url)
        if self.gate is not None:
            await self.gate.wait()
        return self.local


class OpenedModel:
    """What a factory made of `resolved`."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved

    @property
    def provider(self) -> str:
        return self.resolved.provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        del request
        yield Finished(FinishReason.STOP)


def open_model(resolved: Resolved) -> ModelPort:
    return OpenedModel(resolved)


@dataclass
class ProviderHome:
    """The services of a home; `keystore` outlives them."""

    providers: ProviderService
    needs: ProviderNeeds
    log: LogWriter
    lists: FakeLists
    clock: FakeClock
    redactor: Redactor

    @property
    def secrets(self) -> SecretService:
        return self.needs.secrets

    @property
    def settings(self) -> SettingsService:
        return self.needs.settings


@dataclass
class ProviderWorld:
    """What a home starts from, and what survives its restart."""

    folder: Path
    lists: FakeLists = field(default_factory=FakeLists)
    environment: dict[str, str] = field(default_factory=dict[str, str])
    provider: str | None = None
    model: str | None = None
    cap: int | None = None
    ollama: tuple[int | None, int | None] = (None, None)
    """OLLAMA_CONTEXT_WINDOW and OLLAMA_MAX_TOKENS."""
    keystore: MemoryKeystore = field(default_factory=MemoryKeystore)
    clock: FakeClock = field(default_factory=FakeClock)

    @asynccontextmanager
    async def start(self, *, refreshing: bool = True) -> AsyncGenerator[ProviderHome]:
        """A loaded service with one workspace `w`; without `refreshing` nothing asks vendors."""
        projects = [workspaces_feature.project, settings_feature.project]
        async with sqlite_log(self.folder, projects, self.clock) as log:
            home = await self._home(log)
            async with anyio.create_task_group() as group:
                if refreshing:
                    group.start_soon(home.providers.refresher.run)
                yield home
                group.cancel_scope.cancel()

    async def _home(self, log: LogWriter) -> ProviderHome:
        redactor = Redactor()
        secrets = SecretService(self.keystore, self.clock, redactor.add, redactor.remove)
        settings = SettingsService(log, canonical_name)
        workspaces = WorkspaceService(log, self.clock, self.folder)
        config = Config(
            home=self.folder,
            environment=self.environment,
            provider=self.provider,
            model=self.model,
            pass_through_tokens_per_day=self.cap,
            ollama_context_tokens=self.ollama[0],
            ollama_max_tokens=self.ollama[1],
        )
        needs = ProviderNeeds(
            log=log,
            config=LiveConfig(config),
            clock=self.clock,
            ids=FakeIds(),
            workspaces=workspaces,
            settings=settings,
            secrets=secrets,
            lists=self.lists,
            open_model=open_model,
            version="1.2.3",
        )
        providers = ProviderService(needs)
        await secrets.load()
        await settings.load()
        await providers.load()
        await workspaces.create(caller(), WorkspaceCreateParams(workspace_id=WORKSPACE, name="W"))
        return ProviderHome(providers, needs, log, self.lists, self.clock, redactor)
