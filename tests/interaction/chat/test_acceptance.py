"""The acceptance list of seed 002 (chat-http A17), but what has a test beside the code it is about."""

import uuid
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest

from portico.gateway.adapters.http_port import Timeouts
from portico.gateway.main import Means
from tests.interaction.chat.client import Chat, Stream, chat_gateway, chatting
from tests.kit import FakeClock
from tests.kit.gateways import Setup, gateway
from tests.kit.vendors import tool_results, user_texts
from tests.kit.wire import refusal

TOKEN = "a-token-of-the-operator-0123456789"
ORIGIN = "https://chat.example.org"
ROUTES = ["/", "/health", "/v1/conversations", "/v1/conversations/c", "/v1/chat/runs/a.b", "/nothing"]


def config(**given: Any) -> Setup:
    return Setup(config=given)


def fields(answer: Any) -> set[str]:
    return {name.lower() for name in answer.headers if name.lower().startswith("access-control-")}


@pytest.mark.promise("chat.g1")
async def test_g1_health_without_a_token(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        answer = await chat.get("/health", authorization="")
        assert (answer.status, answer.body) == (200, {"ok": True})


@pytest.mark.promise("chat.g2")
async def test_g2_with_a_token_every_route_needs_it(tmp_path: Path) -> None:
    async with gateway(tmp_path, config(auth_token=TOKEN)) as site, chatting(site, "wrong") as stranger:
        for path in ROUTES:
            assert (await stranger.get(path)).status == 401, path
        for path in ("/v1/chat", "/v1/chat/stream", "/v1/adapters/chat", "/v1/conversations/c/abort"):
            assert (await stranger.post(path, {"message": "m"})).status == 401, path


@pytest.mark.promise("chat.g3")
async def test_g3_the_right_token_is_let_in(tmp_path: Path) -> None:
    async with gateway(tmp_path, config(auth_token=TOKEN)) as site, chatting(site, TOKEN) as chat:
        assert (await chat.get("/health")).status == 200
        assert (await chat.get("/v1/conversations")).status == 200
        assert await chat.said("hello") == "ok"


@pytest.mark.promise("chat.g4")
async def test_g4_the_page_can_be_switched_off(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path, config(web_ui=False)) as chat:
        answer = await chat.get("/")
        assert (answer.status, answer["error"]) == (404, "Web UI disabled")


@pytest.mark.promise("chat.g5")
async def test_g5_cors_is_on_answers_refusals_and_preflights(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path, config(cors_origins=(ORIGIN,))) as chat:
        for path, status in (("/v1/conversations", 200), ("/v1/conversations/none", 404), ("/nothing", 404)):
            answer = await chat.get(path, origin=ORIGIN)
            assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, ORIGIN)
        asked = {"origin": ORIGIN, "access_control_request_method": "POST", "authorization": ""}
        preflight = await chat.call("OPTIONS", "/v1/chat/stream", **asked)
        assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, ORIGIN)
        allowed = preflight.headers["access-control-allow-headers"].lower()
        assert {"content-type", "authorization"} <= {name.strip() for name in allowed.split(",")}
        methods = preflight.headers["access-control-allow-methods"]
        assert {"GET", "POST", "DELETE", "OPTIONS"} <= {name.strip() for name in methods.split(",")}


