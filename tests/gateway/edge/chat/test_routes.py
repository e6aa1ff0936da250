"""The routes of the chat face: conversations, statuses, queries (chat-http A5)."""

from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import anyio
import pytest

from portico.gateway.edge.chat import ChatFace
from portico.gateway.edge.chat.told import EVENTS
from portico.gateway.edge.face import Face
from portico.protocol.base import Scope
from tests.gateway.edge.chat.test_bodies import IMAGE, padded
from tests.interaction.chat.client import Chat, chat_gateway, chatting, prompt
from tests.kit.gateways import gateway

NAMES = [
    "notes",
    "slack:T123:C456:1712233.991",
    "a/b c?d#e%20",
    "привет 漢字 🙂",
    "...",
    "x" * 200,
    "漢" * 200,
    "🙂" * 100,
]


def path_of(conversation: str, more: str = "") -> str:
    return f"/v1/conversations/{quote(conversation, safe='')}{more}"


def test_every_route_is_told_and_has_its_scope() -> None:
    routes = ChatFace(cast("Face", None)).routes()
    assert all(route.told is not None for route in routes)
    reading = {f"{route.method} {route.path}" for route in routes if route.scope is Scope.READ}
    assert reading == {
        "GET /v1/conversations",
        "GET /v1/conversations/{id}",
        "GET /v1/conversations/{id}/messages",
    }
    assert {route.scope for route in routes} == {Scope.READ, Scope.CHAT}
    assert {"ready", "done", "error", "reset"} <= EVENTS.keys()


