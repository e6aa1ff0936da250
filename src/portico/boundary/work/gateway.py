"""Handlers about the connection and the boundary itself."""

from importlib.metadata import version
from typing import Annotated, Any

import msgspec

from portico.boundary.answers import Refused
from portico.boundary.desk import Desk
from portico.boundary.diagnostics import Problem
from portico.boundary.events import BoundaryEvent, ConnectionTold
from portico.client import status
from portico.client.errors import lone_errors
from portico.client.words import WORDS
from portico.protocol.base import NoParams, Params, Wire
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.settings import GATEWAY_INFO
from portico.protocol.types.gateway import GatewayInfo

BOUNDARY_VERSION = 1
"""Of the shapes: a shell refuses a higher one."""


class ConnectParams(Params, frozen=True, kw_only=True):
    """Without a URL the shell's own gateway; `name` is how a person calls it."""

    url: str | None = None
    token: str | None = None
    name: str | None = None


class Connected(Wire, frozen=True, kw_only=True):
    gateway: GatewayInfo


class NextEventsParams(Params, frozen=True, kw_only=True):
    """Waits up to `wait_ms` for a first event."""

    wait_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 64


class NextEvents(Wire, frozen=True, kw_only=True, omit_defaults=False):
    events: list[BoundaryEvent]


class Done(Wire, frozen=True, kw_only=True):
    """It is done; what it changed comes as events."""


class Health(Wire, frozen=True, kw_only=True):
    """`gateway` is absent where it does not answer."""

    connection: ConnectionTold
    gateway: GatewayInfo | None = None


class DiagnosticsResult(Wire, frozen=True, kw_only=True):
    problems: list[Problem]


class Version(Wire, frozen=True, kw_only=True):
    boundary: int
    client: str


class Words(Wire, frozen=True, kw_only=True):
    """By id; a value stands in braces by its name."""

    words: dict[str, str]


class SchemaResult(Wire, frozen=True, kw_only=True):
    """One JSON Schema document."""

    document: dict[str, Any]


async def connect(desk: Desk, p: ConnectParams) -> Connected:
    """Leave the gateway before and connect to this one."""
    if p.url is not None and desk.means.is_bound:
        raise Refused(ErrorKind.DENIED, "denied", "this shell is bound to its own gateway", "$.url")
    await desk.leave()
    name, opener = desk.means.ways.home() if p.url is None else (p.url, desk.means.ways.remote(p.url, p.token))
    with lone_errors():
        link = await desk.connect(p.name or name, opener)
    try:
        gateway = (await link.connection.call(GATEWAY_INFO, NoParams())).gateway
    except BaseException:
        link.closing.set()
        raise
    # another connect may have been faster
    await desk.leave()
    link.gateway = gateway
    link.happened(status.Connected(gateway.version))
    desk.current = link
    desk.changed()
    return Connected(gateway=gateway)


async def next_events(desk: Desk, p: NextEventsParams) -> dict[str, Any]:
    """As `NextEvents`; what was encoded once is not encoded again."""
    return {"events": await desk.next_events(p.limit, p.wait_ms / 1_000)}


async def disconnect(desk: Desk, _: NoParams) -> Done:
    await desk.leave()
    return Done()


async def health(desk: Desk, _: NoParams) -> Health:
    gateway = (await desk.link.connection.call(GATEWAY_INFO, NoParams())).gateway
    return Health(connection=desk.link.shown_status(), gateway=gateway)


async def diagnostics(desk: Desk, _: NoParams) -> DiagnosticsResult:
    return DiagnosticsResult(problems=list(desk.diagnostics))


async def versions(_: Desk, __: NoParams) -> Version:
    return Version(boundary=BOUNDARY_VERSION, client=version("portico"))


async def words(_: Desk, __: NoParams) -> Words:
    return Words(words=WORDS)


async def schema(desk: Desk, _: NoParams) -> SchemaResult:
    return SchemaResult(document=desk.describe())
