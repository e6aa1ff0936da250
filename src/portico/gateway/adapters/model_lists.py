"""Asks vendors which models they have, and this host whether Ollama runs on it."""

import ssl
from typing import Any, cast
from urllib.parse import quote, urlsplit

import anyio
import msgspec

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import HttpFailure, HttpRequest, Timeouts
from portico.gateway.features.providers import Authority
from portico.gateway.kernel.errors import Denied, GatewayError, Unavailable

LIMIT_BYTES = 16 * 1024 * 1024
"""The largest lists known (hundreds of models with descriptions) are below 2 MiB."""
DEADLINE_SECONDS = 30.0
TIMEOUTS = Timeouts(connect=10.0, read=20.0)
ANTHROPIC_VERSION = "2023-06-01"
MAX_PAGES = 20
LOCAL_DEADLINE_SECONDS = 1.5
LOCAL_LIMIT_BYTES = 1024 * 1024

FAILURES = {
    "invalid": "the provider's address cannot be used",
    "connect": "the provider cannot be reached",
    "connect_timeout": "the provider did not answer in time",
    "stall": "the provider did not answer in time",
    "reset": "the provider broke the connection off",
    "too_large": "the provider's list of models is too large",
}
"""In our words: what a client reads names no endpoint."""


class ModelLists:
    """Vendors' lists over HTTP (see `ModelListPort`)."""

    def __init__(self, http: Http) -> None:
        self._http = http

    async def fetch(self, authority: Authority) -> list[Any]:
        """The entries as the vendor gave them. Raises Unavailable, Denied."""
        with anyio.move_on_after(DEADLINE_SECONDS):
            if authority.kind == "anthropic_messages":
                return await self._anthropic(authority)
            headers = {"Authorization": f"Bearer {authority.api_key}"} if authority.api_key else {}
            return _entries(await self._get(authority, "/models", headers))
        raise Unavailable(FAILURES["stall"], code="model_list_unavailable")

    async def local_models(self, base_url: str) -> tuple[str, ...] | None:
        """The names that `/api/tags` of an Ollama server tells; None when it does not answer as one."""
        try:
            with anyio.move_on_after(LOCAL_DEADLINE_SECONDS):
                return _tags(await _answer(base_url))
        except (OSError, ValueError, RecursionError, anyio.BrokenResourceError, anyio.EndOfStream):
            return None
        return None

    async def _anthropic(self, authority: Authority) -> list[Any]:
        headers = {"anthropic-version": ANTHROPIC_VERSION}
        if authority.api_key:
            headers["x-api-key"] = authority.api_key
        entries: list[Any] = []
        path = "/v1/models?limit=1000"
        for _ in range(MAX_PAGES):
            page = await self._get(authority, path, headers)
            entries += _entries(page)
            last = _next_page(page)
            if last is None:
                break
            path = f"/v1/models?limit=1000&after_id={quote(last, safe='')}"
        return entries

    async def _get(self, authority: Authority, path: str, headers: dict[str, str]) -> Any:
        request = HttpRequest(
            url=f"{authority.base_url}{path}",
            method="GET",
            headers={"Accept": "application/json", **headers},
            proxy_url=authority.proxy_url,
            timeouts=TIMEOUTS,
        )
        try:
            answer = await self._http.fetch(request, LIMIT_BYTES)
        except HttpFailure as failure:
            raise Unavailable(FAILURES[failure.kind], code="model_list_unavailable") from failure
        if answer.status != 200:
            raise _refusal(answer.status)
        try:
            return msgspec.json.decode(answer.body)
        except (ValueError, RecursionError) as error:
            raise _unreadable() from error


def _refusal(status: int) -> GatewayError:
    match status:
        case 401 | 403:
            return Denied("the provider refuses the key", code="auth_expired", status=status)
        case 404 | 405 | 501:
            return Unavailable("the provider has no list of models", code="model_list_missing", status=status)
        case 429:
            return Unavailable("the provider asks to wait", code="rate_limit", status=status)
        case _:
            return Unavailable(f"the provider answered {status}", code="model_list_unavailable", status=status)


def _unreadable() -> GatewayError:
    return Unavailable("the provider's list of models cannot be read", code="model_list_unavailable")


def _entries(answer: Any) -> list[Any]:
    """The list in `data` or `models`, or the answer itself."""
    if isinstance(answer, dict):
        told = cast("dict[str, Any]", answer)
        answer = told.get("data", told.get("models"))
    if not isinstance(answer, list):
        raise _unreadable()
    return cast("list[Any]", answer)


def _next_page(page: Any) -> str | None:
    """Where Anthropic's next page starts, None after the last."""
    told = cast("dict[str, Any]", page) if isinstance(page, dict) else {}
    last = told.get("last_id")
    return last if told.get("has_more") is True and isinstance(last, str) and last else None


async def _answer(base_url: str) -> bytes:
    """The body of `/api/tags` by plain HTTP/1.0: no HTTP library is loaded only to learn that nothing listens."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    is_tls = parts.scheme == "https"
    place = f"{parts.path.removesuffix('/').removesuffix('/v1')}/api/tags"
    context = ssl.create_default_context() if is_tls else None
    stream = await anyio.connect_tcp(host, parts.port or (443 if is_tls else 80), tls=is_tls, ssl_context=context)
    received = b""
    async with stream:
        await stream.send(f"GET {place} HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n\r\n".encode())
        while len(received) <= LOCAL_LIMIT_BYTES:
            try:
                received += await stream.receive()
            except anyio.EndOfStream:
                break
    head, _, body = received.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"] or len(received) > LOCAL_LIMIT_BYTES:
        raise ValueError("this is no list")
    return body


class _Tag(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class _Tags(msgspec.Struct, frozen=True, kw_only=True):
    models: list[_Tag]


def _tags(body: bytes) -> tuple[str, ...]:
    return tuple(tag.name for tag in msgspec.json.decode(body, type=_Tags).models)
