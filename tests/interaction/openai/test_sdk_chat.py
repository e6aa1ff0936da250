"""The `openai` SDK, unchanged, against chat completions of a whole gateway."""

from pathlib import Path

import anyio
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam

from tests.interaction.openai.rig import MODELS, PNG, client, each_wire, nothing_is_kept, one_answer
from tests.kit.gateways import until
from tests.kit.vendors import WireName
from tests.kit.wire import refusal

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello"}]
WEATHER: list[ChatCompletionToolParam] = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a town.",
            "parameters": {
                "type": "object",
                "properties": {"town": {"type": "string"}},
                "required": ["town"],
                "additionalProperties": False,
            },
            "strict": True,
        },
    }
]


@pytest.mark.promise("openai.sdk")
async def test_models_are_listed_and_read(tmp_path: Path) -> None:
    async with client(tmp_path) as (_, sdk):
        names = [model.id async for model in sdk.models.list()]
        assert "portico" in names
        assert (await sdk.models.retrieve("portico")).owned_by == "portico"
        with pytest.raises(openai.NotFoundError) as caught:
            await sdk.models.retrieve("nobody/nothing")
        assert caught.value.code == "model_not_found"


@pytest.mark.promise("openai.sdk")
async def test_portico_answers_with_a_turn_of_which_nothing_is_kept(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        said: list[ChatCompletionMessageParam] = [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "first answer"},
            {
                "role": "user",
                "content": [{"type": "text", "text": "two"}, {"type": "image_url", "image_url": {"url": PNG}}],
            },
        ]
        site.vendor.script("two", site.vendor.says("hel", "lo"))
        answer = await sdk.chat.completions.create(model="portico", messages=said, temperature=0.2, max_tokens=9)
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("hello", "stop")
        assert answer.usage is not None
        told = site.vendor.asked[0].json["messages"]
        assert "be brief" in told[0]["content"]
        assert [m["role"] for m in told] == ["system", "user", "assistant", "user"]
        assert told[2]["content"] == "first answer"
        assert PNG in str(told[3]["content"])
        await nothing_is_kept(site)


@pytest.mark.promise("openai.sdk")
async def test_a_stream_of_portico_has_one_id_a_role_and_usage_when_asked_for(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        site.vendor.script("hello", site.vendor.says("a", "b", "c"))
        stream = await sdk.chat.completions.create(
            model="portico", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
        assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
        assert chunks[0].choices[0].delta.role == "assistant"
        assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "abc"
        assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
        assert (chunks[-1].choices, chunks[-1].usage is not None) == ([], True)
        await nothing_is_kept(site)


@each_wire
@pytest.mark.promise("openai.pass-through")
async def test_the_stream_helper_and_tools_of_the_caller(tmp_path: Path, wire: WireName) -> None:
    async with client(tmp_path, wire) as (site, sdk):
        site.vendor.script("hello", site.vendor.calls(("weather", {"town": "Ulm"})))
        async with sdk.chat.completions.stream(model=MODELS[wire], messages=HELLO, tools=WEATHER) as stream:
            final = await stream.get_final_completion()
        choice = final.choices[0]
        assert choice.finish_reason == "tool_calls"
        assert choice.message.tool_calls is not None
        call = choice.message.tool_calls[0]
        assert (call.function.name, call.function.parsed_arguments) == ("weather", {"town": "Ulm"})
        site.vendor.script("sunny", one_answer(site, "it is sunny"))
        again: list[ChatCompletionMessageParam] = [
            *HELLO,
            {
                "role": "assistant",
                "tool_calls": [
                    {
                        "id": call.id,
                        "type": "function",
                        "function": {"name": "weather", "arguments": call.function.arguments},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
        ]
        answer = await sdk.chat.completions.create(model=MODELS[wire], messages=again, tools=WEATHER)
        assert answer.choices[0].message.content == "it is sunny"
        await nothing_is_kept(site)


@each_wire
@pytest.mark.promise("openai.pass-through")
async def test_images_reach_the_provider(tmp_path: Path, wire: WireName) -> None:
    async with client(tmp_path, wire) as (site, sdk):
        site.vendor.script("data:" if wire == "chat_completions" else "base64", one_answer(site, "a picture"))
        await sdk.chat.completions.create(
            model=MODELS[wire],
            messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": PNG}}]}],
        )
        assert PNG.partition(",")[2] in site.vendor.asked[0].body.decode()


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize("model", ["openai/m-1", "portico"])
async def test_refusals_are_the_sdks_own_errors(tmp_path: Path, model: str) -> None:
    async with client(tmp_path) as (_, sdk):
        for name in ("nobody/m", "plain", "portico/nowhere"):
            with pytest.raises(openai.NotFoundError) as missing:
                await sdk.chat.completions.create(model=name, messages=HELLO)
            assert (missing.value.code, missing.value.param) == ("model_not_found", "model")
        with pytest.raises(openai.AuthenticationError):
            await sdk.with_options(api_key="wrong").chat.completions.create(model=model, messages=HELLO)


@pytest.mark.promise("openai.errors")
@pytest.mark.parametrize("model", ["openai/m-1", "anthropic/m-1"])
async def test_the_sdk_asks_again_after_429(tmp_path: Path, model: str) -> None:
    wire: WireName = "chat_completions" if model.startswith("openai") else "anthropic_messages"
    async with client(tmp_path, wire, max_retries=1) as (site, sdk):
        busy = refusal(429, {"error": {"message": "slow down", "type": "rate_limit_error"}}, retry_after="600")
        site.vendor.script("hello", busy, one_answer(site, "here"))
        with pytest.raises(openai.RateLimitError) as caught:
            await sdk.with_options(max_retries=0).chat.completions.create(model=model, messages=HELLO)
        assert caught.value.response.headers["retry-after"] == "600"
        answer = await sdk.chat.completions.create(model=model, messages=HELLO)
        assert answer.choices[0].message.content == "here"


@pytest.mark.promise("openai.client-gone")
@pytest.mark.parametrize("model", ["openai/m-1", "anthropic/m-1", "portico"])
async def test_a_client_that_leaves_frees_the_provider_at_once(tmp_path: Path, model: str) -> None:
    wire: WireName = "anthropic_messages" if model.startswith("anthropic") else "chat_completions"
    async with client(tmp_path, wire) as (site, sdk):
        site.vendor.script("hello", site.vendor.breaks("so far", ending="hang"))
        stream = await sdk.chat.completions.create(model=model, messages=HELLO, stream=True)
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                break
        await stream.close()
        await site.vendor.left.wait()
        await until(lambda: site.it.gateway.app.streams.count == 0)
        await nothing_is_kept(site)


async def test_a_client_that_leaves_while_it_waits(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        site.vendor.script("hello", site.vendor.breaks("so far", ending="hang"))
        async with anyio.create_task_group() as group:

            async def ask() -> None:
                await sdk.chat.completions.create(model="portico", messages=HELLO)

            group.start_soon(ask)
            await site.vendor.hanging.wait()
            group.cancel_scope.cancel()
        await site.vendor.left.wait()
        await until(lambda: site.it.gateway.app.streams.count == 0)
        await nothing_is_kept(site)
