"""Model lists over HTTP, and the look at a local Ollama."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress

import anyio
import msgspec
import pytest
from anyio.abc import SocketAttribute, SocketStream

from portico.gateway.adapters import model_lists as module
from portico.gateway.adapters.http import Http
from portico.gateway.adapters.http_port import FailureKind, HttpFailure, HttpRequest
from portico.gateway.adapters.model_lists import LIMIT_BYTES, ModelLists
from portico.gateway.features.providers import Authority
from portico.gateway.kernel.errors import Denied, GatewayError, Unavailable

OPENAI = Authority("openai", "chat_completions", "http://vendor/v1", "configured", "sk-key", "stored", "http://p:1")
ANTHROPIC = Authority("anthropic", "anthropic_messages", "http://vendor", "configured", "sk-key", "stored")
OPEN = Authority("vllm", "chat_completions", "http://vendor/v1", "configured")


class Answer:
    """A stream that gives its body in one piece."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.headers: Mapping[str, str] = {}
        self._left = [body]

    async def read(self) -> bytes:
        return self._left.pop() if self._left else b""

    async def settle(self) -> None:
        """Nothing to keep."""

    def close(self) -> None:
        """Nothing to close."""


class Backend:
    """Plays `answers` in turn and keeps the requests; a failure is raised, None is never answered."""

    def __init__(self, *answers: tuple[int, bytes] | HttpFailure | None) -> None:
        self.requests: list[HttpRequest] = []
        self._answers = list(answers)

    async def open(self, request: HttpRequest) -> Answer:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if answer is None:
            await anyio.sleep_forever()
        if isinstance(answer, HttpFailure):
            raise answer
        assert answer is not None
        return Answer(*answer)

    async def aclose(self) -> None:
        """Nothing to close."""


def lists(backend: Backend) -> ModelLists:
    return ModelLists(Http(lambda: lambda: backend))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"object":"list","data":[{"id":"a"},{"id":"b"}]}', [{"id": "a"}, {"id": "b"}]),
        (b'{"models":[{"name":"a"}]}', [{"name": "a"}]),
        (b'[{"id":"a"}]', [{"id": "a"}]),
        (b'{"data":[]}', []),
    ],
)
async def test_the_entries_of_a_list(body: bytes, expected: list[object]) -> None:
    assert await lists(Backend((200, body))).fetch(OPENAI) == expected


async def test_what_is_sent() -> None:
    backend = Backend((200, b"[]"), (200, b"[]"))
    await lists(backend).fetch(OPENAI)
    await lists(backend).fetch(OPEN)
    first, second = backend.requests
    assert (first.method, first.url, first.proxy_url, first.body) == (
        "GET",
        "http://vendor/v1/models",
        "http://p:1",
        None,
    )
    assert first.headers == {"Accept": "application/json", "Authorization": "Bearer sk-key"}
    assert (second.proxy_url, second.headers) == (None, {"Accept": "application/json"})


async def test_anthropics_pages() -> None:
    pages = (
        {"data": [{"id": "a"}], "has_more": True, "last_id": "a/b"},
        {"data": [{"id": "b"}], "has_more": False, "last_id": "b"},
    )
    backend = Backend(*((200, msgspec.json.encode(page)) for page in pages))
    assert await lists(backend).fetch(ANTHROPIC) == [{"id": "a"}, {"id": "b"}]
    assert [request.url for request in backend.requests] == [
        "http://vendor/v1/models?limit=1000",
        "http://vendor/v1/models?limit=1000&after_id=a%2Fb",
    ]
    assert backend.requests[0].headers == {
        "Accept": "application/json",
        "anthropic-version": "2023-06-01",
        "x-api-key": "sk-key",
    }


