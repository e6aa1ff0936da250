"""One call to a provider over HTTP: sent, read, and sent again while nothing of the answer was shown."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from portico.gateway.adapters.http import Http, read_up_to
from portico.gateway.adapters.http_port import (
    ERROR_BODY_LIMIT,
    HttpFailure,
    HttpRequest,
    HttpStream,
    Timeouts,
)
from portico.gateway.adapters.models import failures
from portico.gateway.adapters.models.failures import Origin
from portico.gateway.adapters.models.retry import RetryPolicy
from portico.gateway.adapters.models.sse import MAX_EVENT_BYTES
from portico.gateway.agent.model import (
    Failed,
    FailureClass,
    ModelEvent,
    ModelRequest,
    ProviderFailure,
    Retrying,
    Stage,
    UsageReport,
)
from portico.gateway.kernel.clock import Clock


class AnswerStream(Protocol):
    """A decoder of one answer: no I/O."""

    @property
    def is_over(self) -> bool: ...

    @property
    def stage(self) -> Stage: ...

    def feed(self, data: bytes) -> list[ModelEvent]: ...

    def finish(self, failure: ProviderFailure | None = None) -> list[ModelEvent]: ...


class Wire(Protocol):
    """One vendor's dialect."""

    @property
    def url(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def body(self, request: ModelRequest) -> bytes:
        """The body to send. Raises ValueError for what cannot be written."""
        ...

    def answer(self, origin: Origin) -> AnswerStream: ...

    def relent(self, status: int, body: bytes) -> None:
        """Learn from a refusal what this server does not take. A call that is now written otherwise is repeated."""
        ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where calls go, and with what."""

    provider: str
    http: Http
    clock: Clock
    retry: RetryPolicy
    secrets: tuple[str, ...] = field(default=(), repr=False)
    proxy_url: str | None = field(default=None, repr=False)
    timeouts: Timeouts = field(default_factory=Timeouts)


class WireModel:
    """The ModelPort over a wire."""

    def __init__(self, endpoint: Endpoint, wire: Wire) -> None:
        self._endpoint = endpoint
        self._wire = wire

    @property
    def provider(self) -> str:
        return self._endpoint.provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        """What the model says, as soon as it came. Ends with Finished or Failed; only cancellation is raised."""
        call = _Call(self._endpoint, self._wire, request)
        try:
            while events := await call.next():
                for event in events:
                    yield event
        finally:
            await call.close()


class _Call:
    """The exchanges of one call: another one is made while retrying makes sense and nothing was shown."""

    def __init__(self, endpoint: Endpoint, wire: Wire, request: ModelRequest) -> None:
        self._endpoint = endpoint
        self._make = lambda: _Exchange(endpoint, wire, request)
        self._exchange = self._make()
        self._attempt = 0
        self._delay: float | None = None

    async def next(self) -> list[ModelEvent]:
        """What is to be told next; empty once all is told."""
        if self._delay is not None:
            await self._exchange.close()
            await self._endpoint.clock.sleep(self._delay)
            self._exchange, self._delay = self._make(), None
        events = await self._exchange.next()
        failed = events[-1] if events else None
        if isinstance(failed, Failed) and not self._exchange.is_shown:
            self._attempt += 1
            self._delay = self._endpoint.retry.delay(failed.failure, self._attempt)
            if self._delay is not None:
                events[-1] = Retrying(
                    self._attempt, self._delay, failed.failure, max_attempts=self._endpoint.retry.retries
                )
        return events

    async def close(self) -> None:
        await self._exchange.close()


class _Exchange:
    """One request and its answer."""

    def __init__(self, endpoint: Endpoint, wire: Wire, request: ModelRequest) -> None:
        self._endpoint = endpoint
        self._wire = wire
        self._request = request
        self._origin = Origin(endpoint.provider, request.model, endpoint.secrets)
        self._answer = wire.answer(self._origin)
        self._stream: HttpStream | None = None
        self._has_read = False
        self._is_over = False
        self.is_shown = False

    async def next(self) -> list[ModelEvent]:
        """What the next read brought that is worth telling; empty once all is told."""
        if self._is_over or self._answer.is_over:
            return []
        events = await self._next()
        if not self.is_shown:
            self.is_shown = any(not isinstance(event, (Failed, UsageReport)) for event in events)
        return events

    async def _next(self) -> list[ModelEvent]:
        try:
            stream = self._stream
            if stream is None:
                stream = await self._open()
                if isinstance(stream, ProviderFailure):
                    return self._fail(stream)
            while True:
                data = await stream.read()
                if not self._has_read:
                    self._has_read = True
                    data = await _as_events(stream, data)
                events = self._answer.feed(data) if data else self._answer.finish()
                if events:
                    return events
        except HttpFailure as problem:
            stage = "connect" if self._stream is None else self._answer.stage
            if problem.kind == "stall" and self._stream is None:
                stage = "first_chunk"
            return self._answer.finish(failures.of_network(self._origin, problem, stage))
        except (ValueError, RecursionError) as error:
            return self._fail(self._unsendable(error))

    async def close(self) -> None:
        """Give the connection back if the answer was read to its end; cut it off otherwise."""
        if self._stream is not None and self._answer.is_over:
            await self._stream.settle()
        elif self._stream is not None:
            self._stream.close()

    async def _open(self) -> HttpStream | ProviderFailure:
        """An answer that streams, or why there is none. A server that refuses an option is asked again without it."""
        request = self._http_request()
        while True:
            stream = await self._endpoint.http.open(request)
            if 200 <= stream.status < 300:
                self._stream = stream
                return stream
            try:
                body = await _refusal(stream)
            finally:
                stream.close()
            self._wire.relent(stream.status, body)
            sent, request = request, self._http_request()
            if request.body == sent.body:
                now = self._endpoint.clock.now()
                return failures.of_status(self._origin, stream.status, stream.headers, body, now)

    def _http_request(self) -> HttpRequest:
        return HttpRequest(
            url=self._wire.url,
            headers=self._wire.headers,
            body=self._wire.body(self._request),
            proxy_url=self._endpoint.proxy_url,
            timeouts=self._endpoint.timeouts,
        )

    def _unsendable(self, error: Exception) -> ProviderFailure:
        message = f"the request cannot be written: {type(error).__name__}"
        return failures.of_class(self._origin, FailureClass.INVALID_REQUEST, message, "connect")

    def _fail(self, failure: ProviderFailure) -> list[ModelEvent]:
        self._is_over = True
        return [Failed(failure)]


async def _refusal(stream: HttpStream) -> bytes:
    """The body of a refusal, as far as it comes."""
    try:
        return await read_up_to(stream, ERROR_BODY_LIMIT)
    except HttpFailure:
        return b""


async def _as_events(stream: HttpStream, data: bytes) -> bytes:
    """A server that does not stream answers with one piece of JSON: one event, whose line ends are white space."""
    if not data.lstrip().startswith(b"{"):
        return data
    data += await read_up_to(stream, MAX_EVENT_BYTES)
    return b"data: " + data.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n\n"
