"""Model rows and effort rows."""

from typing import Any

import pytest

from portico.client.selectors.models import EffortRow, ModelRow, effort_rows, model_row, model_rows
from portico.client.words import say
from portico.protocol.types.provider import (
    ModelCapabilities,
    ModelLimits,
    ModelPricing,
    ModelReasoning,
    ProviderModel,
)


def model(id_: str = "gpt-5.5", **fields: Any) -> ProviderModel:
    given: dict[str, Any] = {"limits": ModelLimits(), "capabilities": ModelCapabilities(), **fields}
    return ProviderModel(id=id_, provider="openai", **given)


def reasoning(*options: str, **fields: Any) -> ProviderModel:
    return model(capabilities=ModelCapabilities(reasoning=ModelReasoning(effort_options=list(options), **fields)))


def test_what_is_not_known_is_none() -> None:
    assert model_row(model()) == ModelRow("openai", "gpt-5.5", "GPT 5.5")


def test_what_is_known() -> None:
    given = model(
        name="Own name",
        limits=ModelLimits(context_window=8, max_input_tokens=6, max_output_tokens=2),
        capabilities=ModelCapabilities(vision=False, tool_calling=True),
        pricing=ModelPricing(input_token=0.0000003, output_token=0.0000025),
        active=False,
    )
    price = say("model.price", input="0.30", output="2.50")
    assert model_row(given) == ModelRow("openai", "gpt-5.5", "Own name", 8, 2, price, False, True, is_active=False)
    assert str(price) == "$0.30 in, $2.50 out for a million tokens"


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        (None, None),
        (ModelPricing(), None),
        (ModelPricing(input_token=0.0), say("model.price_in", input="0.00")),
        (ModelPricing(output_token=0.002), say("model.price_out", output="2,000.00")),
    ],
)
def test_prices(pricing: ModelPricing | None, expected: Any) -> None:
    assert model_row(model(pricing=pricing)).price == expected


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        (ModelCapabilities(), None),
        (ModelCapabilities(input_modalities=["text", "image"]), True),
        (ModelCapabilities(vision=False, input_modalities=["image"]), False),
    ],
)
def test_images(capabilities: ModelCapabilities, expected: bool | None) -> None:
    assert model_row(model(capabilities=capabilities)).takes_images is expected


def test_the_context_may_be_told_as_input() -> None:
    assert model_row(model(limits=ModelLimits(max_input_tokens=6))).context_window == 6


def test_models_that_are_gone_come_last() -> None:
    rows = model_rows([model("a", active=False), model("b"), model("c", active=True)])
    assert [row.id for row in rows] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(None, [], id="no model"),
        pytest.param(model(), [], id="nothing known: no effort"),
        pytest.param(reasoning("high", supported=False), [], id="no reasoning"),
        pytest.param(
            reasoning("low", "Extra-High", "off", "huge", "LOW", default_effort="med"),
            [("xhigh", False), ("low", False), ("none", False)],
            id="canonical, strongest first, each once",
        ),
        pytest.param(
            reasoning("low", "medium", default_effort="Medium"),
            [("medium", True), ("low", False)],
            id="the default is marked",
        ),
    ],
)
def test_efforts(given: ProviderModel | None, expected: list[tuple[str, bool]]) -> None:
    assert effort_rows(given) == tuple(EffortRow(name, say(f"effort.{name}"), mark) for name, mark in expected)
