"""`gateway/health`: a running gateway looks at what it stands on, as `portico doctor` does, in bounded time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import anyio

from portico.gateway.features.providers import REHEARSAL, ProviderService
from portico.gateway.features.secrets import KeystorePort
from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.log.writer import LogWriter
from portico.gateway.main import checks
from portico.gateway.main.checks import Finding, Place
from portico.gateway.rpc import CallContext
from portico.gateway.store.engine import Store
from portico.protocol.base import NoParams
from portico.protocol.methods.settings import GatewayHealthResponse
from portico.protocol.types.health import HealthFinding

HEALTH_SECONDS = 5.0
"""For all checks together; one that has not answered is told so."""
LARGE_BYTES = 512 * 1_048_576
"""A database above this is not read whole while it is in use."""
REST_SECONDS = 60.0
"""From one reading of the whole database to the next: it keeps one of the few threads that read busy, and goes on there
when nobody waits for it any more."""
_KIB = 1_024


@dataclass(frozen=True, slots=True)
class HealthNeeds:
    """`place` is where the gateway runs, by its newest configuration."""

    place: Callable[[], Place]
    store: Store
    log: LogWriter
    keystore: KeystorePort
    providers: ProviderService
    version: str


class Health:
    """Answers one caller after the other: a check may read much."""

    def __init__(self, needs: HealthNeeds, *, seconds: float = HEALTH_SECONDS) -> None:
        self._needs = needs
        self._seconds = seconds
        self._looking = anyio.Lock()
        self._read_at: float | None = None
        self._read: list[str] | None = None

    async def health(self, ctx: CallContext, p: NoParams) -> GatewayHealthResponse:
        """Every check's finding, in one order; secrets are in none."""
        del p
        workspace_id = ctx.connection.workspace_id or DEFAULT_WORKSPACE_ID
        found: dict[str, Finding] = {}
        with anyio.move_on_after(self._seconds):
            async with self._looking, anyio.create_task_group() as group:
                for name, check in self._checks(workspace_id).items():
                    group.start_soon(_look, name, check, found)
        names = self._checks(workspace_id)
        late = f"not answered within {self._seconds:.0f} s"
        findings = [found.get(name, Finding(name, "warning", late, "look again later")) for name in names]
        return GatewayHealthResponse(findings=[_told(finding) for finding in findings])

    def _checks(self, workspace_id: str) -> dict[str, Callable[[], Awaitable[Finding]]]:
        place = self._needs.place()
        return {
            "version": self._version,
            "modes": partial(checks.modes, place),
            "disk": partial(checks.disk, place),
            "database": partial(self._database, place),
            "keystore": partial(checks.values, self._needs.keystore),
            "provider": partial(self._provider, workspace_id),
            "listeners": partial(_listeners, place),
            "search": partial(checks.search, place),
            "sandbox": partial(checks.sandbox, place),
        }

    async def _version(self) -> Finding:
        return Finding("version", "ok", f"portico {self._needs.version}")

    async def _database(self, place: Place) -> Finding:
        """The last commits went through, and what is stored is whole."""
        if problems := self._needs.log.problems():
            return Finding("database", "error", "; ".join(problems), "nothing is acknowledged until it can be written")
        file = place.home.database
        size = file.stat().st_size if place.config.store_url is None and file.exists() else 0
        if size > LARGE_BYTES:
            return Finding("database", "ok", f"can be written; {size // _KIB**2} MiB are too many to read in use")
        problems = await self._whole(place.clock)
        if problems is None:
            return Finding("database", "warning", "can be written; it is still being read", "look again in a minute")
        if problems:
            return Finding("database", "error", "; ".join(problems[:3]), "restore a backup: portico restore FILE")
        return Finding("database", "ok", "can be written and is whole")

    async def _whole(self, clock: Clock) -> list[str] | None:
        """Problems that the newest reading found; None when that has not ended. Raises what the store raises."""
        now = clock.monotonic()
        if self._read_at is not None and now - self._read_at < REST_SECONDS:
            return self._read
        self._read_at, self._read = now, None
        try:
            self._read = await self._needs.store.check()
        except GatewayError:
            self._read_at = None
            raise
        return self._read

    async def _provider(self, workspace_id: str) -> Finding:
        mend = "set a key: in the providers of a client, or with `portico providers set-key NAME`"
        try:
            chosen = await self._needs.providers.resolve(workspace_id)
        except GatewayError as error:
            return Finding("provider", "error", error.message, mend)
        if chosen.provider == REHEARSAL:
            return Finding("provider", "warning", "no provider is set up: answers are rehearsed", mend)
        return Finding("provider", "ok", f"{chosen.provider} with the model {chosen.model}")


async def _look(name: str, check: Callable[[], Awaitable[Finding]], found: dict[str, Finding]) -> None:
    try:
        found[name] = await check()
    except GatewayError as error:
        found[name] = Finding(name, "error", error.message, "see the gateway's log")
    except OSError as error:
        found[name] = Finding(name, "error", f"it cannot be looked at: {error.strerror}", "see the gateway's log")


async def _listeners(place: Place) -> Finding:
    config = place.config
    running = place.home.running()
    where = running.url if running is not None and running.url is not None else "no port"
    hosts = f", for the names {', '.join(config.hosts)}" if config.hosts else ""
    told = f"answers at {where}{hosts}"
    if not config.is_loopback and config.tls_cert is None:
        mend = "set server.tls_cert and server.tls_key, or put a proxy with TLS before it"
        return Finding("listeners", "warning", f"{told}, unprotected beyond this machine", mend)
    return Finding("listeners", "ok", told)


def _told(finding: Finding) -> HealthFinding:
    return HealthFinding(name=finding.name, status=finding.status, message=finding.message, mend=finding.mend or None)
