"""Pass-through over a whole gateway and real sockets: what it costs, who may, what never comes out, who leaves when."""

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import pytest

from portico.gateway.edge.openai.asked import MAX_BODY
from tests.gateway.edge.rig import Answer, ask, parsed
from tests.kit.gateways import KEY, Setup, Site, gateway
from tests.kit.wire import Reply, refusal

PATH = "POST /v1/chat/completions"
USAGE = b'data: {"id":"r","model":"m-1","choices":[],"usage":{"prompt_tokens":30,"completion_tokens":12}}\n\n'
STOP = b'data: {"id":"r","model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
FLOOD_BYTES = 48 * 1024 * 1024


def said(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return b"data: " + json.dumps({"id": "r", "model": "m-1", "choices": [choice]}).encode() + b"\n\n"


def body(text: str = "hello", **more: Any) -> bytes:
    told = {"model": "openai/m-1", "messages": [{"role": "user", "content": text}], **more}
    return json.dumps(told).encode()


async def post(site: Site, data: bytes, **headers: str) -> Answer:
    headers.setdefault("token", site.token)
    answer = await ask(site.it.listening, PATH, data, content_type="application/json", **headers)
    if answer.headers.get("transfer-encoding") == "chunked":
        return Answer(answer.status, answer.headers, unchunked(answer.body))
    return answer


def unchunked(data: bytes) -> bytes:
    found = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        found, data = found + data[:length], data[length + 2 :]
    return found


@asynccontextmanager
async def streaming(site: Site, data: bytes) -> AsyncGenerator[anyio.abc.SocketStream]:
    """A client that has asked and reads when it likes."""
    place = site.it.listening
    head = f"{PATH} HTTP/1.1\r\nhost: {place.host}:{place.port}\r\nauthorization: Bearer {site.token}\r\n"
    async with await anyio.connect_tcp(place.host, place.port) as stream:
        await stream.send(f"{head}content-length: {len(data)}\r\n\r\n".encode() + data)
        yield stream


async def received_up_to(client: anyio.abc.SocketStream, mark: bytes) -> bytes:
    """What comes until `mark` has come."""
    received = b""
    while mark not in received:
        received += await client.receive()
    return received


async def usage(site: Site) -> list[Any]:
    async with site.peer() as peer:
        return (await peer.call("usage/list"))["items"]


async def until_row(site: Site) -> Any:
    """The first row, once it is written."""
    while not (rows := await usage(site)):
        pass
    return rows[0]


async def test_a_call_is_relayed_and_recorded(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        site.vendor.script("hello", Reply(pieces=(said("hi"), STOP, USAGE, DONE)))
        answer = await post(site, body(stream=True), openai_organization="org-9", x_stainless_lang="python")
        assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert answer.body == (said("hi") + STOP + DONE).replace(b'"m-1"', b'"openai/m-1"').replace(
            b'"model": ', b'"model":'
        )
        [asked] = site.vendor.asked
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert site.token not in repr(asked)
        assert "openai-organization" not in asked.headers
        assert "x-stainless-lang" not in asked.headers
        [row] = await usage(site)
        assert (row["provider"], row["model"], row["input_tokens"], row["output_tokens"]) == ("openai", "m-1", 30, 12)
        async with site.peer() as peer:
            workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
            assert (await peer.call("thread/tree", workspace_id=workspace_id))["threads"] == []


async def test_rows_are_kept_in_memory_where_threads_are(tmp_path: Path) -> None:
    async with gateway(tmp_path, Setup(config={"session_persist": False})) as site:
        site.vendor.script("hello", Reply(pieces=(said("hi"), STOP, USAGE, DONE)))
        assert (await post(site, body(stream=True))).status == 200
        assert [row["input_tokens"] for row in await usage(site)] == [30]


async def test_nothing_that_was_said_is_kept_or_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with gateway(tmp_path) as site:
        site.vendor.script("purple", Reply(pieces=(said("elephant"), STOP, DONE)))
        site.vendor.script("broken", refusal(400, {"error": {"message": f"{KEY} may not"}}))
        assert b"elephant" in (await post(site, body("purple", stream=True))).body
        refused = await post(site, body("broken"))
        assert refused.status == 400
        assert KEY.encode() not in refused.body
        assert len(await usage(site)) == 2
        for word in (b"purple", b"elephant", KEY.encode()):
            assert word not in site.database
    assert not [word for word in ("purple", "elephant", KEY) if word in caplog.text]


@pytest.mark.promise("pass-through.scope")
async def test_it_needs_the_scope_chat_and_its_rows_admin(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, site.peer() as admin:
        tokens = {
            scope: (await admin.call("token/issue", name=scope, scopes=[scope]))["secret"] for scope in ("read", "chat")
        }
        assert (await post(site, body(), token=tokens["read"])).status == 403
        assert (await post(site, body(), token="")).status == 401
        assert site.vendor.asked == []
        site.vendor.script("hello", refusal(200, {"id": "r", "choices": []}))
        assert (await post(site, body(), token=tokens["chat"])).status == 200
        async with site.socket(tokens["chat"]) as peer:
            assert (await peer.refused("usage/list"))["data"]["kind"] == "denied"
        assert len(await usage(site)) == 1


async def test_a_big_body_goes_through_and_a_bigger_one_does_not(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        site.vendor.script("hello", refusal(200, {"id": "r", "choices": []}))
        big = body("x" * 3_000_000 + "hello")
        assert (await post(site, big)).status == 200
        assert len(site.vendor.asked[0].body) > 3_000_000
        place = site.it.listening
        head = f"{PATH} HTTP/1.1\r\nhost: {place.host}:{place.port}\r\nauthorization: Bearer {site.token}\r\n"
        async with await anyio.connect_tcp(place.host, place.port) as stream:
            await stream.send(f"{head}content-length: {MAX_BODY + 1}\r\n\r\n".encode())
            answer = parsed(await stream.receive())
        assert answer.status == 413


@pytest.mark.promise("pass-through.leaving")
@pytest.mark.parametrize("is_streaming", [True, False])
@pytest.mark.parametrize("pieces", [(), (said("hi"),)], ids=["before the first byte", "in the middle"])
async def test_when_the_caller_leaves_the_provider_is_cut_off(
    tmp_path: Path, pieces: tuple[bytes, ...], *, is_streaming: bool
) -> None:
    async with gateway(tmp_path) as site:
        site.vendor.script("hello", Reply(pieces=pieces, ending="hang"))
        async with streaming(site, body(stream=is_streaming)):
            await site.vendor.hanging.wait()
            await anyio.wait_all_tasks_blocked()
        await site.vendor.left.wait()
        assert (await until_row(site))["status"] == "cancelled"
        assert site.it.gateway.app.streams.count == 0


async def test_a_stop_ends_streams_with_an_error(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        site.vendor.script("hello", Reply(pieces=(said("hi"),), ending="hang"))
        received = b""
        async with streaming(site, body(stream=True)) as client, anyio.create_task_group() as group:
            await received_up_to(client, b"hi")
            group.start_soon(site.it.gateway.app.streams.leave)
            received = await received_up_to(client, b"0\r\n\r\n")
        assert b'data: {"error":' in received
        assert b"gateway_stopping" in received
        assert DONE not in received
        await site.vendor.left.wait()


async def test_above_the_cap_the_provider_is_not_asked(tmp_path: Path) -> None:
    async with gateway(tmp_path, Setup(config={"pass_through_tokens_per_day": 42})) as site:
        site.vendor.script("hello", Reply(pieces=(said("hi"), STOP, USAGE, DONE)))
        assert (await post(site, body(stream=True))).status == 200
        refused = await post(site, body(stream=True))
        assert (refused.status, refused.json["error"]["code"]) == (429, "spend_cap_reached")
        assert refused.json["error"]["type"] == "rate_limit_error"
        assert int(refused.headers["retry-after"]) > 0
        assert len(site.vendor.asked) == 1


async def test_models_are_listed_and_read(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site:
        listed = await ask(site.it.listening, "GET /v1/models", token=site.token)
        names = [model["id"] for model in listed.json["data"]]
        assert names[0] == "portico"
        assert "rehearsal/rehearsal" in names
        one = await ask(site.it.listening, "GET /v1/models/rehearsal/rehearsal", token=site.token)
        assert one.json["id"] == "rehearsal/rehearsal"
        missing = await ask(site.it.listening, "GET /v1/models/openai/none", token=site.token)
        assert (missing.status, missing.json["error"]["code"]) == (404, "model_not_found")
        assert missing.json["error"].keys() == {"message", "type", "param", "code"}


@pytest.mark.parametrize("model", ["gpt-5", "nobody/m", "portico/", ""])
async def test_a_name_that_is_no_model_is_not_found(tmp_path: Path, model: str) -> None:
    async with gateway(tmp_path) as site:
        answer = await post(site, body(model=model))
        assert (answer.status, answer.json["error"]["code"]) == (404, "model_not_found")


class Flood:
    """A provider that sends as much as it can."""

    def __init__(self) -> None:
        self.sent = 0
        self.url = ""

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator["Flood"]:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.url = f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, self._serve)
            yield self
            group.cancel_scope.cancel()

    async def _serve(self, stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 200 x\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\r\n")
            events = said("x" * 900) * 64
            while self.sent < FLOOD_BYTES:
                await stream.send(events)
                self.sent += len(events)
            await stream.send(STOP + DONE)


async def test_a_slow_reader_holds_the_provider_up(tmp_path: Path) -> None:
    async with Flood().serving() as flood:
        setup = Setup(environment={"OPENAI_BASE_URL": flood.url})
        async with gateway(tmp_path, setup) as site, streaming(site, body(stream=True)) as client:
            received = len(await client.receive())
            await anyio.wait_all_tasks_blocked()
            assert flood.sent < FLOOD_BYTES // 3
            last = b""
            while not last.endswith(b"0\r\n\r\n"):
                data = await client.receive()
                received, last = received + len(data), (last + data)[-64:]
            assert DONE in last
            assert received > flood.sent
