"""Every object of a gateway and how they are connected. Nothing here does I/O or starts anything."""

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import portico
from portico.gateway.adapters.files import Files
from portico.gateway.adapters.grep import Search
from portico.gateway.adapters.guard import Guard
from portico.gateway.adapters.host import HostFiles
from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.adapters.model_lists import ModelLists
from portico.gateway.adapters.models.opening import ModelOpener
from portico.gateway.adapters.models.relay import ByteRelay
from portico.gateway.adapters.patch import Patches
from portico.gateway.adapters.shell import Shell
from portico.gateway.edge.app import App
from portico.gateway.edge.auth import Gate, Perimeter
from portico.gateway.edge.boundary import BoundarySockets
from portico.gateway.edge.chat import ChatFace
from portico.gateway.edge.connection import Services
from portico.gateway.edge.face import Face
from portico.gateway.edge.http import Probes
from portico.gateway.edge.hub import Hub
from portico.gateway.edge.metrics import GatewayMetrics
from portico.gateway.edge.openai import OpenAiFace
from portico.gateway.edge.openai.relay import Passthrough, PassthroughNeeds
from portico.gateway.edge.openai.routes import OpenAiNeeds
from portico.gateway.edge.openapi import Described
from portico.gateway.edge.route import HttpRoute
from portico.gateway.edge.sign_in import SignIn
from portico.gateway.edge.streams import Streams
from portico.gateway.edge.threads import ThreadEvents
from portico.gateway.edge.throttle import Throttle
from portico.gateway.edge.web import Bundle, WebShell
from portico.gateway.features import access, providers, secrets, settings, threads, tools, turns, workspaces
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import Config, LiveConfig
from portico.gateway.kernel.home import Home
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.lanes import Lanes
from portico.gateway.kernel.logging import redact_with
from portico.gateway.kernel.redact import Redactor, secret_environment_values
from portico.gateway.kernel.supervise import Worker
from portico.gateway.log.writer import LogWriter
from portico.gateway.main.blobs import blob_sweeper
from portico.gateway.main.checks import Place
from portico.gateway.main.health import Health, HealthNeeds
from portico.gateway.main.keys import SigningKey
from portico.gateway.main.models import TurnModels
from portico.gateway.main.shells import Shells
from portico.gateway.rpc import Dispatcher, Route, table
from portico.gateway.store.blobs import Blobs, BlobStore, MemoryBlobs
from portico.gateway.store.engine import Store
from portico.protocol.methods.settings import GATEWAY_HEALTH

