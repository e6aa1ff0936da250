"""`POST /v1/chat/completions` on the wire."""

from pathlib import Path
from typing import Any

import pytest

from tests.gateway.edge.openai.asking import CHAT, HELLO, Told, asking
from tests.kit.gateways import Setup
from tests.kit.vendors import user_texts
from tests.kit.wire import refusal

REHEARSAL = "rehearsal/rehearsal"


def said(told: Told) -> str:
    """The text of a stream."""
    choices = [event["choices"][0] for event in told.events if event != "[DONE]" and event.get("choices")]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize(
    ("body", "status", "param", "code"),
    [
        pytest.param(b"{", 400, None, "invalid_json", id="no JSON"),
        pytest.param(b"\xff", 400, None, "invalid_json", id="no UTF-8"),
        pytest.param(b"[]", 400, None, "invalid", id="no object"),
        pytest.param({}, 400, None, "invalid", id="no model"),
        pytest.param({"model": 3}, 400, "model", "invalid", id="a number for a model"),
        pytest.param({"model": "portico"}, 400, None, "invalid", id="no messages"),
        pytest.param({"model": "portico", "messages": []}, 400, "messages", "invalid", id="empty messages"),
        pytest.param({"model": "nobody", "messages": HELLO}, 404, "model", "model_not_found", id="no such model"),
        pytest.param(
            {"model": "portico/x", "messages": HELLO}, 404, "model", "model_not_found", id="no such workspace"
        ),
        pytest.param(
            {"model": "portico", "messages": HELLO, "n": 2}, 400, "n", "unsupported_parameter", id="several answers"
        ),
        pytest.param(
            {"model": "portico", "messages": HELLO, "tools": [{"type": "function", "function": {"name": "f"}}]},
            400,
            "tools",
            "unsupported_parameter",
            id="the caller's tools",
        ),
        pytest.param(
            {"model": "portico", "messages": [{"role": "user", "content": " "}]},
            400,
            "messages",
            "empty_input",
            id="blank",
        ),
        pytest.param(
            {"model": REHEARSAL, "messages": HELLO, "response_format": {"type": "json_object"}},
            400,
            "response_format",
            "unsupported_value",
            id="a form that cannot be promised",
        ),
        pytest.param(
            {"model": "portico", "messages": HELLO, "metadata": {"portico_conversation": 3}},
            400,
            "metadata.portico_conversation",
            "invalid",
            id="a conversation that is a number",
        ),
        pytest.param(
            {"model": "portico", "messages": HELLO, "metadata": {"portico_conversation": "a\nb"}},
            400,
            "metadata.portico_conversation",
            None,
            id="a conversation with a line break",
        ),
    ],
)
async def test_refusals(tmp_path: Path, body: Any, status: int, param: str | None, code: str | None) -> None:
    async with asking(tmp_path) as asker:
        told = await asker.ask("POST", CHAT, body)
        assert (told.status, told.error["param"]) == (status, param), told.body
        assert code is None or told.error["code"] == code
        assert told.error["type"] in {"invalid_request_error", "not_found_error"}
        assert await asker.threads() == []
        assert asker.site.vendor.asked == []


