"""`langchain-openai`, unchanged, against a whole gateway."""

from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, SecretStr

from tests.interaction.openai.rig import MODELS, nothing_is_kept, one_answer
from tests.kit.gateways import Setup, Site, gateway
from tests.kit.vendors import WireName, user_texts


class Weather(BaseModel):
    """The weather of a town."""

    town: str


def chat(site: Site, model: str, *, use_responses_api: bool = False) -> ChatOpenAI:
    return ChatOpenAI(
        model=model,
        base_url=f"{site.url}/v1",
        api_key=SecretStr(site.token),
        max_retries=0,
        use_responses_api=use_responses_api,
    )


@pytest.mark.promise("openai.langchain")
@pytest.mark.parametrize("use_responses_api", [False, True])
async def test_invoke_and_stream(tmp_path: Path, use_responses_api: bool) -> None:
    async with gateway(tmp_path) as site:
        model = chat(site, "portico", use_responses_api=use_responses_api)
        said = [SystemMessage("be brief"), HumanMessage("one"), AIMessage("first answer"), HumanMessage("two")]
        site.vendor.script("two", site.vendor.says("a", "b"), site.vendor.says("c", "d"))
        assert (await model.ainvoke(said)).text == "ab"
        assert "".join([chunk.text async for chunk in model.astream(said)]) == "cd"
        assert "first answer" in str(site.vendor.asked[0].json["messages"])
        assert "two" in user_texts(site.vendor.asked[1])[-1]
        if not use_responses_api:
            await nothing_is_kept(site)


@pytest.mark.promise("openai.langchain")
@pytest.mark.parametrize("wire", list(MODELS))
@pytest.mark.parametrize("use_responses_api", [False, True])
async def test_tools_of_the_caller(tmp_path: Path, wire: WireName, use_responses_api: bool) -> None:
    async with gateway(tmp_path, Setup(wire=wire)) as site:
        plain: Any = chat(site, MODELS[wire], use_responses_api=use_responses_api)
        model = plain.bind_tools([Weather])
        site.vendor.script("hello", site.vendor.calls(("Weather", {"town": "Ulm"})))
        pieces: list[Any] = [piece async for piece in model.astream([HumanMessage("hello")])]
        asked = reduce(add, pieces)
        assert [(call["name"], call["args"]) for call in asked.tool_calls] == [("Weather", {"town": "Ulm"})]
        is_streamed = use_responses_api or wire == "anthropic_messages"
        site.vendor.script("sunny", site.vendor.says("it is sunny") if is_streamed else one_answer(site, "it is sunny"))
        result = ToolMessage("sunny", tool_call_id=str(asked.tool_calls[0]["id"]))
        assert (await model.ainvoke([HumanMessage("hello"), asked, result])).text == "it is sunny"