VERSION = version("portico")
WEB_SHELL = Path(portico.__file__).parent / "shells" / "web" / "static"
"""What `make ui` built; files, no module."""
Shared = tuple[Lanes, GatewayMetrics, Blobs]
PROJECTS = (threads.project, workspaces.project, settings.project)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a gateway is built on: opened by `running`, or by a test."""

    live: LiveConfig
    home: Home
    store: Store
    keystore: secrets.KeystorePort
    shell: Shell
    http: Http
    timeouts: Timeouts
    clock: Clock
    ids: Ids
    epoch: str

    @property
    def config(self) -> Config:
        return self.live.current


@dataclass(frozen=True, slots=True)
class Features:
    """The services that have something to load, run or tell."""

    workspaces: workspaces.WorkspaceService
    settings: settings.SettingsService
    secrets: secrets.SecretService
    access: access.AccessService
    providers: providers.ProviderService
    conversations: threads.ConversationService
    search: threads.SearchService
    forks: threads.ForkService
    threads: threads.ThreadService
    tools: tools.ToolsService
    reader: turns.TurnReader
    turns: turns.TurnService


@dataclass(frozen=True, slots=True)
class Gateway:
    """A built gateway. `load` before anything, `workers` while it runs."""

    outside: Outside
    log: LogWriter
    features: Features
    dispatcher: Dispatcher
    hub: Hub
    app: App
    redactor: Redactor
    workers: tuple[Worker, ...]

    async def load(self) -> None:
        """Read what the services keep in memory, erase what was not to stay, end the turns that a crash left open."""
        await self.features.secrets.load()
        await self.features.access.load()
        await self.features.settings.load()
        await self.features.providers.load()
        await self.features.threads.erase_ephemeral()
        await self.features.turns.recover()


def build(outside: Outside) -> Gateway:
    """Connect everything. Raises RuntimeError when a method has no route or two."""
    metrics = GatewayMetrics()
    redactor = _redactor(outside.config)
    redact_with(redactor.text)
    log = _log(outside, metrics)
    lanes = Lanes()
    blobs = _blobs(outside)
    features = _features(outside, log, redactor, (lanes, metrics, blobs))
    dispatcher = Dispatcher(table([*_routes(features), _health(outside, features, log)]), lanes, outside.ids)
    hub = Hub(Services(dispatcher, log, features.access, outside.clock, outside.ids, metrics))
    metrics.connections = lambda: hub.count
    metrics.lag = lambda: hub.lag
    streams = Streams(features.access, outside.clock)
    shells = Shells(hub)
    workers = (
        hub.sweeper(),
        Worker("boundary.follower", shells.run),
        streams.keeper(),
        access.last_use_worker(features.access, outside.clock),
        Worker("providers.refresher", features.providers.refresher.run),
        blob_sweeper(blobs, outside.store, outside.clock),
        turns.unloader(features.turns, outside.clock),
        threads.search_filler(features.search),
    )
    face = Face(dispatcher, log, outside.clock, outside.ids)
    faces = (
        *ThreadEvents(face).routes(),
        *ChatFace(face, is_kept=outside.config.session_persist).routes(),
        *OpenAiFace(_openai(outside, features, face, redactor)).routes(),
    )
    gate = _gate(outside, features)
    described = Described((*_own(outside, gate, log, metrics), *faces), VERSION)
    app = App(hub, streams, gate, described.routes)
    app.boundary = BoundarySockets(hub, shells.open)
    return Gateway(outside, log, features, dispatcher, hub, app, redactor, workers)


def _own(outside: Outside, gate: Gate, log: LogWriter, metrics: GatewayMetrics) -> tuple[HttpRoute, ...]:
    """The edge's own routes."""
    shell = WebShell(gate, Bundle(WEB_SHELL) if outside.config.web_ui else None)
    probes = Probes(gate, log.problems, metrics.render)
    return (*shell.routes(), *probes.routes(), *SignIn(gate, VERSION).routes())


def _openai(outside: Outside, features: Features, face: Face, redactor: Redactor) -> OpenAiNeeds:
    relay = ByteRelay(outside.http, outside.clock, outside.timeouts)
    passing = Passthrough(PassthroughNeeds(features.providers, relay, redactor, outside.clock))
    return OpenAiNeeds(face, features.providers, passing, redactor)


def _redactor(config: Config) -> Redactor:
    """Knows what the environment and the configuration keep secret; the keystore and the token file add theirs."""
    redactor = Redactor(secret_environment_values({**config.environment, "PORTICO_STORE": config.store_url or ""}))
    redactor.add(config.auth_token or "")
    return redactor


def _log(outside: Outside, metrics: GatewayMetrics) -> LogWriter:
    log = LogWriter(outside.store, PROJECTS, outside.clock, outside.epoch)

    def committed(seconds: float, batches: int, deltas: int) -> None:
        del batches
        metrics.commit(seconds)
        if deltas:
            metrics.deltas(deltas)

    log.on_commit = committed
    metrics.queue = lambda: log.queued_bytes
    return log


