"""Handlers about the connection and the boundary itself."""

from contextlib import suppress
from functools import cache
from importlib.metadata import version
from typing import Annotated, Any

import msgspec

from portico.boundary.answers import Refused
from portico.boundary.desk import Desk
from portico.boundary.diagnostics import Problem
from portico.boundary.events import BoundaryEvent, ConnectionTold
from portico.boundary.work.registry import registry_list
from portico.client import status
from portico.client.errors import CallFailed, lone_errors
from portico.client.times import wall_ms
from portico.client.transport import Opener
from portico.client.words import LANGUAGES, Language, catalogue
from portico.protocol.base import NoParams, Params, Wire
from portico.protocol.errors import ErrorKind
from portico.protocol.methods.settings import GATEWAY_HEALTH, GATEWAY_INFO
from portico.protocol.types.gateway import GatewayInfo
from portico.protocol.types.health import HealthFinding

BOUNDARY_VERSION = 1
"""Of the shapes: a shell refuses a higher one."""


class ConnectParams(Params, frozen=True, kw_only=True):
    """Without a URL the shell's own gateway, or by its id one of the list; `name` is how a person calls it.

    The token is the shell's to give: its own secret store has it under the reference that the list names.
    """

    url: str | None = None
    gateway_id: str | None = None
    token: str | None = None
    name: str | None = None


class Connected(Wire, frozen=True, kw_only=True):
    gateway: GatewayInfo


class NextEventsParams(Params, frozen=True, kw_only=True):
    """Waits up to `wait_ms` for a first event."""

    wait_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 64


class NextEvents(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """`now_ms` is what time it is by the clock that times of rows are of, in Unix milliseconds: a shell on another
    machine adds what its own clock is ahead or behind."""

    events: list[BoundaryEvent]
    now_ms: int


class Done(Wire, frozen=True, kw_only=True):
    """It is done; what it changed comes as events."""


class Health(Wire, frozen=True, kw_only=True):
    """What `portico doctor` says are the `findings`; absent without the scope `admin`, and from an older gateway."""

    connection: ConnectionTold
    gateway: GatewayInfo | None = None
    findings: list[HealthFinding] | None = None


class DiagnosticsResult(Wire, frozen=True, kw_only=True):
    problems: list[Problem]


class Version(Wire, frozen=True, kw_only=True):
    boundary: int
    client: str


class WordsParams(Params, frozen=True, kw_only=True):
    """The languages are `Words.languages`."""

    language: Language = "en"


class Words(Wire, frozen=True, kw_only=True):
    """The sentences of a language by id; a value stands in braces by its name. `languages` are those that there are."""

    words: dict[str, str]
    language: Language
    languages: tuple[Language, ...]


class SchemaResult(Wire, frozen=True, kw_only=True):
    """One JSON Schema document."""

    document: dict[str, Any]


async def connect(desk: Desk, p: ConnectParams) -> Connected:
    """Leave the gateway before and connect to this one."""
    name, opener = await _way(desk, p)
    await desk.leave()
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


async def _way(desk: Desk, p: ConnectParams) -> tuple[str, Opener]:
    """The name and the way of the wanted gateway."""
    url, name = p.url, p.url or ""
    if desk.means.is_bound and (p.url is not None or p.gateway_id is not None):
        place = "$.url" if p.url is not None else "$.gateway_id"
        raise Refused(ErrorKind.DENIED, "denied", "this shell is bound to its own gateway", place)
    if p.gateway_id is not None:
        if p.url is not None:
            raise Refused(ErrorKind.INVALID, "invalid", "a gateway is named by its id or by its url", "$.gateway_id")
        known = (await registry_list(desk, NoParams())).get(p.gateway_id)
        if known is None:
            raise Refused(ErrorKind.NOT_FOUND, "gateway_not_found", "this gateway is not in the list", "$.gateway_id")
        url, name = known.url, known.name
    return desk.means.ways.home() if url is None else (name, desk.means.ways.remote(url, p.token))


async def next_events(desk: Desk, p: NextEventsParams) -> dict[str, Any]:
    """As `NextEvents`; what was encoded once is not encoded again."""
    events = await desk.next_events(p.limit, p.wait_ms / 1_000)
    return {"events": events, "now_ms": wall_ms()}


async def disconnect(desk: Desk, _: NoParams) -> Done:
    await desk.leave()
    return Done()


async def health(desk: Desk, _: NoParams) -> Health:
    """A shell without the scope, and a gateway that cannot look at itself, do without findings."""
    connection = desk.link.connection
    gateway = (await connection.call(GATEWAY_INFO, NoParams())).gateway
    findings: list[HealthFinding] | None = None
    with suppress(CallFailed):
        findings = (await connection.call(GATEWAY_HEALTH, NoParams())).findings
    return Health(connection=desk.link.shown_status(), gateway=gateway, findings=findings)


async def diagnostics(desk: Desk, _: NoParams) -> DiagnosticsResult:
    return DiagnosticsResult(problems=list(desk.diagnostics))


async def versions(_: Desk, __: NoParams) -> Version:
    return Version(boundary=BOUNDARY_VERSION, client=_client_version())


async def words(_: Desk, p: WordsParams) -> Words:
    """The catalogue of a language."""
    return Words(words=dict(catalogue(p.language)), language=p.language, languages=LANGUAGES)


async def schema(desk: Desk, _: NoParams) -> SchemaResult:
    return SchemaResult(document=desk.describe())


@cache
def _client_version() -> str:
    """Read from the installed files once: a shell may ask often."""
    return version("portico")