async def test_pages_without_end_are_cut_off() -> None:
    page = msgspec.json.encode({"data": [{"id": "a"}], "has_more": True, "last_id": "a"})
    backend = Backend(*((200, page) for _ in range(module.MAX_PAGES)))
    assert len(await lists(backend).fetch(ANTHROPIC)) == module.MAX_PAGES


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, Denied, "auth_expired"),
        (403, Denied, "auth_expired"),
        (404, Unavailable, "model_list_missing"),
        (405, Unavailable, "model_list_missing"),
        (429, Unavailable, "rate_limit"),
        (302, Unavailable, "model_list_unavailable"),
        (500, Unavailable, "model_list_unavailable"),
        (529, Unavailable, "model_list_unavailable"),
    ],
)
async def test_refusals(status: int, kind: type[GatewayError], code: str) -> None:
    with pytest.raises(kind) as refusal:
        await lists(Backend((status, b"the key sk-key is bad"))).fetch(OPENAI)
    assert refusal.value.code == code
    assert "sk-key" not in refusal.value.message


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"<html>", b"null", b'"a"', b'{"data":{}}', b'{"object":"list"}', b"[" * 100_000],
)
async def test_answers_that_are_no_list(body: bytes) -> None:
    with pytest.raises(Unavailable) as refusal:
        await lists(Backend((200, body))).fetch(OPENAI)
    assert refusal.value.code == "model_list_unavailable"


async def test_an_answer_without_end_is_cut_off() -> None:
    with pytest.raises(Unavailable) as refusal:
        await lists(Backend((200, b"x" * (LIMIT_BYTES + 1)))).fetch(OPENAI)
    assert refusal.value.message == "the provider's list of models is too large"


@pytest.mark.parametrize("kind", ["invalid", "connect", "connect_timeout", "stall", "reset", "too_large"])
async def test_broken_exchanges_name_no_endpoint(kind: FailureKind) -> None:
    with pytest.raises(Unavailable) as refusal:
        await lists(Backend(HttpFailure(kind, "vendor:80 broke off"))).fetch(OPENAI)
    assert refusal.value.code == "model_list_unavailable"
    assert "vendor" not in refusal.value.message


async def test_a_vendor_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEADLINE_SECONDS", 0.0)
    with pytest.raises(Unavailable) as refusal:
        await lists(Backend(None)).fetch(OPENAI)
    assert refusal.value.message == "the provider did not answer in time"


@asynccontextmanager
async def server(*pieces: bytes) -> AsyncGenerator[tuple[str, list[bytes]]]:
    """A socket that answers every request with `pieces` and closes; its address and what it was asked."""
    asked: list[bytes] = []

    async def answer(stream: SocketStream) -> None:
        async with stream:
            asked.append(await stream.receive())
            with suppress(anyio.BrokenResourceError):
                for piece in pieces:
                    await stream.send(piece)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        port = listener.extra(SocketAttribute.local_port)
        group.start_soon(listener.serve, answer)
        yield f"http://127.0.0.1:{port}/v1", asked
        group.cancel_scope.cancel()


OK = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"


async def test_a_running_ollama_is_seen_with_its_models() -> None:
    body = b'{"models":[{"name":"llama3.2:3b","size":1},{"name":"nomic-embed-text"}]}'
    async with server(OK[:9], OK[9:] + body[:20], body[20:]) as (url, asked):
        assert await lists(Backend()).local_models(url) == ("llama3.2:3b", "nomic-embed-text")
    assert asked[0].startswith(b"GET /api/tags HTTP/1.0\r\nHost: 127.0.0.1:")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 404 Not Found\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        OK + b"not json",
        OK + b"\xff\xfe",
        OK + b'{"models":[{}]}',
        OK + b'{"models":' + b"[" * 100_000,
        OK + b"[]",
    ],
)
async def test_what_answers_otherwise_is_no_ollama(answer: bytes) -> None:
    async with server(*([answer] if answer else [])) as (url, _):
        assert await lists(Backend()).local_models(url) is None


async def test_nothing_listens() -> None:
    async with server() as (url, _):
        pass
    assert await lists(Backend()).local_models(url) is None


async def test_an_answer_larger_than_the_bound_is_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCAL_LIMIT_BYTES", 100)
    async with server(OK + b'{"models":[' + b" " * 1_000 + b"]}") as (url, _):
        assert await lists(Backend()).local_models(url) is None


async def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCAL_DEADLINE_SECONDS", 0.0)
    async with server(OK) as (url, _):
        assert await lists(Backend()).local_models(url) is None