@pytest.mark.promise("chat.g6")
async def test_g6_without_an_origin_there_is_no_cors(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        for method, path in (("GET", "/v1/conversations"), ("GET", "/nothing"), ("OPTIONS", "/v1/chat")):
            assert fields(await chat.call(method, path)) == set()


@pytest.mark.promise("chat.g7")
async def test_g7_an_unknown_path_says_so(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        for path in ("/nothing", "/v1", "/v1/chat/", "/v1/conversations/a/b", "/v1/chat/runs"):
            answer = await chat.get(path)
            assert (answer.status, type(answer["error"])) == (404, str), path


@pytest.mark.promise("chat.g8")
async def test_g8_a_chat_without_an_id_gets_one_and_goes_on(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        first = await chat.say("my name is Ada", None)
        assert str(uuid.UUID(first["conversationId"])) == first["conversationId"]
        await chat.said("who am I?", first["conversationId"])
        assert user_texts(chat.site.vendor.asked[-1]) == ["my name is Ada", "who am I?"]


@pytest.mark.promise("chat.g11")
async def test_g11_a_stream_adds_up_to_its_answer(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        pieces = ["One ", "two\n\n", "drei: ", "vier", " 五 🙂", "\u2028\r\n"]
        chat.site.vendor.script("count", chat.site.vendor.says(*pieces))
        async with chat.stream("count") as stream:
            done = (await stream.end()).data
        assert (stream.names[0], stream.names[-1]) == ("ready", "done")
        assert stream.text == done["assistantText"] == "".join(pieces)
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["cache-control"] == "no-store"
        assert set(done) == {
            "conversationId",
            "sessionId",
            "sessionFile",
            "assistantText",
            "runId",
            "stopReason",
            "durationMs",
            "usage",
        }


@pytest.mark.promise("chat.g12")
async def test_g12_an_adapters_stream_ends_with_its_key(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        named = {"source": "slack", "channelId": "C1", "userId": "U1"}
        async with chat.stream("hi", None, path="/v1/adapters/chat/stream", **named) as stream:
            done = (await stream.end()).data
        assert (done["conversationId"], done["adapterKey"]) == ("slack:default:C1:root", "slack:default:C1:root:U1")
        answer = await chat.post("/v1/adapters/chat", {"message": "hi", **named})
        assert (answer["conversationId"], answer["adapterKey"]) == (done["conversationId"], done["adapterKey"])


BREAKS = {"truncated": "end", "closed": "close", "reset": "reset"}


@pytest.mark.promise("chat.g13")
@pytest.mark.parametrize("fault", BREAKS)
async def test_g13_a_provider_that_breaks_is_an_error_and_the_queue_goes_on(tmp_path: Path, fault: Any) -> None:
    async with chat_gateway(tmp_path) as chat:
        vendor, gate = chat.site.vendor, anyio.Event()
        vendor.script("hello", vendor.breaks("part", gate, ending=BREAKS[fault]), vendor.says("never"))  # pyright: ignore[reportArgumentType]
        vendor.script("next", vendor.says("fine"))
        async with chat.stream("hello") as stream, chat.stream("next") as waiting:
            await stream.shown("part")
            await waiting.first("ready")
            gate.set()
            end = await stream.end()
            assert (end.name, end.data["code"], end.data["retryable"]) == ("error", "stream_truncated", True)
            assert (await waiting.end()).data["assistantText"] == "fine"
        vendor.script("json", vendor.breaks("part", ending="close"))
        failed = await chat.say("json")
        assert (failed.status, failed["code"], type(failed["error"])) == (502, "stream_truncated", str)
        assert await chat.said("again") == "ok"


@pytest.mark.promise("chat.g13")
@pytest.mark.parametrize(
    ("status", "code", "answered"),
    [(401, "auth_expired", 502), (400, "invalid_request", 502), (404, "model_not_found", 502)],
)
async def test_g13_a_provider_that_refuses_is_an_error(tmp_path: Path, status: int, code: str, answered: int) -> None:
    async with chat_gateway(tmp_path) as chat:
        answer = refusal(status, {"error": {"message": "no"}})
        chat.site.vendor.script("hello", answer, answer)
        async with chat.stream("hello") as stream:
            end = await stream.end()
        assert (stream.response.status, end.name, end.data["code"]) == (200, "error", code)
        failed = await chat.say("hello")
        assert (failed.status, failed["code"]) == (answered, code)
        assert await chat.said("again") == "ok"


@pytest.mark.promise("chat.g14")
async def test_g14_retries_are_told(tmp_path: Path) -> None:
    clock = FakeClock()
    means = Means(timeouts=Timeouts(connect=5.0, read=10.0))
    async with chat_gateway(tmp_path, Setup(clock=clock, means=means)) as chat:
        vendor = chat.site.vendor
        busy = refusal(529, {"error": {"message": "overloaded"}})
        vendor.script("hello", busy, busy, vendor.says("at last"))
        async with chat.stream("hello") as stream:
            for count in (1, 2):
                await _counted(stream, "retry_start", count)
                await anyio.wait_all_tasks_blocked()
                clock.advance(60)
            await stream.end()
        names = [name for name in stream.names if name.startswith("retry") or name == "done"]
        assert names == ["retry_start", "retry_start", "retry_end", "done"]
        start, end = stream.events[stream.names.index("retry_start")], await stream.first("retry_end")
        assert (start.data["attempt"], start.data["maxAttempts"] >= 2, start.data["delayMs"] > 0) == (1, True, True)
        assert end.data == {"success": True, "attempt": 2}


async def _counted(stream: Stream, name: str, count: int) -> None:
    while stream.names.count(name) < count:
        assert await stream.more(), stream.names


@pytest.mark.promise("chat.g15")
async def test_g15_a_context_that_overflows_is_compressed(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        for n in range(4):
            await chat.said(f"before {n}")
        vendor = chat.site.vendor
        long = refusal(400, {"error": {"message": "too long", "code": "context_length_exceeded"}})
        vendor.script("hello", long, vendor.says("it fits now"))
        async with chat.stream("hello") as stream:
            done = await stream.end()
        start, end = await stream.first("compaction_start"), await stream.first("compaction_end")
        assert start.data["reason"] == "overflow"
        assert (end.data["willRetry"], end.data["aborted"]) == (True, False)
        assert done.data["assistantText"] == "it fits now"
        assert len(user_texts(vendor.asked[-1])) < len(user_texts(vendor.asked[-2]))


@pytest.mark.promise("chat.g16")
async def test_g16_the_providers_call_ends_with_the_client(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("hello", chat.site.vendor.breaks("part", ending="hang"))
        async with chat.stream("hello") as stream:
            await stream.shown("part")
            stream.leave()
        with anyio.fail_after(1):
            await chat.site.vendor.left.wait()


@pytest.mark.promise("chat.g19")
async def test_g19_a_restart_keeps_conversations_and_their_context(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        await chat.said("my name is Ada")
        before = await chat.record()
        assert (before["loaded"], before["sessionFile"] is None) == (True, False)
    async with chat_gateway(tmp_path) as chat:
        assert (await chat.get("/v1/conversations"))["conversations"] == [{**before, "loaded": False}]
        await chat.said("who am I?")
        assert user_texts(chat.site.vendor.asked[-1]) == ["my name is Ada", "who am I?"]
        assert (await chat.record())["loaded"]


@pytest.mark.promise("chat.g20")
async def test_g20_without_persistence_a_restart_forgets(tmp_path: Path) -> None:
    forgetful = config(session_persist=False)
    async with chat_gateway(tmp_path, forgetful) as chat:
        done = await chat.say("a marker sentence that nobody keeps")
        assert done["sessionFile"] is None
        assert (await chat.record())["sessionFile"] is None
    assert not any(b"a marker sentence" in data for data in _files(tmp_path))
    async with chat_gateway(tmp_path, forgetful) as chat:
        assert (await chat.get("/v1/conversations")).body == {"conversations": []}


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.mark.promise("chat.g21")
async def test_g21_there_is_no_index_that_could_be_corrupt(tmp_path: Path) -> None:
    """Conversations are rows of the one store (decision 0006): a foreign index is neither read nor touched."""
    (tmp_path / "root").mkdir()
    index = tmp_path / "root" / ".gateway" / "conversations.json"
    index.parent.mkdir()
    index.write_text("{ no index")
    async with chat_gateway(tmp_path) as chat:
        assert await chat.said("hello") == "ok"
        assert len((await chat.get("/v1/conversations"))["conversations"]) == 1
    assert index.read_text() == "{ no index"
    assert list(index.parent.iterdir()) == [index]


@pytest.mark.promise("chat.g22")
async def test_g22_a_stop_ends_every_stream_with_a_last_event(tmp_path: Path) -> None:
    streams = dict[str, Stream]()

    async def follow(chat: Chat, name: str) -> None:
        chat.site.vendor.script(name, chat.site.vendor.breaks("part", ending="hang"))
        async with chat.stream(name, name) as stream:
            await stream.shown("part")
            streams[name] = stream
            await stream.end()

    async with AsyncExitStack() as callers, anyio.create_task_group() as group, gateway(tmp_path) as site:
        chat = await callers.enter_async_context(chatting(site))
        for n in range(20):
            group.start_soon(follow, chat, f"prompt-{n:02}")
        while len(streams) < 20:
            await anyio.lowlevel.checkpoint()
            # here the gateway stops, in the middle of twenty answers
    ends = {(stream.names[-1], stream.events[-1].data["code"]) for stream in streams.values()}
    assert ends == {("error", "gateway_stopped")}
    async with chat_gateway(tmp_path) as chat:
        assert (await chat.record("prompt-00"))["running"] is False
        assert await chat.said("still there?", "prompt-00") == "ok"


@pytest.mark.promise("chat.g23")
async def test_g23_readonly_tools_refuse_to_write(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path, config(tools="readonly")) as chat:
        vendor = chat.site.vendor
        vendor.script("write", vendor.calls(("write_file", {"path": "a", "content": "x"})), vendor.says("I may not"))
        async with chat.stream("write") as stream:
            assert (await stream.end()).data["assistantText"] == "I may not"
        assert (await stream.first("tool_end")).data["isError"] is True
        assert not (chat.site.root / "a").exists()
        assert len(tool_results(vendor.asked[-1])) == 1


@pytest.mark.promise("chat.g24")
async def test_g24_without_tools_no_schemas_are_sent(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path, config(tools="none")) as chat:
        await chat.said("hello")
        assert "tools" not in chat.site.vendor.asked[-1].json


@pytest.mark.promise("chat.adapters")
async def test_two_adapters_with_the_same_thread_share_one_memory(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        named = {"source": "slack", "workspaceId": "T1", "channelId": "C1", "threadId": "1712233.991"}
        for user, message in (("U1", "I am Ada"), ("U2", "I am Bob"), ("U1", "who is here?")):
            answer = await chat.post("/v1/adapters/chat", {**named, "userId": user, "message": message})
            assert answer["adapterKey"] == f"slack:T1:C1:1712233.991:{user}"
        assert user_texts(chat.site.vendor.asked[-1]) == ["I am Ada", "I am Bob", "who is here?"]
        other = await chat.post("/v1/adapters/chat", {**named, "threadId": "2", "message": "who is here?"})
        assert other["conversationId"] == "slack:T1:C1:2"
        assert user_texts(chat.site.vendor.asked[-1]) == ["who is here?"]
        await chat.said("and from outside?", "slack:T1:C1:1712233.991")
        assert len(user_texts(chat.site.vendor.asked[-1])) == 4


@pytest.mark.promise("chat.literal")
async def test_what_an_adapter_forwards_is_never_a_command(tmp_path: Path) -> None:
    """Rehearsal reads lines that begin with a slash as commands, but none of a stranger's (chat-http A16.11)."""
    rehearsal = config(provider="rehearsal", model="rehearsal")
    async with chat_gateway(tmp_path, rehearsal) as chat:
        command = '/tool exec_command {"command": ["touch", "done"]}'
        answer = await chat.post("/v1/adapters/chat", {"channelId": "room", "message": command})
        assert answer.status == 200
        assert _names(chat.site.root) == []
        await chat.said(command)
        assert _names(chat.site.root) == ["done"]


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.mark.promise("chat.images")
async def test_a_picture_reaches_the_model(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        png = "iVBORw0KGgo="
        await chat.said("look", images=[{"type": "image", "data": png, "mimeType": "image/png"}])
        assert png.encode() in chat.site.vendor.asked[-1].body
