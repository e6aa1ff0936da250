"""Pass-through of chat completions: the provider's own endpoint with the gateway's key, bytes in and bytes out."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import anyio

from portico.gateway.agent.model import FailureClass, ProviderFailure, UsageReport
from portico.gateway.edge.errors import openai_body
from portico.gateway.edge.openai.answering import HEAD_SECONDS, RECORD_SECONDS
from portico.gateway.edge.openai.beside import beside
from portico.gateway.edge.openai.chat_chunks import unstreamed
from portico.gateway.edge.openai.ports import Relay, RelayAnswer
from portico.gateway.edge.openai.refusals import refused
from portico.gateway.edge.openai.verbatim import (
    Ending,
    Names,
    Outgoing,
    OversizedEvent,
    Whole,
    WholeEvents,
    estimated,
    failure_told,
    outgoing,
    whole,
    without_usage,
)
from portico.gateway.edge.request import Response
from portico.gateway.edge.streams import HEARTBEAT, Answer, EventStream, Held, Outlet
from portico.gateway.features.providers import ProviderService, Resolved, Used
from portico.gateway.kernel.clock import Clock
from portico.gateway.kernel.context import Principal
from portico.gateway.kernel.errors import GatewayError
from portico.gateway.kernel.redact import Redactor
from portico.protocol.types.usage import UsageStatus

MAX_ANSWER_BYTES = 32 * 1024 * 1024
FACE = "chat_completions"

_NO_COMPLETION = "the provider answered with something that is no chat completion"
_NO_EVENT = (b"{", b"[", b"<")
"""How no event begins: an answer in one piece, or the page of some proxy."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PassthroughNeeds:
    """Given by the composition root. `redactor` knows every secret of the gateway."""

    providers: ProviderService
    relay: Relay
    redactor: Redactor
    clock: Clock


class Passthrough:
    """No turn: no thread, no tools, nothing stored but the tokens (design 1)."""

    def __init__(self, needs: PassthroughNeeds) -> None:
        self._needs = needs

    async def chat(self, principal: Principal, body: bytes, wish: Resolved) -> Answer:
        """The answer to `body` by the provider of `wish`, whose kind is `chat_completions`; under the guard.

        Raises Invalid for a body that cannot be sent on, Unavailable (`spend_cap_reached`).
        """
        sent = outgoing(body, wish.model)
        await self._needs.providers.usage.check(principal.id)
        call = _Call(self._needs, principal, wish, sent)
        if sent.is_stream:
            return EventStream(call.stream, error_event, is_late=True)
        return Held(call.whole)


def error_event(error: GatewayError) -> bytes:
    """Why a stream of chunks ends before its end, as OpenAI's clients raise it."""
    return b"data: " + openai_body(error) + b"\n\n"