async def test_empty_tools_are_no_tools(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        assert (await asker.chat(tools=[], tool_choice="auto", unknown={"x": 1})).status == 200


@pytest.mark.promise("openai.turns")
async def test_the_gateways_own_tools_are_told_as_reasoning(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        vendor = asker.site.vendor
        (asker.site.root / "notes.txt").write_text("forty-two")
        call = vendor.calls(("read_file", {"path": "notes.txt"}), text="let me look")
        vendor.script("hello", call, vendor.says("it says 42"), call, vendor.says("it says 42"))
        whole = (await asker.chat()).json["choices"][0]
        assert whole["finish_reason"] == "stop"
        assert whole["message"]["content"] == "let me look\n\nit says 42"
        assert whole["message"]["reasoning_content"] == "read_file …\n"
        assert "tool_calls" not in whole["message"]
        streamed = await asker.chat(stream=True)
        assert said(streamed) == "let me look\n\nit says 42"
        assert streamed.events[-1] == "[DONE]"
        assert "tool_calls" not in streamed.body.decode()
        assert await asker.threads() == []


@pytest.mark.promise("openai.turns")
async def test_after_a_tool_ran_the_client_is_told_not_to_ask_again(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        vendor = asker.site.vendor
        call = vendor.calls(("list_dir", {"path": "."}))
        vendor.script("hello", call, refusal(404, {"error": {"message": "no such model"}}))
        told = await asker.chat()
        assert (told.status, told.headers["x-should-retry"]) == (404, "false")
        vendor.script("hello", refusal(404, {"error": {"message": "no such model"}}))
        told = await asker.chat()
        assert (told.status, told.error["code"], "x-should-retry" in told.headers) == (404, "model_not_found", False)
        vendor.script("hello", call, refusal(404, {"error": {"message": "no such model"}}))
        streamed = await asker.chat(stream=True)
        assert (streamed.status, streamed.events[-1]["error"]["code"]) == (200, "model_not_found")


@pytest.mark.promise("openai.turns")
async def test_without_the_scope_agent_a_turn_has_no_tools(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        async with asker.site.peer() as peer:
            issued = await peer.call("token/issue", scopes=["chat"])
        told = await asker.chat(headers={"authorization": f"Bearer {issued['secret']}"})
        assert told.status == 200
        assert "tools" not in asker.site.vendor.asked[0].json
        reader = await asker.ask("GET", "/v1/responses/resp_a.b", authorization=f"Bearer {issued['secret']}")
        assert (reader.status, reader.error["type"]) == (403, "permission_error")


@pytest.mark.promise("openai.turns")
async def test_a_conversation_is_named_by_the_caller_and_by_nothing_else(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        for text in ("one", "two"):
            messages = [{"role": "user", "content": "never sent"}, {"role": "user", "content": text}]
            told = await asker.chat(messages=messages, headers={"x-portico-conversation": "größe"})
            assert told.status == 200
        await asker.chat(messages=[{"role": "user", "content": "three"}], metadata={"portico_conversation": "größe"})
        await asker.chat(messages=[{"role": "user", "content": "three"}])
        assert [user_texts(request) for request in asker.site.vendor.asked] == [
            ["one"],
            ["one", "two"],
            ["one", "two", "three"],
            ["three"],
        ]
        assert len(await asker.threads()) == 1


@pytest.mark.parametrize(
    ("header", "member", "param"),
    [
        pytest.param("x" * 201, None, "x-portico-conversation", id="long header"),
        pytest.param("", "c", "x-portico-conversation", id="empty header"),
        pytest.param(None, "", "metadata.portico_conversation", id="empty"),
        pytest.param(None, 7, "metadata.portico_conversation", id="a number"),
        pytest.param(None, "a\nb", "metadata.portico_conversation", id="two lines"),
        pytest.param(None, "\0", "metadata.portico_conversation", id="NUL"),
    ],
)
async def test_a_name_that_is_none(tmp_path: Path, header: str | None, member: Any, param: str) -> None:
    async with asking(tmp_path) as asker:
        headers = {} if header is None else {"x-portico-conversation": header}
        told = await asker.chat(metadata={"portico_conversation": member}, headers=headers)
        assert (told.status, told.error["param"]) == (400, param)
        assert await asker.threads() == []


@pytest.mark.promise("openai.turns")
async def test_a_request_with_the_same_key_runs_once_where_a_conversation_is_named(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        asker.site.vendor.script("hello", asker.site.vendor.says("first"), asker.site.vendor.says("second"))
        named: dict[str, Any] = {
            "metadata": {"portico_conversation": "ours"},
            "headers": {"idempotency-key": "k1"},
        }
        ids: set[str] = set()
        for _ in range(2):
            told = await asker.chat(**named)
            assert told.json["choices"][0]["message"]["content"] == "first"
            ids.add(told.json["id"])
        assert len(ids) == 1
        assert len(asker.site.vendor.asked) == 1
        other = await asker.chat(temperature=0.1, **named)
        assert (other.status, other.error["code"]) == (409, "idempotency_key_reused")
        assert other.headers["x-should-retry"] == "false"
        plain = await asker.chat(headers={"idempotency-key": "k1"})
        assert plain.json["choices"][0]["message"]["content"] == "second"
        long = await asker.chat(metadata=named["metadata"], headers={"idempotency-key": "k" * 256})
        assert (long.status, long.error["param"]) == (400, "Idempotency-Key")


@pytest.mark.promise("openai.pass-through")
async def test_a_translated_stream_of_rehearsal(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker:
        script = "/think hm\n/say hello there"
        told = await asker.chat(REHEARSAL, messages=[{"role": "user", "content": script}], stream=True)
        assert (said(told), told.events[-1]) == ("hello there", "[DONE]")
        assert told.headers["content-type"].startswith("text/event-stream")
        failed = await asker.chat(REHEARSAL, messages=[{"role": "user", "content": "/fail rate_limit"}], stream=True)
        assert (failed.status, failed.error["code"]) == (429, "provider_rate_limited")
        broken = await asker.chat(
            REHEARSAL, messages=[{"role": "user", "content": "/say so far\n/fail provider_5xx"}], stream=True
        )
        assert (broken.status, said_before_error(broken)) == (200, "so far")
        assert broken.events[-1]["error"]["code"] == "provider_failed"


def said_before_error(told: Told) -> str:
    return "".join(event["choices"][0]["delta"].get("content", "") for event in told.events if "choices" in event)


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize(
    ("failure", "status", "kind"),
    [
        ("rate_limit", 429, "rate_limit_error"),
        ("auth_expired", 502, "api_error"),
        ("model_not_found", 404, "not_found_error"),
        ("invalid_request", 400, "invalid_request_error"),
        ("permission_denied", 502, "api_error"),
        ("unknown", 502, "api_error"),
    ],
)
@pytest.mark.parametrize("model", [REHEARSAL, "portico"])
async def test_failures_of_a_provider_have_their_status(
    tmp_path: Path, model: str, failure: str, status: int, kind: str
) -> None:
    setup = Setup(config={"provider": "rehearsal", "model": None})
    async with asking(tmp_path, setup) as asker:
        for stream in (False, True):
            told = await asker.chat(model, messages=[{"role": "user", "content": f"/fail {failure}"}], stream=stream)
            assert (told.status, told.error["type"]) == (status, kind), told.body
        assert await asker.threads() == []


@pytest.mark.promise("openai.ephemeral")
async def test_background_completions_leave_no_trace_and_tell_nobody(tmp_path: Path) -> None:
    async with asking(tmp_path) as asker, asker.site.peer() as peer:
        await peer.call("workspace/default")
        before = len(peer.frames)
        for task in ("title", "tags", "follow-ups"):
            told = await asker.chat(messages=[{"role": "user", "content": f"generate {task}"}], max_tokens=50)
            assert told.status == 200
        assert await asker.threads() == []
        assert [frame for frame in peer.frames[before:] if "method" in frame] == []
        store = asker.site.it.gateway.outside.store
        for table in ("thread", "turn"):
            assert await store.read(f"select 1 from {table}", ()) == []
