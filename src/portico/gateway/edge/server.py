"""The listener and the stage that outlives it: connections close after everything that may still speak to them."""

import errno
import resource
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import anyio
import uvicorn

from portico.gateway.edge.app import App
from portico.gateway.edge.connection import FAREWELL_SECONDS
from portico.gateway.edge.hub import SWEEP_SECONDS, Hub
from portico.gateway.edge.protocols import MAX_CONNECTIONS, BoundedHttpProtocol
from portico.gateway.edge.request import MAX_BODY
from portico.gateway.edge.socket_protocol import SocketProtocol
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.config import Config
from portico.gateway.kernel.errors import Invalid, Unavailable
from portico.gateway.kernel.logging import get_logger

SEND_BUFFER_BYTES = 65_536
"""Little of a stream waits in the kernel, so that a slow peer is seen soon (design 4)."""
BACKLOG = 1_024
PING_SECONDS = 30.0
DATE_SECONDS = 1.0
OTHER_FILES = 256
"""Open files that are no connections: the database, folders of tools, calls to providers."""

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the gateway answers; `port` is the real one when 0 was asked for."""

    host: str
    port: int
    url: str
    ws: str

    def at(self, address: str) -> str:
        """The same place by another IP address of this machine."""
        scheme = self.url.partition("://")[0]
        return f"{scheme}://{_authority(address, self.port)}"


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals belong to `serve`."""
        yield


class Clients:
    """The open connections of a gateway, and the listener that brings new ones."""

    def __init__(self, app: App, server: _Server) -> None:
        self._app = app
        self._server = server

    @asynccontextmanager
    async def listening(self, config: Config) -> AsyncGenerator[Listening]:
        """Accept connections while the block runs; afterwards new calls answer `unavailable`.

        Raises Unavailable when the port is taken, Invalid when the address is not one of this machine.
        """
        listener = bind(config.host, config.port)
        try:
            await self._server.startup(sockets=[listener])
            port = int(listener.getsockname()[1])
            yield _place(config, port)
        finally:
            self._app.stop_listening()
            for server in self._server.servers:
                server.close()
            listener.close()


@asynccontextmanager
async def connections(app: App, hub: Hub, config: Config, clock: Clock) -> AsyncGenerator[Clients]:
    """Serve connections while the block runs; then flush, end streams and close sockets, within two seconds."""
    server = _Server(_uvicorn_config(app, config, room(raise_file_limit())))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    server.servers = []
    await server.on_tick(0)
    async with anyio.create_task_group() as group:
        group.start_soon(_keep_date, server, clock)
        group.start_soon(_sweep, server, clock)
        with hub.rechecking(), app.streams.rechecking():
            try:
                yield Clients(app, server)
            finally:
                await _close_all(app, hub, server)
        group.cancel_scope.cancel()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket whose accepted ones have a small send buffer. Raises Unavailable, Invalid."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise _bind_error(host, port, error) from error
    # accepted sockets inherit it
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    # asyncio sets it only on sockets that name their protocol, which accepted ones do not: 40 ms for each answer
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener


def raise_file_limit() -> int:
    """Every connection is a file: the soft limit becomes the hard one. Answers the limit that holds now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard
    return soft


def room(files: int) -> int:
    """How many connections may be open when so many files may be."""
    return max(min(MAX_CONNECTIONS, files - OTHER_FILES), 1)


def _bind_error(host: str, port: int, error: OSError) -> Unavailable | Invalid:
    match error.errno:
        case errno.EADDRINUSE:
            return Unavailable(
                f"port {port} on {host} is taken by {_holder(port)}; stop it, or choose another with --port",
                code="port_in_use",
                host=host,
                port=port,
            )
        case errno.EACCES:
            return Unavailable(f"this user may not listen on port {port}; choose one above 1023", code="port_denied")
        case errno.EADDRNOTAVAIL | socket.EAI_NONAME:
            return Invalid(f"{host} is no address of this machine", path="server.host")
        case _:
            return Unavailable(f"cannot listen on {host}:{port}: {error.strerror}", code="cannot_listen")


def _holder(port: int) -> str:
    """Who listens on `port`, as far as this user may know."""
    import psutil  # noqa: PLC0415

    with suppress(psutil.Error):
        for one in psutil.net_connections(kind="tcp"):
            address = cast("Any", one.laddr)
            if one.status == psutil.CONN_LISTEN and address and address.port == port and one.pid is not None:
                return f"{psutil.Process(one.pid).name()} (pid {one.pid})"
    return "another program"


def _place(config: Config, port: int) -> Listening:
    """A wildcard address is dialled as loopback."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)
    authority = _authority(host, port)
    secure = "s" if config.tls_cert is not None else ""
    return Listening(host, port, f"http{secure}://{authority}", f"ws{secure}://{authority}/rpc")


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _uvicorn_config(app: App, config: Config, connections: int) -> uvicorn.Config:
    return uvicorn.Config(
        cast("Any", app),
        http=cast("Any", partial(BoundedHttpProtocol, room=connections)),
        ws=SocketProtocol,
        loop="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        # at a lower level uvicorn logs whole URLs
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws_max_size=MAX_BODY,
        ws_ping_interval=PING_SECONDS,
        # a peer that reads nothing answers no ping; the sweeper decides about it
        ws_ping_timeout=None,
        ws_per_message_deflate=not config.is_loopback,
        ssl_certfile=config.tls_cert,
        ssl_keyfile=config.tls_key,
    )


async def _keep_date(server: _Server, clock: Clock) -> None:
    while True:
        await clock.sleep(DATE_SECONDS)
        await server.on_tick(0)


async def _sweep(server: _Server, clock: Clock) -> None:
    """Look every minute for peers that take nothing; the hub looks after sockets."""
    while True:
        await clock.sleep(SWEEP_SECONDS)
        for protocol in list(server.server_state.connections):
            if isinstance(protocol, BoundedHttpProtocol):
                protocol.check_progress(clock.monotonic())


async def _close_all(app: App, hub: Hub, server: _Server) -> None:
    """Shielded, and bounded twice over: what does not leave in time is dropped."""
    for protocol in list(server.server_state.connections):
        if isinstance(protocol, BoundedHttpProtocol):
            protocol.shutdown()
    with anyio.move_on_after(FAREWELL_SECONDS, shield=True) as farewell:
        async with anyio.create_task_group() as group:
            group.start_soon(hub.leave)
            group.start_soon(app.streams.leave)
        await app.idle()
    if farewell.cancelled_caught:
        logger.warning("dropped connections that did not close in time", count=hub.count)
        hub.abort()
        for task in list(server.server_state.tasks):
            task.cancel()
        with anyio.move_on_after(FAREWELL_SECONDS, shield=True):
            await app.idle()
    for protocol in list(server.server_state.connections):
        # what was written still goes out; the peer's own good-bye is not waited for
        protocol.transport.close()
