"""Bytes to and from a provider's chat completions endpoint: sent, sent again before the first byte, never read into."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from portico.gateway.adapters.http import Http, read_up_to
from portico.gateway.adapters.http_port import ERROR_BODY_LIMIT, HttpFailure, HttpRequest, HttpStream, Timeouts
from portico.gateway.adapters.models import failures
from portico.gateway.adapters.models.failures import Origin, secrets_of
from portico.gateway.adapters.models.retry import RetryPolicy
from portico.gateway.agent.model import ProviderFailure, Stage
from portico.gateway.kernel.clock import Clock

REFUSALS = frozenset({400, 422})
KNOWN_SERVERS = 256


class Relayed(Protocol):
    """Where a call goes: as the providers resolve it."""

    @property
    def provider(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    @property
    def api_key(self) -> str | None: ...

    @property
    def proxy_url(self) -> str | None: ...


class ByteAnswer:
    """An answer being read; its first bytes have come."""

    def __init__(self, stream: HttpStream, origin: Origin, first: bytes) -> None:
        self._stream = stream
        self._origin = origin
        self._first: bytes | None = first
        self._is_over = False

    async def read(self) -> bytes | ProviderFailure:
        data, self._first = self._first, None
        try:
            if data is None:
                data = await self._stream.read()
        except HttpFailure as problem:
            return failures.of_network(self._origin, problem, "mid_stream")
        self._is_over = not data
        return data

    async def close(self, *, is_whole: bool = False) -> None:
        """`is_whole`: what came says that nothing follows, so the next call may have the connection."""
        if self._is_over or is_whole:
            await self._stream.settle()
        else:
            self._stream.close()


@dataclass(frozen=True, slots=True)
class ByteRelay:
    """One for all providers. Servers that refused `stream_options` are remembered while the process lives."""

    http: Http
    clock: Clock
    timeouts: Timeouts = field(default_factory=Timeouts)
    random: Callable[[], float] = random.random
    _without_options: dict[str, None] = field(default_factory=dict[str, None])

    async def open(self, resolved: Relayed, body: bytes, plain: bytes | None = None) -> ByteAnswer | ProviderFailure:
        """See the port of the OpenAI-compatible face."""
        retry = RetryPolicy(self.random)
        attempt = 0
        while True:
            answer = await self._ask(resolved, body, plain)
            if isinstance(answer, ByteAnswer):
                return answer
            attempt += 1
            delay = retry.delay(answer, attempt)
            if delay is None:
                return answer
            await self.clock.sleep(delay)

    async def _ask(self, resolved: Relayed, body: bytes, plain: bytes | None) -> ByteAnswer | ProviderFailure:
        """One exchange; a second one at once where the server does not take the options of `body`."""
        if plain is not None and resolved.base_url in self._without_options:
            body, plain = plain, None
        answer = await self._exchange(resolved, body)
        if isinstance(answer, _Refused):
            if plain is None or not answer.is_about_options:
                return answer.failure
            self._remember(resolved.base_url)
            answer = await self._exchange(resolved, plain)
        return answer.failure if isinstance(answer, _Refused) else answer

    async def _exchange(self, resolved: Relayed, body: bytes) -> "ByteAnswer | _Refused":
        origin = _origin(resolved)
        stage: Stage = "connect"
        stream: HttpStream | None = None
        try:
            stream = await self.http.open(self._request(resolved, body))
            if not 200 <= stream.status < 300:
                return await self._refused(origin, stream)
            stage = "first_chunk"
            answer = ByteAnswer(stream, origin, await stream.read())
            stream = None
        except HttpFailure as problem:
            if problem.kind == "stall":
                stage = "first_chunk"
            return _Refused(failures.of_network(origin, problem, stage))
        finally:
            if stream is not None:
                stream.close()
        return answer

    async def _refused(self, origin: Origin, stream: HttpStream) -> "_Refused":
        try:
            body = await read_up_to(stream, ERROR_BODY_LIMIT)
        except HttpFailure:
            body = b""
        failure = failures.of_status(origin, stream.status, stream.headers, body, self.clock.now())
        is_about_options = stream.status in REFUSALS and (b"stream_options" in body or b"include_usage" in body)
        return _Refused(failure, is_about_options)

    def _request(self, resolved: Relayed, body: bytes) -> HttpRequest:
        return HttpRequest(
            url=resolved.base_url.rstrip("/") + "/chat/completions",
            headers=_headers(resolved),
            body=body,
            proxy_url=resolved.proxy_url,
            timeouts=self.timeouts,
        )

    def _remember(self, base_url: str) -> None:
        self._without_options[base_url] = None
        while len(self._without_options) > KNOWN_SERVERS:
            del self._without_options[next(iter(self._without_options))]


@dataclass(frozen=True, slots=True)
class _Refused:
    """No answer; `is_about_options`: the server does not take `stream_options`."""

    failure: ProviderFailure
    is_about_options: bool = False


def _headers(resolved: Relayed) -> Mapping[str, str]:
    """Only these: nothing of the caller's headers goes out."""
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
    return {**headers, "Authorization": f"Bearer {resolved.api_key}"} if resolved.api_key else headers


def _origin(resolved: Relayed) -> Origin:
    secrets = secrets_of(resolved.api_key, resolved.proxy_url)
    return Origin(resolved.provider, resolved.model, secrets)
