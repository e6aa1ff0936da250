"""Runs and the clients that follow them: queues, steering, and clients that leave (chat-http A8 to A10)."""

from pathlib import Path
from typing import Any, cast

import anyio
import msgspec
import pytest

from portico.gateway.edge.chat.bodies import Prompt
from portico.gateway.edge.chat.runs import Runs
from portico.gateway.edge.face import Face
from portico.gateway.features.access import PROCESS
from portico.gateway.kernel.errors import NotFound
from portico.gateway.rpc import CallContext
from portico.protocol.methods.base import Method
from portico.protocol.methods.conversation import CONVERSATION_OPEN, ConversationOpenResponse
from portico.protocol.methods.turn import TURN_START, TurnStartResponse
from portico.protocol.types.conversation import Conversation
from portico.protocol.types.input import TextInput
from portico.protocol.types.turn import Turn, TurnStatus
from tests.interaction.chat.client import Chat, chat_gateway, prompt
from tests.kit import FakeClock, FakeIds
from tests.kit.vendors import Vendor, user_texts


def hold(vendor: Vendor, word: str, *after: str) -> anyio.Event:
    """The answer to `word` stands still after "part" until the event is set."""
    gate = anyio.Event()
    vendor.script(word, vendor.says("part", gate, *(after or (" rest",))))
    return gate


def hang(vendor: Vendor, word: str) -> None:
    """The answer to `word` stands still after "part" for ever; `vendor.left` tells that the gateway let go of it."""
    vendor.script(word, vendor.breaks("part", ending="hang"))


async def ask(chat: Chat, answers: dict[str, Any], message: str, **given: Any) -> None:
    answers[message] = await chat.say(message, **given)


