"""Running a gateway: nested stages, read down for start and up for stop (design 5)."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import anyio
import anyio.to_thread

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.adapters.keystore import open_keystore
from portico.gateway.adapters.master_keys import master_keys
from portico.gateway.adapters.shell import open_shell
from portico.gateway.edge.memory import attached
from portico.gateway.edge.server import Listening, connections
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.clock import Clock, SystemClock
from portico.gateway.kernel.config import Config, LiveConfig
from portico.gateway.kernel.errors import Invalid
from portico.gateway.kernel.home import HeldLock, Home
from portico.gateway.kernel.ids import Ids, RandomIds
from portico.gateway.kernel.limits import raise_file_limit, shorten_thread_switches, spare_collections
from portico.gateway.kernel.supervise import Worker, supervise
from portico.gateway.main.build import Gateway, Outside, build
from portico.gateway.main.kept import KEPT
from portico.gateway.store.engine import Store
from portico.gateway.store.open import open_forgetful, open_store
from portico.gateway.store.swap import finish_restore

FLUSH_SECONDS = 5.0
"""How long the stop waits for what is queued for the log."""


@dataclass(frozen=True, slots=True)
class Stop:
    """`asked` ends the gateway, `hurried` ends its grace."""

    asked: anyio.Event = field(default_factory=anyio.Event)
    hurried: anyio.Event = field(default_factory=anyio.Event)


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that answers."""

    gateway: Gateway
    listening: Listening


Ready = Callable[[Running], None]


def _open_store(config: Config, home: Home, clock: Clock) -> AbstractAsyncContextManager[Store]:
    place = config.store_url or home.database
    return open_store(place, clock=clock) if config.session_persist else open_forgetful(place, KEPT, clock=clock)


@dataclass(frozen=True, slots=True)
class Means:
    """How a gateway gets its store, and how long it waits for providers. Tests plant their faults here."""

    open_store: Callable[[Config, Home, Clock], AbstractAsyncContextManager[Store]] = _open_store
    timeouts: Timeouts = field(default_factory=Timeouts)


async def serve(config: Config, stop: Stop, ready: Ready) -> None:
    """Run until `stop.asked`. Raises LockedHome, Unavailable, Invalid when it cannot start."""
    async with running(config, stop) as it:
        spare_collections()
        ready(it)
        await stop.asked.wait()


@asynccontextmanager
async def running(
    config: Config, stop: Stop, clock: Clock | None = None, ids: Ids | None = None, means: Means | None = None
) -> AsyncGenerator[Running]:
    """A gateway that listens while the block runs. Each stage is closed before the one around it."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    _check_tls(config)
    raise_file_limit()
    shorten_thread_switches()
    async with (
        opened(config, clock, ids, means or Means()) as (gateway, lock),
        _writing(gateway),
        _flushed(gateway),
    ):
        _check_tools(gateway)
        await gateway.load()
        async with _answering(gateway, stop) as listening:
            lock.announce(listening.url)
            yield Running(gateway, listening)


def _check_tls(config: Config) -> None:
    if config.tls_cert is None or config.tls_key is None:
        return
    try:
        # an empty password: nobody can be asked for one
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(config.tls_cert, config.tls_key, password="")
    except OSError as error:
        files = f"{config.tls_cert} and {config.tls_key}"
        raise Invalid(f"TLS cannot use {files}: {error.strerror or error}", path="server.tls_cert") from error


def _check_tools(gateway: Gateway) -> None:
    """A tool that does not exist would make every turn fail: better no start."""
    switch = gateway.outside.config.tools
    if switch is None:
        return
    try:
        gateway.features.tools.check(switch)
    except Invalid as error:
        raise Invalid(f"tools.access (TOOLS): {error.message}", code=error.code, path="tools.access") from error


@asynccontextmanager
async def _answering(gateway: Gateway, stop: Stop) -> AsyncGenerator[Listening]:
    config, clock = gateway.outside.config, gateway.outside.clock
    async with (
        connections(gateway.app, gateway.hub, config, clock) as clients,
        supervise([*gateway.workers, _hurry(gateway, stop)], clock),
        gateway.features.turns.accepting(),
        clients.listening(config) as listening,
        _warming(gateway),
    ):
        yield listening


@asynccontextmanager
async def opened(config: Config, clock: Clock, ids: Ids, means: Means) -> AsyncGenerator[tuple[Gateway, HeldLock]]:
    """A built gateway on an opened home. At the end of the block the home says that its stop was clean."""
    home = Home(config.home)
    home.create()
    with home.lock() as lock:
        await anyio.to_thread.run_sync(finish_restore, home.path)
        epoch = _epoch(config, home, ids)
        async with (
            means.open_store(config, home, clock) as store,
            open_keystore(home.keystore, master_keys(home.master_key, config.environment)) as keystore,
            open_shell(config.environment, clock, ids, home.path) as shell,
            _http() as http,
        ):
            outside = Outside(
                live=LiveConfig(config),
                home=home,
                store=store,
                keystore=keystore,
                shell=shell,
                http=http,
                timeouts=means.timeouts,
                clock=clock,
                ids=ids,
                epoch=epoch,
            )
            yield build(outside), lock
        home.close_epoch()


def _epoch(config: Config, home: Home, ids: Ids) -> str:
    """A gateway that keeps nothing begins a time of its own at each start: no cursor means anything to the next."""
    kept = home.open_epoch(ids)
    return kept if config.session_persist else ids.new()


@asynccontextmanager
async def attach(it: Running) -> AsyncGenerator[tuple[Callable[[str], Awaitable[None]], Callable[[], Awaitable[str]]]]:
    """The two ends of a connection inside this process: send a text frame, receive one."""
    async with attached(it.gateway.hub, PROCESS) as client:
        yield client.send_text, client.receive_text


@asynccontextmanager
async def _http() -> AsyncGenerator[Http]:
    http = Http()
    try:
        yield http
    finally:
        with anyio.move_on_after(FLUSH_SECONDS, shield=True):
            await http.aclose()


@asynccontextmanager
async def _writing(gateway: Gateway) -> AsyncGenerator[None]:
    """The writer runs until the block has ended, also while everything is cancelled: last events are written then.

    Without it nothing can be acknowledged: its crash is the gateway's.
    """
    scope = anyio.CancelScope(shield=True)

    async def run() -> None:
        with scope:
            await gateway.log.run()

    async with supervise([Worker("log.writer", run, on_crash="stop_gateway")], gateway.outside.clock):
        try:
            yield
        finally:
            scope.cancel()


@asynccontextmanager
async def _flushed(gateway: Gateway) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        with anyio.move_on_after(FLUSH_SECONDS, shield=True):
            await gateway.log.flush()


@asynccontextmanager
async def _warming(gateway: Gateway) -> AsyncGenerator[None]:
    """What can wait until the listener is up: loading on threads what the first turn needs, ending orphans."""
    async with anyio.create_task_group() as group:
        group.start_soon(gateway.outside.http.warm)
        group.start_soon(gateway.outside.shell.end_orphans)
        group.start_soon(partial(anyio.to_thread.run_sync, gateway.features.tools.warm, abandon_on_cancel=True))
        yield
        group.cancel_scope.cancel()


def _hurry(gateway: Gateway, stop: Stop) -> Worker:
    async def run() -> None:
        await stop.hurried.wait()
        gateway.features.turns.hurry()
        await anyio.sleep_forever()

    return Worker("stop.hurry", run)
