"""Pass-through to models that do not speak chat completions: the request and the answer are translated."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import anyio

from portico.gateway.agent.context import CHARS_PER_TOKEN, fixed_tokens, tokens_of
from portico.gateway.agent.model import ModelRequest, UsageReport
from portico.gateway.edge.openai.answering import RECORD_SECONDS, Opening
from portico.gateway.edge.openai.asked import Asked, model_request, told_as
from portico.gateway.edge.openai.model_pieces import ModelFold, ModelSource, listening
from portico.gateway.edge.streams import Outlet
from portico.gateway.features.providers import ProviderService, Resolved, Used
from portico.gateway.features.workspaces import DEFAULT_WORKSPACE_ID
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.ids import Ids
from portico.gateway.kernel.redact import Redactor
from portico.protocol.types.usage import UsageStatus


@dataclass(frozen=True, slots=True)
class TranslatedNeeds:
    """Given by the face."""

    providers: ProviderService
    redactor: Redactor
    clock: Clock
    ids: Ids


@dataclass(frozen=True, slots=True)
class TranslatedCall:
    """Who asks what of which model; `face` names the route in the usage rows, `form_param` the form's member."""

    principal: Principal
    resolved: Resolved
    asked: Asked
    face: str
    form_param: str


class Translated:
    """No turn: no thread, no tools of ours, nothing stored but the tokens (design 1)."""

    def __init__(self, needs: TranslatedNeeds) -> None:
        self._needs = needs

    async def resolve(self, provider: str, model: str) -> Resolved:
        """Where a model of the default workspace is reached. Raises GatewayError, before any work starts."""
        with told_as("model"):
            return await self._needs.providers.resolve(DEFAULT_WORKSPACE_ID, provider, model)

    async def opening(self, call: TranslatedCall) -> Opening:
        """How the answer is opened. Raises Invalid (`form_param`), Unavailable (`spend_cap_reached`)."""
        resolved = call.resolved
        request = model_request(call.asked, resolved.model, resolved.kind, call.form_param)
        await self._needs.providers.usage.check(call.principal.id)
        return lambda outlet: self._asking(call, request, outlet)

    @asynccontextmanager
    async def _asking(self, call: TranslatedCall, request: ModelRequest, outlet: Outlet) -> AsyncGenerator[ModelSource]:
        needs = self._needs
        fold = ModelFold(needs.ids, needs.redactor)
        started = needs.clock.monotonic()
        try:
            async with listening(needs.providers.open(call.resolved), request, outlet, fold) as source:
                yield source
        finally:
            seconds = needs.clock.monotonic() - started
            with anyio.move_on_after(RECORD_SECONDS, shield=True):
                await needs.providers.usage.record(_used(call, request, fold, seconds))


def _used(call: TranslatedCall, request: ModelRequest, fold: ModelFold, seconds: float) -> Used:
    status: UsageStatus = "cancelled"
    if fold.ended is not None:
        status = "completed" if fold.ended.error is None else "failed"
    return Used(
        principal=call.principal.id,
        provider=call.resolved.provider,
        model=call.resolved.model,
        face=call.face,
        status=status,
        duration_ms=int(seconds * 1_000),
        usage=fold.usage if status == "completed" and fold.usage.output_tokens else _estimated(request, fold),
    )


def _estimated(request: ModelRequest, fold: ModelFold) -> UsageReport:
    """What a call used that ended before its provider told it; a bound could be passed by leaving otherwise."""
    if not fold.characters:
        return fold.usage
    sent = fixed_tokens(request.system, request.tools) + sum(tokens_of(message) for message in request.messages)
    written = 1 + fold.characters // CHARS_PER_TOKEN
    told = fold.usage
    return replace(told, input_tokens=told.input_tokens or sent, output_tokens=max(told.output_tokens, written))