@pytest.mark.promise("chat.disconnect")
async def test_leaving_ones_own_stream_ends_the_run_and_the_providers_call(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        hang(chat.site.vendor, "hello")
        async with chat.stream("hello") as stream:
            await stream.shown("part")
            run = stream.events[0].data["runId"]
            stream.leave()
        await chat.site.vendor.left.wait()
        await chat.ended()
        assert (await chat.state(run))["done"]["stopReason"] == "aborted"
        assert await chat.said("again") == "ok"


@pytest.mark.promise("chat.disconnect")
async def test_leaving_a_json_answer_is_the_same(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        hang(chat.site.vendor, "hello")
        group.start_soon(chat.say, "hello")
        await chat.site.vendor.hanging.wait()
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await chat.site.vendor.left.wait()
            await chat.ended()


@pytest.mark.promise("chat.disconnect")
@pytest.mark.parametrize(
    ("conversation", "given"),
    [
        pytest.param("c", {"onDisconnect": "continue"}, id="as it asked"),
        pytest.param(None, {}, id="no conversation was named"),
    ],
)
async def test_a_run_goes_on_without_its_client(
    tmp_path: Path, conversation: str | None, given: dict[str, Any]
) -> None:
    async with chat_gateway(tmp_path) as chat:
        gate = hold(chat.site.vendor, "hello")
        async with chat.stream("hello", conversation, **given) as stream:
            await stream.shown("part")
            ready = stream.events[0].data
            stream.leave()
        await chat.site.it.gateway.app.idle()
        gate.set()
        await chat.ended(ready["conversationId"])
        assert (await chat.state(ready["runId"]))["done"]["assistantText"] == "part rest"


@pytest.mark.promise("chat.disconnect")
async def test_leaving_the_queue_takes_only_ones_own_prompt_out(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        gate = hold(chat.site.vendor, "first")
        async with chat.stream("first") as first:
            await first.shown("part")
            async with chat.stream("second") as second, chat.stream("third") as third:
                assert (await second.first("ready")).data["queued"] == 1
                assert (await third.first("ready")).data["queued"] == 2
                second.leave()
                await chat.until(queued=1)
                gate.set()
                assert (await first.end()).data["assistantText"] == "part rest"
                assert (await third.end()).name == "done"
        assert [text for role, text in await chat.messages() if role == "user"] == ["first", "third"]


@pytest.mark.promise("chat.disconnect")
async def test_who_only_attached_ends_nothing(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        gate = hold(chat.site.vendor, "first")
        async with chat.stream("first") as first:
            await first.shown("part")
            run = first.events[0].data["runId"]
            async with chat.stream("more", streamingBehavior="steer") as steering, chat.resumed(run) as resumed:
                await steering.first("ready")
                await resumed.first("ready")
                steering.leave()
                resumed.leave()
            while chat.site.it.gateway.app.streams.count > 1:
                await anyio.lowlevel.checkpoint()
            gate.set()
            assert (await first.end()).name == "done"


@pytest.mark.promise("chat.disconnect")
async def test_clients_that_leave_before_they_were_answered(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """At whatever byte of the request the client goes: nothing runs on, nothing is left behind."""
    async with chat_gateway(tmp_path) as chat:
        for path in ("/v1/chat", "/v1/chat/stream"):
            hang(chat.site.vendor, "hello")
            raw = _request(chat, path, msgspec.json.encode(prompt("hello")))
            for cut in (1, len(raw) // 2, len(raw) - 1, len(raw)):
                await _send_and_leave(chat, raw[:cut])
            await chat.site.it.gateway.app.idle()
            if (await chat.get("/v1/conversations/c")).status == 200:
                await chat.ended()
        assert await chat.said("good bye", "other") == "ok"
        assert chat.site.it.gateway.app.streams.count == 0
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def _request(chat: Chat, path: str, body: bytes) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "host: localhost", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in chat.site.bearer().items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _send_and_leave(chat: Chat, data: bytes) -> None:
    async with await anyio.connect_tcp("127.0.0.1", int(chat.site.url.rpartition(":")[2])) as socket:
        await socket.send(data)


class _Forgetting:
    """A dispatcher whose conversation was deleted between its opening and the start, so many times."""

    def __init__(self, deleted: int) -> None:
        self.deleted = deleted
        self.opened = 0

    async def call(self, ctx: CallContext, method: Method[Any, Any], params: Any) -> Any:
        del ctx
        if method is CONVERSATION_OPEN:
            self.opened += 1
            thread = f"t{self.opened}"
            conversation = Conversation(
                conversation_id="c", thread_id=thread, workspace_id="w", created_at=0, updated_at=0, is_loaded=False
            )
            return ConversationOpenResponse(
                conversation=conversation, turn_id="u", is_new=True, epoch="E", head_version=1
            )
        assert method is TURN_START
        if self.opened <= self.deleted:
            raise NotFound("there is no such thread", code="thread_not_found")
        turn = Turn(id=params.turn_id, status=TurnStatus.IN_PROGRESS)
        return TurnStartResponse(turn=turn, outcome="started", epoch="E", head_version=1)


async def test_a_conversation_that_is_deleted_meanwhile_is_made_anew_once() -> None:
    asked = Prompt("c", (TextInput(text="m"),))
    for deleted, thread in ((0, "t1"), (1, "t2")):
        face = Face(cast("Any", _Forgetting(deleted)), cast("Any", None), FakeClock(), FakeIds())
        begun = await Runs(face, is_kept=True).begin(CallContext(PROCESS), asked, is_stream=True)
        assert (begun.name.run_id, begun.is_owned) == (f"{thread}.u", True)
    with pytest.raises(NotFound):
        face = Face(cast("Any", _Forgetting(2)), cast("Any", None), FakeClock(), FakeIds())
        await Runs(face, is_kept=True).begin(CallContext(PROCESS), asked, is_stream=True)


@pytest.mark.promise("chat.g9")
async def test_g9_prompts_of_one_conversation_run_in_their_order(tmp_path: Path) -> None:
    answers = dict[str, Any]()
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        gate = hold(chat.site.vendor, "first")
        group.start_soon(ask, chat, answers, "first")
        while (await chat.get("/v1/conversations/c")).status == 404:
            await anyio.lowlevel.checkpoint()
        await chat.until(running=True)
        for place, message in enumerate(["second", "third", "fourth"], start=1):
            group.start_soon(ask, chat, answers, message)
            await chat.until(running=True, queued=place)
        assert len(chat.site.vendor.asked) == 1
        gate.set()
        await chat.ended()
    order = ["first", "second", "third", "fourth"]
    assert [answers[message]["assistantText"] for message in order] == ["part rest", "ok", "ok", "ok"]
    assert [user_texts(request)[-1] for request in chat.site.vendor.asked] == order


@pytest.mark.promise("chat.g10")
async def test_g10_other_conversations_run_beside_it(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        gate = hold(chat.site.vendor, "first")
        async with chat.stream("first", "a") as first:
            await first.shown("part")
            assert await chat.said("second", "b") == "ok"
            gate.set()
            await first.end()


@pytest.mark.promise("chat.queue-bound")
async def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        hold(chat.site.vendor, "first")
        async with chat.stream("first") as first:
            await first.shown("part")
            for n in range(32):
                group.start_soon(chat.say, f"more {n}")
            await chat.until(queued=32)
            refused = await chat.say("one too many")
            assert (refused.status, refused["code"]) == (429, "turn_queue_full")
            assert int(refused.headers["retry-after"]) > 0
            streamed = await chat.post("/v1/chat/stream", prompt("one too many"))
            assert streamed.status == 429
        group.cancel_scope.cancel()


@pytest.mark.promise("chat.g26")
@pytest.mark.parametrize("path", ["/v1/chat/stream", "/v1/adapters/chat/stream"])
async def test_g26_steering_reaches_the_model_before_its_next_call(tmp_path: Path, path: str) -> None:
    async with chat_gateway(tmp_path) as chat:
        vendor, gate = chat.site.vendor, anyio.Event()
        vendor.script("first", vendor.says("one", gate))
        vendor.script("and two", vendor.says("two"))
        named = {"channelId": "room"} if "adapters" in path else {}
        async with chat.stream("first", path=path, **named) as first:
            await first.shown("one")
            async with chat.stream("and two", path=path, streamingBehavior="steer", **named) as steering:
                ready = (await steering.first("ready")).data
                assert (ready["attached"], ready["runId"]) == (True, first.events[0].data["runId"])
                waiting = (await steering.first("queue_update")).data
                assert waiting == {"steering": ["and two"], "followUp": [], "queued": []}
                gate.set()
                done, same = await first.end(), await steering.end()
        assert done == same
        assert done.data["assistantText"] == "two"
        assert ("adapterKey" in done.data) == bool(named)
        assert [len(user_texts(request)) for request in vendor.asked] == [1, 2]
        assert (await first.first("queue_update")).data == {"steering": [], "followUp": [], "queued": []}
        assert "two" in steering.text
        assert "one" not in steering.text


@pytest.mark.promise("chat.g26")
async def test_g26_a_follow_up_waits_for_the_end(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        vendor, gate = chat.site.vendor, anyio.Event()
        (chat.site.root / "a").write_text("alpha")
        vendor.script("first", vendor.says("looking", gate), vendor.says("never"))
        vendor.script("later", vendor.says("at last"))
        async with chat.stream("first") as first:
            await first.shown("looking")
            taken = await chat.say("later", streamingBehavior="followUp")
            run = first.events[0].data["runId"]
            told = {"conversationId": "c", "queued": True, "delivery": "followUp", "position": 1, "runId": run}
            assert taken.status == 202
            assert told.items() <= taken.body.items()
            assert "assistantText" not in taken.body
            gate.set()
            assert (await first.end()).data["assistantText"] == "at last"


@pytest.mark.promise("chat.g26")
async def test_who_waits_for_a_steered_run_gets_its_answer(tmp_path: Path) -> None:
    answers = dict[str, Any]()
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        gate = hold(chat.site.vendor, "first")
        chat.site.vendor.script("more", chat.site.vendor.says("more of it"))
        async with chat.stream("first") as first:
            await first.shown("part")
            group.start_soon(lambda: ask(chat, answers, "more", streamingBehavior="steer", wait=True))
            while chat.site.it.gateway.app.streams.count < 2:
                await anyio.lowlevel.checkpoint()
            gate.set()
            answers["first"] = await first.end()
    assert answers["more"].body == answers["first"].data
    assert answers["more"]["assistantText"] == "more of it"


@pytest.mark.promise("chat.g26")
@pytest.mark.parametrize("behaviour", ["steer", "followUp"])
async def test_while_nothing_runs_it_is_an_ordinary_prompt(tmp_path: Path, behaviour: str) -> None:
    async with chat_gateway(tmp_path) as chat:
        assert await chat.said("hello", streamingBehavior=behaviour) == "ok"


@pytest.mark.promise("chat.idempotency")
async def test_the_same_key_and_body_get_the_same_answer_and_run_once(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        gate, answers = hold(chat.site.vendor, "hello"), list[Any]()

        async def post() -> None:
            answers.append(await chat.post("/v1/chat", prompt("hello", None), idempotency_key="k"))

        for _ in range(3):
            group.start_soon(post)
        while chat.site.it.gateway.app.streams.count < 3:
            await anyio.lowlevel.checkpoint()
        gate.set()
        while len(answers) < 3:
            await anyio.lowlevel.checkpoint()
        await post()
        assert {answer.status for answer in answers} == {200}
        assert all(answer.body == answers[0].body for answer in answers)
        assert len(chat.site.vendor.asked) == 1
        other = await chat.post("/v1/chat", prompt("something else", None), idempotency_key="k")
        assert (other.status, other["code"]) == (409, "idempotency_key_reused")


@pytest.mark.promise("chat.idempotency")
async def test_a_stream_that_is_asked_for_again_is_told_whole(tmp_path: Path) -> None:
    async with chat_gateway(tmp_path) as chat:
        given = prompt("hello")
        async with chat.open("POST", "/v1/chat/stream", given, idempotency_key="k") as first:
            done = await first.end()
        async with chat.open("POST", "/v1/chat/stream", given, idempotency_key="k") as again:
            assert await again.end() == done
        assert again.events[0].data == {**first.events[0].data, "attached": True}
        assert again.events[1:] == first.events[1:]


async def test_a_prompt_that_is_taken_out_of_the_queue_says_so(tmp_path: Path) -> None:
    answers = dict[str, Any]()
    async with chat_gateway(tmp_path) as chat, anyio.create_task_group() as group:
        hold(chat.site.vendor, "first")
        async with chat.stream("first") as first:
            await first.shown("part")
            async with chat.stream("second") as second:
                await second.first("ready")
                group.start_soon(ask, chat, answers, "third")
                await chat.until(queued=2)
                cleared = await chat.post("/v1/conversations/c/abort?clearQueue=true")
                assert cleared.body == {"aborted": True, "cleared": 2}
                assert (await second.end()).data["code"] == "removed"
            assert (await first.end()).data["stopReason"] == "aborted"
    assert (answers["third"].status, answers["third"]["code"]) == (409, "removed")