class _Call:
    """One call to a provider and what became of it."""

    def __init__(self, needs: PassthroughNeeds, principal: Principal, wish: Resolved, sent: Outgoing) -> None:
        self._needs = needs
        self._principal = principal
        self._wish = wish
        self._sent = sent
        self._answer: RelayAnswer | None = None
        self._ending = Ending()
        self._events = 0
        self._usage: UsageReport | None = None

    async def stream(self, outlet: Outlet) -> None:
        """Send the provider's events on. Raises PeerGone, GatewayError."""
        await self._recorded(lambda: beside(outlet, lambda: self._pump(outlet), lambda: self._begin(outlet)))

    async def whole(self, outlet: Outlet) -> Response:
        """The provider's answer in one piece. Raises PeerGone, GatewayError."""
        found = await self._recorded(lambda: beside(outlet, self._read))
        return Response(200, self._needs.redactor.raw(found.body), "application/json")

    async def _begin(self, outlet: Outlet) -> None:
        """A provider that thinks for long, or is asked again: the caller sees meanwhile that there will be a stream."""
        await self._needs.clock.sleep(HEAD_SECONDS)
        if not outlet.is_begun and not outlet.is_lost:
            await outlet.send(HEARTBEAT)

    async def _recorded(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work`; whatever becomes of it, the connection is given up and the row is written."""
        started = self._needs.clock.monotonic()
        status: UsageStatus = "cancelled"
        try:
            result = await work()
            status = "failed" if self._ending.has_failed() else "completed"
        except GatewayError:
            status = "failed"
            raise
        finally:
            seconds = self._needs.clock.monotonic() - started
            with anyio.move_on_after(RECORD_SECONDS, shield=True):
                if self._answer is not None:
                    await self._answer.close(is_whole=self._ending.is_done)
                await self._needs.providers.usage.record(self._used(status, seconds))
        return result

    def _used(self, status: UsageStatus, seconds: float) -> Used:
        return Used(
            principal=self._principal.id,
            provider=self._wish.provider,
            model=self._wish.model,
            face=FACE,
            status=status,
            duration_ms=int(seconds * 1_000),
            usage=self._usage or self._ending.usage() or self._estimate(),
        )

    def _estimate(self) -> UsageReport | None:
        """A bound that could be passed by leaving before the usage comes would be none."""
        return estimated(self._sent.body, self._events) if self._answer is not None else None

    async def _open(self) -> RelayAnswer:
        """Raises GatewayError."""
        answer = await self._needs.relay.open(self._wish, self._sent.body, self._sent.plain)
        if isinstance(answer, ProviderFailure):
            raise self._refusal(answer)
        self._answer = answer
        return answer

    async def _pump(self, outlet: Outlet) -> None:
        """Each read goes on at once, as far as its events are whole. Raises PeerGone, GatewayError."""
        answer = await self._open()
        events, names, ending = WholeEvents(), Names(self._sent.name), self._ending
        raw, has_usage = self._needs.redactor.raw, self._sent.has_usage
        data = self._checked(await answer.read())
        if data.lstrip()[:1] in _NO_EVENT:
            await outlet.send(raw(self._chunks(await self._rest(answer, data))))
            return
        while data:
            if block := self._cut(events, data):
                ending.keep(block)
                self._events += block.count(b"data:")
                if shown := raw(block if has_usage else without_usage(block)):
                    await outlet.send(names.put(shown))
                if ending.is_done:
                    return
            data = self._checked(await answer.read())
        rest = events.rest()
        ending.keep(rest)
        if not (ending.is_done or ending.is_finished() or ending.has_failed()):
            raise self._broken("the provider ended the stream before its end")
        if rest:
            await outlet.send(names.put(raw(rest)))

    async def _read(self) -> Whole:
        """Raises GatewayError."""
        answer = await self._open()
        return await self._rest(answer, self._checked(await answer.read()))

    async def _rest(self, answer: RelayAnswer, data: bytes) -> Whole:
        """The answer in one piece that begins with `data`. Raises GatewayError."""
        body = bytearray()
        while data:
            body += data
            if len(body) > MAX_ANSWER_BYTES:
                raise self._broken(f"the provider's answer is larger than {MAX_ANSWER_BYTES} bytes")
            data = self._checked(await answer.read())
        told = bytes(body)
        found = whole(told, self._sent.name)
        if found is None:
            raise self._broken(failure_told(told) or _NO_COMPLETION)
        self._usage = found.usage
        return found

    def _chunks(self, found: Whole) -> bytes:
        try:
            return unstreamed(found.body, has_usage=self._sent.has_usage)
        except (ValueError, RecursionError) as error:
            raise self._broken(_NO_COMPLETION) from error

    def _checked(self, data: bytes | ProviderFailure) -> bytes:
        if isinstance(data, ProviderFailure):
            raise self._refusal(data)
        return data

    def _cut(self, events: WholeEvents, data: bytes) -> bytes:
        try:
            return events.feed(data)
        except OversizedEvent as error:
            raise self._broken("the provider sent an event that is too large") from error

    def _broken(self, message: str) -> GatewayError:
        wish = self._wish
        failed = ProviderFailure(wish.provider, wish.model, FailureClass.STREAM_TRUNCATED, "mid_stream", message)
        return self._refusal(failed)

    def _refusal(self, failure: ProviderFailure) -> GatewayError:
        return refused(failure, self._needs.redactor)