@pytest.mark.promise("chat.conversations")
async def test_conversations_are_made_shown_listed_and_deleted(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        for name in NAMES:
            made = await chat.post("/v1/conversations", {"conversationId": name})
            assert (made.status, made["conversationId"], made["loaded"]) == (201, name, False)
            again = await chat.post("/v1/conversations", {"conversationId": name})
            assert (again.status, again.body) == (200, made.body)
            assert (await chat.get(path_of(name))).body == made.body
        listed = (await chat.get("/v1/conversations"))["conversations"]
        assert {record["conversationId"] for record in listed} == set(NAMES)
        for name in NAMES:
            assert (await chat.call("DELETE", path_of(name))).body == {"deleted": True}
            for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/abort"), ("GET", "/messages")):
                gone = await chat.call(method, path_of(name, path))
                assert (gone.status, gone["code"]) == (404, "conversation_not_found")
        assert (await chat.get("/v1/conversations")).body == {"conversations": []}


async def test_a_conversation_needs_no_name_and_no_body(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        one, other = await chat.post("/v1/conversations"), await chat.post("/v1/conversations", {})
        assert (one.status, other.status) == (201, 201)
        assert len(one["conversationId"]) == 36
        assert one["conversationId"] != other["conversationId"]
        key = {"idempotency_key": "k"}
        first, again = [await chat.post("/v1/conversations", {}, **key) for _ in range(2)]
        assert (first.status, again.status, again.body) == (201, 200, first.body)


async def test_lists_have_pages(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        for n in range(5):
            await chat.post("/v1/conversations", {"conversationId": f"c{n}"})
        found, cursor = list[str](), ""
        while cursor is not None:
            page = (await chat.get(f"/v1/conversations?limit=2{cursor and f'&cursor={quote(cursor)}'}")).body
            found += [record["conversationId"] for record in page["conversations"]]
            cursor = page.get("nextCursor")
        assert sorted(found) == [f"c{n}" for n in range(5)]


@pytest.mark.promise("chat.messages")
async def test_messages_are_told_by_pages(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        done = await chat.say("look", images=[IMAGE])
        await chat.said("again")
        newest = (await chat.get("/v1/conversations/c/messages?limit=2")).body
        assert [(m["role"], m["text"]) for m in newest["messages"]] == [("user", "again"), ("assistant", "ok")]
        older = (await chat.get(f"/v1/conversations/c/messages?cursor={newest['nextCursor']}")).body
        assert [(m["role"], m.get("images"), m["runId"]) for m in older["messages"]] == [
            ("user", [IMAGE], done["runId"]),
            ("assistant", None, done["runId"]),
        ]
        assert "nextCursor" not in older


async def test_bad_queries_are_refused(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        await chat.post("/v1/conversations", {"conversationId": "c"})
        for path in ("/v1/conversations", "/v1/conversations/c/messages"):
            for query in ("limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "cursor=none-of-ours", "cursor=%FF"):
                answer = await chat.get(f"{path}?{query}")
                assert (answer.status, answer["kind"]) == (400, "invalid"), (path, query)


@pytest.mark.promise("chat.g17")
async def test_g17_abort_of_an_idle_conversation_does_nothing(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        await chat.said("hello")
        for query in ("", "?clearQueue=true", "?clearQueue=0"):
            answer = await chat.post(f"/v1/conversations/c/abort{query}")
            assert (answer.status, answer.body) == (200, {"aborted": False, "cleared": 0})
        assert (await chat.post("/v1/conversations/c/abort?clearQueue=maybe")).status == 400
        assert await chat.said("again") == "ok"


@pytest.mark.promise("chat.abort")
async def test_abort_stops_the_run_and_leaves_the_queue(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("first", chat.site.vendor.breaks("part", ending="hang"))
        async with chat.stream("first") as first, chat.stream("second") as second:
            await first.shown("part")
            await second.first("ready")
            answer = await chat.post("/v1/conversations/c/abort")
            assert answer.body == {"aborted": True, "cleared": 0}
            done = await first.end()
            assert (done.name, done.data["stopReason"], done.data["assistantText"]) == ("done", "aborted", "part")
            assert (await second.end()).data["stopReason"] == "stop"
        await chat.site.vendor.left.wait()


@pytest.mark.promise("chat.g18")
async def test_g18_delete_stops_the_run(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        chat.site.vendor.script("first", chat.site.vendor.breaks("part", ending="hang"))
        async with chat.stream("first") as first, chat.stream("second") as second:
            await first.shown("part")
            await second.first("ready")
            assert (await chat.call("DELETE", "/v1/conversations/c")).body == {"deleted": True}
            for stream in (first, second):
                end = await stream.end()
                assert (end.name, end.data["code"]) == ("error", "conversation_deleted")
        await chat.site.vendor.left.wait()
        assert (await chat.get("/v1/conversations/c")).status == 404
        assert (await chat.get("/v1/conversations"))["conversations"] == []
        assert await chat.said("a new one") == "ok"
        assert await chat.messages() == [("user", "a new one"), ("assistant", "ok")]


async def test_delete_ends_an_answer_that_waits(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        chat.site.vendor.script("first", chat.site.vendor.breaks("part", ending="hang"))
        answers = list[Any]()

        async def ask() -> None:
            answers.append(await chat.say("first"))

        group.start_soon(ask)
        await chat.site.vendor.hanging.wait()
        await chat.call("DELETE", "/v1/conversations/c")
        while not answers:
            await anyio.lowlevel.checkpoint()
        assert (answers[0].status, answers[0]["code"]) == (404, "conversation_deleted")


@pytest.mark.promise("chat.g25")
@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/stream", "/v1/adapters/chat", "/v1/adapters/chat/stream"])
async def test_g25_refusals_keep_their_status_on_every_route(tmp_path: Path, path: str) -> None:
    named = {"channelId": "c"} if "adapters" in path else {"conversationId": "c"}
    rows: list[tuple[Any, int]] = [
        (b"{", 400),
        (b"[]", 400),
        (padded(1_048_577), 413),
        ({**named, "message": " "}, 400),
        ({**named, "message": "m", "images": [5]}, 400),
        ({**named, "message": "m", "streamingBehavior": "STEER"}, 400),
        ({"message": "m", "channelId": "a:b", "conversationId": ""}, 400),
    ]
    async with chat_gateway(tmp_path) as chat:
        for body, status in rows:
            answer = await chat.post(path, body)
            assert (answer.status, type(answer["error"])) == (status, str)
        resumed = await chat.post(path, {**named, "message": "m"}, last_event_id="E:1")
        assert (resumed.status, resumed["code"]) == (400, "resume_with_get")
        assert (await chat.get(path)).status == 405
        assert (await chat.get("/v1/conversations"))["conversations"] == []


@pytest.mark.promise("chat.g25")
async def test_g25_a_body_of_one_mebibyte_is_taken(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        answer = await chat.post("/v1/chat", padded(1_048_576))
        assert answer.status == 200


@pytest.mark.promise("chat.scopes")
async def test_scopes_say_who_may(tmp_path: Path) -> None:
    async with gateway(tmp_path) as site, chatting(site) as chat, site.peer() as peer:
        await chat.said("hello")
        reader = (await peer.call("token/issue", name="r", scopes=["read"]))["secret"]
        talker = (await peer.call("token/issue", name="t", scopes=["chat"]))["secret"]
        async with chatting(site, reader) as reading, chatting(site, talker) as talking:
            assert (await reading.get("/v1/conversations/c/messages")).status == 200
            assert (await reading.say("hello")).status == 403
            assert (await talking.get("/v1/conversations")).status == 403
            await _talks(chat, talking)


async def _talks(chat: Chat, talking: Chat) -> None:
    """The scope `chat` alone is enough for a run, from its start to its abort."""
    gate = anyio.Event()
    chat.site.vendor.script("first", chat.site.vendor.says("one", gate))
    async with talking.stream("first") as first:
        await first.shown("one")
        run = first.events[0].data["runId"]
        assert (await talking.state(run))["state"] == "running"
        assert (await talking.post("/v1/chat", prompt("more", streamingBehavior="steer"))).status == 202
        assert (await talking.post("/v1/conversations/c/abort")).body["aborted"]
        await first.end()
    async with talking.resumed(run) as again:
        assert (await again.end()).data["stopReason"] == "aborted"
