"""HTTP by aiohttp: the only module that imports it, loaded lazily by `http`."""

import io
import urllib.request
from collections.abc import Mapping

import aiohttp
import aiohttp.http_exceptions
import anyio
from yarl import URL

from portico.gateway.adapters.http_port import HttpFailure, HttpRequest

READ_BUFFER_BYTES = 256 * 1024
"""One read of the event loop; more costs page faults and brings nothing."""
KEEP_ALIVE_SECONDS = 75.0
LARGE_BYTES = 1_048_576
"""Above this aiohttp wants a body in portions, and warns of one in a piece."""
SETTLE_SECONDS = 0.1
"""How long the end of a body may lag behind its last event before the connection is given up."""

BROKEN = (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, OSError, RuntimeError)
"""What aiohttp raises when an exchange breaks; RuntimeError is its "Connection closed."."""


class AiohttpBackend:
    """Kept-alive connections without a limit, cookies, redirects or compression (an encoder may hold back a delta)."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[tuple[str, str], str | None] = {}

    async def open(self, request: HttpRequest) -> "AiohttpStream":
        url = _address(request.url)
        where = f"{url.host}:{url.port}"
        timeouts = request.timeouts
        try:
            response = await self._opened().request(
                request.method,
                url,
                data=_body(request.body),
                headers=request.headers,
                proxy=_http_proxy(request.proxy_url or self._proxy(url)),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeouts.connect, sock_read=timeouts.read),
            )
        except (*BROKEN, ValueError) as error:
            raise _failure(error, where) from error
        return AiohttpStream(response, where)

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "portico", "Accept-Encoding": "identity"},
                read_bufsize=READ_BUFFER_BYTES,
            )
        return self._session

    def _proxy(self, url: URL) -> str | None:
        """The environment's proxy for a host; aiohttp's own `trust_env` would read .netrc at every request."""
        key = (url.scheme, url.authority)
        if key not in self._proxies:
            bypassed = bool(urllib.request.proxy_bypass(url.host or ""))
            self._proxies[key] = None if bypassed else urllib.request.getproxies().get(url.scheme)
        return self._proxies[key]


class AiohttpStream:
    """An answer being read."""

    def __init__(self, response: aiohttp.ClientResponse, where: str) -> None:
        self._response = response
        self._content = response.content
        self._where = where
        self._broken: HttpFailure | None = None

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self._response.headers.items()}

    async def read(self) -> bytes:
        if self._broken is not None:
            raise self._broken
        try:
            return await self._content.readany()
        except BROKEN as error:
            self._broken = _failure(error, self._where)
            rest = self._left()
            if not rest:
                raise self._broken from error
            return rest

    async def settle(self) -> None:
        try:
            if self._broken is None and not self._content.at_eof():
                with anyio.move_on_after(SETTLE_SECONDS):
                    await self._content.readany()
        except BROKEN:
            pass
        finally:
            self._response.close()

    def close(self) -> None:
        self._response.close()

    def _left(self) -> bytes:
        """What arrived before the break: aiohttp raises first and would lose it."""
        pending = self._content._buffer  # pyright: ignore[reportPrivateUsage] # no public way to read past the error
        rest = b"".join(pending)
        pending.clear()
        return rest


def _body(body: bytes | None) -> bytes | io.BytesIO | None:
    return body if body is None or len(body) <= LARGE_BYTES else io.BytesIO(body)


def _address(text: str) -> URL:
    try:
        url = URL(text)
    except ValueError as error:
        raise HttpFailure("invalid", "the base URL is not a URL") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise HttpFailure("invalid", "the base URL is not an http or https URL")
    return url


def _http_proxy(text: str | None) -> str | None:
    if text is not None and not text.lower().startswith(("http://", "https://")):
        raise HttpFailure("invalid", "the proxy is not an http or https URL")
    return text


def _failure(error: Exception, where: str) -> HttpFailure:
    """In our words: vendor texts may hold proxies with passwords."""
    match error:
        case aiohttp.InvalidURL():
            return HttpFailure("invalid", f"the request to {where} has a URL that cannot be used")
        case aiohttp.ConnectionTimeoutError():
            return HttpFailure("connect_timeout", f"{where} did not accept the connection in time")
        case aiohttp.ServerTimeoutError():
            return HttpFailure("stall", f"{where} sent nothing for too long")
        case aiohttp.ClientHttpProxyError(status=status):
            return HttpFailure("connect", f"the proxy answered {status} for {where}")
        case aiohttp.ClientProxyConnectionError():
            return HttpFailure("connect", f"cannot connect to the proxy for {where}")
        case aiohttp.ClientSSLError():
            return HttpFailure("connect", f"no trusted TLS connection to {where}")
        case aiohttp.ClientConnectorError(strerror=reason):
            return HttpFailure("connect", f"cannot connect to {where}: {reason}")
        case aiohttp.ClientError() | aiohttp.http_exceptions.HttpProcessingError() | OSError() | RuntimeError():
            return HttpFailure("reset", f"{where} broke the connection off")
        case _:
            return HttpFailure("invalid", f"the request to {where} cannot be sent: {type(error).__name__}")
