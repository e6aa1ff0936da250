"""The `openai` SDK, unchanged, against responses of a whole gateway."""

from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.responses import FunctionToolParam, Response

from tests.interaction.openai.rig import MODELS, PNG, client, each_wire, nothing_is_kept
from tests.kit.gateways import Site, until
from tests.kit.vendors import WireName, user_texts
from tests.kit.wire import refusal

WEATHER: FunctionToolParam = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a town.",
    "parameters": {"type": "object", "properties": {"town": {"type": "string"}}},
    "strict": False,
}


async def trees(site: Site) -> list[Any]:
    async with site.peer() as peer:
        workspace_id = (await peer.call("workspace/default"))["workspace"]["id"]
        return (await peer.call("thread/tree", workspace_id=workspace_id))["threads"]


@pytest.mark.promise("openai.responses")
async def test_a_response_is_kept_gone_on_with_read_and_deleted(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        site.vendor.script("first", site.vendor.says("one"))
        site.vendor.script("second", site.vendor.says("two"))
        first = await sdk.responses.create(model="portico", input="first", instructions="be brief")
        assert (first.output_text, first.status) == ("one", "completed")
        second = await sdk.responses.create(model="portico", input="second", previous_response_id=first.id)
        assert (second.output_text, second.previous_response_id) == ("two", first.id)
        assert user_texts(site.vendor.asked[1]) == ["first", "second"]
        [thread] = await trees(site)
        assert (thread["sidebar_visibility"], thread["origin_kind"]) == ("hidden", "system")
        read = await sdk.responses.retrieve(second.id)
        assert (read.output, read.status, read.usage) == (second.output, "completed", second.usage)
        with pytest.raises(openai.BadRequestError) as old:
            await sdk.responses.create(model="portico", input="again", previous_response_id=first.id)
        assert (old.value.param, old.value.code) == ("previous_response_id", "previous_response_not_newest")
        await sdk.responses.delete(second.id)
        assert await trees(site) == []
        for gone in (first.id, second.id):
            with pytest.raises(openai.NotFoundError):
                await sdk.responses.retrieve(gone)


@pytest.mark.promise("openai.responses")
async def test_nothing_is_kept_without_store(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        said: Any = [
            {"role": "user", "content": "one"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "first answer"}]},
            {
                "role": "user",
                "content": [{"type": "input_text", "text": "two"}, {"type": "input_image", "image_url": PNG}],
            },
        ]
        answer = await sdk.responses.create(model="portico", input=said, store=False)
        assert (answer.output_text, answer.to_dict()["store"]) == ("ok", False)
        told = site.vendor.asked[0].json["messages"]
        assert [m["role"] for m in told] == ["system", "user", "assistant", "user"]
        assert PNG in str(told[3]["content"])
        with pytest.raises(openai.NotFoundError):
            await sdk.responses.retrieve(answer.id)
        await nothing_is_kept(site)


@pytest.mark.promise("openai.responses")
async def test_what_was_told_before_a_kept_response_is_still_known_after_it(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        said: Any = [
            {"role": "user", "content": "my name is Ada"},
            {"role": "assistant", "content": "hello Ada"},
            {"role": "user", "content": "one"},
        ]
        first = await sdk.responses.create(model="portico", input=said)
        await sdk.responses.create(model="portico", input="who am I?", previous_response_id=first.id)
        assert "my name is Ada" in user_texts(site.vendor.asked[1])[0]


@pytest.mark.promise("openai.responses")
async def test_the_stream_helper_sees_every_event_in_order(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        site.vendor.script("hello", site.vendor.says("a", "b"))
        async with sdk.responses.stream(model="portico", input="hello") as stream:
            events = [event async for event in stream]
            final = await stream.get_final_response()
        assert [event.type for event in events] == [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            *["response.output_text.delta"] * sum(event.type == "response.output_text.delta" for event in events),
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert final.output_text == "ab"


@each_wire
@pytest.mark.promise("openai.pass-through")
async def test_tools_of_the_caller_go_through_both_ways(tmp_path: Path, wire: WireName) -> None:
    async with client(tmp_path, wire) as (site, sdk):
        site.vendor.script("hello", site.vendor.calls(("weather", {"town": "Ulm"})))
        asked = await sdk.responses.create(model=MODELS[wire], input="hello", tools=[WEATHER], stream=True)
        events = [event async for event in asked]
        last = events[-1]
        assert last.type == "response.completed"
        [call] = last.response.output
        assert call.type == "function_call"
        assert (call.name, call.arguments) == ("weather", '{"town": "Ulm"}')
        site.vendor.script("sunny", site.vendor.says("it is sunny"))
        said: Any = [
            {"role": "user", "content": "hello"},
            call.model_dump(),
            {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"},
        ]
        answer = await sdk.responses.create(model=MODELS[wire], input=said, tools=[WEATHER])
        assert (answer.output_text, answer.to_dict()["store"]) == ("it is sunny", False)
        with pytest.raises(openai.BadRequestError) as caught:
            await sdk.responses.create(model=MODELS[wire], input="x", previous_response_id=answer.id)
        assert caught.value.param == "previous_response_id"
        await nothing_is_kept(site)


@pytest.mark.promise("openai.responses")
async def test_a_conversation_is_one_memory_for_both_routes(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        await sdk.responses.create(model="portico", input="first", conversation="ours")
        await sdk.chat.completions.create(
            model="portico", messages=[{"role": "user", "content": "second"}], metadata={"portico_conversation": "ours"}
        )
        await sdk.chat.completions.create(
            model="portico",
            messages=[{"role": "user", "content": "third"}],
            extra_headers={"X-Portico-Conversation": "ours"},
        )
        assert user_texts(site.vendor.asked[-1]) == ["first", "second", "third"]


@pytest.mark.promise("openai.responses")
async def test_a_response_is_cancelled_from_outside(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        site.vendor.script("hello", site.vendor.breaks("so far", ending="hang"))
        stream = await sdk.responses.create(model="portico", input="hello", stream=True)
        events: list[Any] = []
        async for event in stream:
            events.append(event)
            if event.type == "response.output_text.delta":
                cancelled = await sdk.responses.cancel(events[0].response.id)
                assert cancelled.status == "cancelled"
        assert [event.type for event in events[-2:]] == ["error", "response.failed"]
        assert events[-2].code == "turn_interrupted"
        await site.vendor.left.wait()
        read: Response = await sdk.responses.retrieve(events[0].response.id)
        assert (read.status, read.output_text) == ("cancelled", "so far")
        await until(lambda: site.it.gateway.app.streams.count == 0)


@pytest.mark.promise("openai.errors")
async def test_a_failure_in_mid_stream_is_told_as_error_and_failed(tmp_path: Path) -> None:
    async with client(tmp_path) as (site, sdk):
        site.vendor.script("hello", site.vendor.breaks("so far", ending="close"))
        stream = await sdk.responses.create(model="portico", input="hello", stream=True)
        events = [event async for event in stream]
        assert [event.type for event in events[-2:]] == ["error", "response.failed"]
        failed = events[-1]
        assert failed.type == "response.failed"
        assert (failed.response.status, failed.response.output_text) == ("failed", "so far")
        site.vendor.script("again", refusal(401, {"error": {"message": "bad key"}}))
        with pytest.raises(openai.InternalServerError) as caught:
            await sdk.responses.create(model="portico", input="again", stream=True)
        assert (caught.value.status_code, caught.value.code) == (502, "provider_auth")