def _features(outside: Outside, log: LogWriter, redactor: Redactor, shared: Shared) -> Features:
    config, clock, ids = outside.config, outside.clock, outside.ids
    lanes, metrics, blobs = shared
    places = workspaces.WorkspaceService(log, clock, config.default_root)
    switches = settings.SettingsService(log, providers.canonical_name)
    kept = secrets.SecretService(outside.keystore, clock, redactor.add, redactor.remove)
    models = providers.ProviderService(
        providers.ProviderNeeds(
            log=log,
            config=outside.live,
            clock=clock,
            ids=ids,
            workspaces=places,
            settings=switches,
            secrets=kept,
            lists=ModelLists(outside.http),
            open_model=ModelOpener(outside.http, clock, ids, timeouts=outside.timeouts),
            version=VERSION,
        )
    )
    stored = threads.ThreadService(log, clock, ids, places)
    beside = threads.ConversationPorts(log, clock, ids, lanes, places)
    named = threads.ConversationService(stored, beside)
    toolbox = tools.ToolsService(_tool_ports(outside, blobs), redactor, ids)
    running = turns.TurnService(
        turns.TurnPorts(
            log=log,
            threads=stored,
            workspaces=places,
            settings=switches,
            models=TurnModels(models),
            tools=toolbox,
            host=HostFiles(outside.home.path),
            config=outside.live,
            clock=clock,
            ids=ids,
            lanes=lanes,
            metrics=metrics,
        )
    )

    async def gone(thread_id: str) -> None:
        running.forget(thread_id)
        await toolbox.end_thread(thread_id)

    stored.on_deleted = gone
    named.is_loaded = running.is_loaded
    credentials = access.AccessService(
        log,
        clock,
        ids,
        access.AccessOptions(mode=config.auth_mode, static_token=config.auth_token),
        access.AccessPorts(SigningKey(outside.keystore, clock), _HomeToken(outside.home, redactor)),
    )
    return Features(
        workspaces=places,
        settings=switches,
        secrets=kept,
        access=credentials,
        providers=models,
        threads=stored,
        conversations=named,
        search=threads.SearchService(beside),
        forks=threads.ForkService(beside),
        tools=toolbox,
        reader=turns.TurnReader(stored),
        turns=running,
    )


def _blobs(outside: Outside) -> Blobs:
    if outside.config.session_persist:
        return BlobStore(outside.home.blobs, outside.clock)
    return MemoryBlobs(outside.clock)


def _tool_ports(outside: Outside, blobs: Blobs) -> tools.ToolPorts:
    guard = Guard(outside.home.path)
    return tools.ToolPorts(
        shell=outside.shell,
        files=Files(guard),
        patch=Patches(guard),
        search=Search(outside.shell, guard, shutil.which("rg")),
        blobs=blobs,
    )


class _HomeToken:
    """The home's token file; what is in it is redacted everywhere."""

    def __init__(self, home: Home, redactor: Redactor) -> None:
        self._home = home
        self._redactor = redactor

    def token(self) -> str:
        token = self._home.token()
        self._redactor.add(token)
        return token

    def replace_token(self) -> str:
        token = self._home.replace_token()
        self._redactor.add(token)
        return token


def _routes(features: Features) -> list[Route[Any, Any]]:
    return [
        *workspaces.routes(features.workspaces),
        *settings.routes(features.settings),
        *secrets.routes(features.secrets),
        *access.routes(features.access),
        *providers.routes(features.providers),
        *threads.routes(features.threads, features.conversations, features.search, features.forks),
        *turns.routes(features.turns, features.reader),
    ]


def _health(outside: Outside, features: Features, log: LogWriter) -> Route[Any, Any]:
    def place() -> Place:
        return Place(outside.config, outside.home, outside.clock, outside.ids, outside.shell)

    needs = HealthNeeds(place, outside.store, log, outside.keystore, features.providers, VERSION)
    return Route(GATEWAY_HEALTH, Health(needs).health)


def _gate(outside: Outside, features: Features) -> Gate:
    gate = Gate(features.access, Throttle(outside.clock), _perimeter(outside.config))
    outside.live.follow(lambda config: gate.enclose(_perimeter(config)))
    return gate


def _perimeter(config: Config) -> Perimeter:
    return Perimeter(config.host, config.hosts, config.cors_origins)
