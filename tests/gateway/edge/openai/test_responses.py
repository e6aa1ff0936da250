"""`/v1/responses` on the wire."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.gateway.edge.openai.asking import CHAT, HELLO, RESPONSES, Told, asking
from tests.kit.gateways import Setup, until

DEEP = json.loads('{"a":' * 300 + "1" + "}" * 300)


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        pytest.param(b"{", 400, None, id="no JSON"),
        pytest.param({"model": "portico"}, 400, None, id="no input"),
        pytest.param({"model": "portico", "input": []}, 400, "input", id="empty input"),
        pytest.param({"model": "portico", "input": "x", "background": True}, 400, "background", id="background"),
        pytest.param(
            {"model": "portico", "input": "x", "tools": [{"type": "function", "name": "f"}]}, 400, "tools", id="tools"
        ),
        pytest.param({"model": "portico", "input": " "}, 400, "input", id="blank"),
        pytest.param(
            {"model": "portico", "input": "x", "previous_response_id": "resp_a.b"},
            404,
            "previous_response_id",
            id="unknown",
        ),
        pytest.param(
            {"model": "portico", "input": "x", "previous_response_id": "../x"}, 404, "previous_response_id", id="no id"
        ),
        pytest.param(
            {"model": "portico", "input": "x", "conversation": ""}, 400, "conversation", id="empty conversation"
        ),
        pytest.param({"model": "rehearsal/r", "input": "x", "conversation": "c"}, 400, "conversation", id="no memory"),
        pytest.param({"model": "portico/nowhere", "input": "x"}, 404, "model", id="no workspace"),
        pytest.param({"model": "rehearsal/r", "input": "x", "metadata": {"a": DEEP}}, 400, "metadata", id="deep"),
        pytest.param({"model": "portico", "input": "x", "tool_choice": DEEP}, 400, "tool_choice", id="deep choice"),
        pytest.param(
            {"model": "rehearsal/r", "input": "x", "tools": [{"type": "function", "name": "f", "parameters": DEEP}]},
            400,
            "tools[0]",
            id="deep tool",
        ),
        pytest.param(
            {
                "model": "rehearsal/r",
                "input": "x",
                "text": {"format": {"type": "json_schema", "name": "f", "schema": DEEP}},
            },
            400,
            "text.format",
            id="deep form",
        ),
        pytest.param(
            {"model": "portico", "input": "x", "metadata": {str(n): "" for n in range(65)}},
            400,
            "metadata",
            id="metadata",
        ),
    ],
)
async def test_refusals(tmp_path: Path, body: Any, status: int, param: str | None) -> None:
    async with asking(tmp_path) as asker:
        told = await asker.ask("POST", RESPONSES, body)
        assert (told.status, told.error["param"]) == (status, param), told.body
        assert await asker.threads() == []


@pytest.mark.parametrize("id", ["resp_a.b", "resp_", "nonsense", "resp_a", "resp_%00.b", "resp_a.b.c"])
async def test_a_response_that_is_not_there(tmp_path: Path, id: str) -> None:
    async with asking(tmp_path) as asker:
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/cancel")):
            told = await asker.ask(method, f"{RESPONSES}/{id}{path}")
            assert (told.status, told.error["code"]) == (404, "response_not_found")


async def test_the_wishes_are_repeated_in_the_answer(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        wishes: dict[str, Any] = {
            "instructions": "be brief",
            "metadata": {"a": "b"},
            "reasoning": {"effort": None, "summary": "auto"},
            "text": {"format": {"type": "text"}},
            "temperature": 0.5,
            "tool_choice": "auto",
            "parallel_tool_calls": False,
        }
        told = (await asker.respond(**wishes)).json
        assert {name: told[name] for name in wishes} == wishes
        assert told["store"] is True


async def test_a_response_that_is_read_is_the_one_that_was_streamed(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        vendor = asker.site.vendor
        call = vendor.calls(("list_dir", {"path": "."}), text="let me look")
        vendor.script("hello", call, vendor.says("it is", " empty"))
        final = (await asker.respond(stream=True)).events[-1]["response"]
        read = (await asker.ask("GET", f"{RESPONSES}/{final['id']}")).json
        assert read == final
        assert [item["type"] for item in read["output"]] == ["message", "reasoning", "message"]
        again = await asker.ask("GET", f"{RESPONSES}/{final['id']}?stream=true")
        assert (again.status, again.error["param"]) == (400, "stream")


async def test_a_response_of_a_conversation_is_deleted_with_it_only(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        made = (await asker.respond(conversation={"id": "ours"})).json
        assert made["conversation"] == {"id": "ours"}
        told = await asker.ask("DELETE", f"{RESPONSES}/{made['id']}")
        assert (told.status, told.error["param"]) == (400, "response_id")
        assert (await asker.ask("GET", f"{RESPONSES}/{made['id']}")).status == 200


async def test_deletion_and_cancelling_of_what_has_ended(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        made = (await asker.respond()).json
        cancelled = await asker.ask("POST", f"{RESPONSES}/{made['id']}/cancel")
        assert cancelled.json["status"] == "completed"
        deleted = await asker.ask("DELETE", f"{RESPONSES}/{made['id']}")
        assert deleted.json == {"id": made["id"], "object": "response", "deleted": True}


@pytest.mark.promise("openai.turns")
async def test_who_may_only_chat_reads_nothing_by_cancelling(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        async with asker.site.peer() as peer:
            issued = await peer.call("token/issue", scopes=["chat"])
        made = (await asker.respond()).json
        assert made["output"] != []
        told = await asker.ask("POST", f"{RESPONSES}/{made['id']}/cancel", authorization=f"Bearer {issued['secret']}")
        assert (told.status, told.json["status"], told.json["output"]) == (200, "completed", [])


async def test_a_response_that_is_read_says_where_it_stands(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        async with asker.site.peer() as peer:
            await peer.call("workspace/create", workspace_id="w2", name="other")
        first = (await asker.respond("portico/w2")).json
        second = (await asker.respond("portico/w2", previous_response_id=first["id"])).json
        for made, before in ((first, None), (second, first["id"])):
            read = (await asker.ask("GET", f"{RESPONSES}/{made['id']}")).json
            assert (read["previous_response_id"], read["model"]) == (before, "portico/w2")
            assert read == made


async def test_a_response_that_waits_its_turn_is_read_and_cancelled(tmp_path: Path) -> None:
    told: list[Told] = []
    async with asking(tmp_path) as asker, asker.site.peer() as peer, anyio.create_task_group() as group:
        vendor = asker.site.vendor
        vendor.script("slow", vendor.breaks("so far", ending="hang"))

        async def quick() -> None:
            told.append(await asker.respond(input="quick", conversation="ours"))

        async with asker.streaming(input="slow", conversation="ours"):
            await vendor.hanging.wait()
            thread_id = (await peer.call("conversation/get", conversation_id="ours"))["conversation"]["thread_id"]
            group.start_soon(quick)
            while not (rows := (await peer.call("turn/queue/list", thread_id=thread_id))["items"]):
                await anyio.wait_all_tasks_blocked()
            path = f"{RESPONSES}/resp_{thread_id}.{rows[0]['turn_id']}"
            assert (await asker.ask("GET", path)).json["status"] == "queued"
            assert (await asker.ask("POST", f"{path}/cancel")).json["status"] == "cancelled"
            assert (await asker.ask("GET", path)).status == 404
    [answer] = told
    assert (answer.status, answer.error["code"], answer.headers["x-should-retry"]) == (409, "removed", "false")


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize("stream", [False, True])
async def test_what_was_cancelled_before_it_said_anything_is_not_asked_again(tmp_path: Path, *, stream: bool) -> None:
    told: list[Told] = []
    async with asking(tmp_path) as asker, asker.site.peer() as peer, anyio.create_task_group() as group:
        vendor = asker.site.vendor
        vendor.script("hello", vendor.breaks(ending="hang"))

        async def ask() -> None:
            told.append(await asker.respond(conversation="ours", stream=stream))

        group.start_soon(ask)
        await vendor.hanging.wait()
        thread_id = (await peer.call("conversation/get", conversation_id="ours"))["conversation"]["thread_id"]
        [turn] = (await peer.call("thread/get", thread_id=thread_id))["thread"]["turns"]
        await asker.ask("POST", f"{RESPONSES}/resp_{thread_id}.{turn['id']}/cancel")
    [answer] = told
    assert (answer.status, answer.error["code"], answer.headers["x-should-retry"]) == (409, "turn_interrupted", "false")


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize("path", [CHAT, RESPONSES])
@pytest.mark.parametrize("model", ["mistral/m", "portico"])
async def test_a_provider_that_nobody_set_up_is_not_asked_again(tmp_path: Path, path: str, model: str) -> None:
    async with asking(tmp_path, Setup(config={"provider": "mistral", "model": "m"})) as asker:
        told = await asker.ask("POST", path, {"model": model, "input": "hello", "messages": HELLO})
        assert (told.status, told.error["code"], told.error["param"]) == (400, "api_key_missing", "model")
        assert "MISTRAL_API_KEY" in told.error["message"]
        assert await asker.threads() == []


async def test_a_line_of_responses_stays_in_its_workspace(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        async with asker.site.peer() as peer:
            await peer.call("workspace/create", workspace_id="w2", name="other")
        first = (await asker.respond("portico/other")).json
        assert (await asker.respond("portico/w2", previous_response_id=first["id"])).status == 200
        async with asker.site.peer() as peer:
            assert len((await peer.call("thread/tree", workspace_id="w2"))["threads"]) == 1
            default = (await peer.call("workspace/default"))["workspace"]["id"]
        second = (await asker.respond("portico/other")).json
        told = await asker.respond(f"portico/{default}", previous_response_id=second["id"])
        assert (told.status, told.error["param"]) == (400, "model")


async def test_two_that_go_on_with_one_response_do_not_both(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        first = (await asker.respond()).json
        vendor = asker.site.vendor
        vendor.script("slow", vendor.breaks("so far", ending="hang"))
        async with asker.streaming(input="slow", previous_response_id=first["id"]):
            await vendor.hanging.wait()
            told = await asker.respond(input="quick", previous_response_id=first["id"])
            assert (told.status, told.error["code"]) == (400, "previous_response_not_newest")
        await vendor.left.wait()
        await until(lambda: asker.site.it.gateway.app.streams.count == 0)


@pytest.mark.promise("openai.pass-through")
async def test_a_translated_response_of_rehearsal(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        told = (await asker.respond("rehearsal/rehearsal", input="/think hm\n/say hello")).json
        assert [item["type"] for item in told["output"]] == ["reasoning", "message"]
        assert (told["status"], told["store"], told["model"]) == ("completed", False, "rehearsal/rehearsal")
        broken = await asker.respond("rehearsal/rehearsal", input="/say so far\n/fail rate_limit", stream=True)
        assert [event["type"] for event in broken.events[-2:]] == ["error", "response.failed"]
        assert broken.events[-2]["code"] == "rate_limit_exceeded"
        failed = await asker.respond("rehearsal/rehearsal", input="/fail rate_limit", stream=True)
        assert failed.status == 429


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize(
    ("failure", "status"),
    [("rate_limit", 429), ("auth_expired", 502), ("model_not_found", 404), ("invalid_request", 400), ("unknown", 502)],
)
@pytest.mark.parametrize("model", ["rehearsal/rehearsal", "portico"])
async def test_failures_of_a_provider_have_their_status(tmp_path: Path, model: str, failure: str, status: int) -> None:
    async with asking(tmp_path, Setup(config={"provider": "rehearsal", "model": None})) as asker:
        for stream in (False, True):
            told = await asker.respond(model, input=f"/fail {failure}", stream=stream, store=False)
            assert told.status == status, told.body
        assert await asker.threads() == []
