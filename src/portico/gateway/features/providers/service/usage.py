"""What calls that are no turns used: a row each, and the bound on what one credential may use in a day."""

from dataclasses import dataclass

from portico.gateway.agent.model import UsageReport
from portico.gateway.features.providers.rules.spending import check_cap, cursor_of, place_of
from portico.gateway.features.providers.service.needs import ProviderNeeds
from portico.gateway.features.providers.store import ProviderStore, usage_change
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.logging import get_logger
from portico.gateway.log import Batch
from portico.gateway.rpc import CallContext
from portico.protocol.methods.usage import UsageListParams, UsageListResponse
from portico.protocol.types.usage import UsageRow, UsageStatus

DAY_SECONDS = 86_400

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Used:
    """A call that ended. `face` names the route it came by; `usage` None: nothing was answered."""

    principal: str
    provider: str
    model: str
    face: str
    status: UsageStatus
    duration_ms: int
    usage: UsageReport | None = None


class UsageMeter:
    """Records calls and looks them up. No content, ever."""

    def __init__(self, needs: ProviderNeeds) -> None:
        self._log = needs.log
        self._clock = needs.clock
        self._ids = needs.ids
        self._config = needs.config
        self._store = ProviderStore(needs.log)

    async def check(self, principal: str) -> None:
        """Raise Unavailable (`spend_cap_reached`) when the credential has used up its tokens of the last 24 hours."""
        cap = self._config.current.pass_through_tokens_per_day
        if cap is not None:
            check_cap(await self._store.spent(principal, self._clock.now() - DAY_SECONDS), cap)

    async def record(self, used: Used) -> None:
        """Write the row of a call. The call is over: what keeps it from being written is told to the log only."""
        report = used.usage or UsageReport()
        row = UsageRow(
            id=self._ids.new(),
            at=self._clock.now(),
            principal=used.principal,
            provider=used.provider,
            model=used.model,
            face=used.face,
            input_tokens=report.input_tokens,
            output_tokens=report.output_tokens,
            cached_input_tokens=report.cached_input_tokens,
            reasoning_tokens=report.reasoning_tokens,
            status=used.status,
            duration_ms=used.duration_ms,
        )
        try:
            await self._log.write(Batch(records=(usage_change(row),), fact=False))
        except GatewayError as error:
            logger.warning("a call's usage was not recorded", provider=used.provider, reason=error.code)

    async def list(self, ctx: CallContext, p: UsageListParams) -> UsageListResponse:
        """Raises Invalid for a cursor that is none of ours."""
        del ctx
        rows = await self._store.usage(p.since, place_of(p.cursor), p.limit + 1)
        page = rows[: p.limit]
        return UsageListResponse(items=page, next_cursor=cursor_of(page[-1]) if len(rows) > p.limit else None)
