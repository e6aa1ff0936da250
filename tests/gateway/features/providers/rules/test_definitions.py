"""Every provider of the reference, found by every name."""

import pytest

from portico.gateway.features.providers.rules.authority import base_url_of
from portico.gateway.features.providers.rules.definitions import (
    BY_NAME,
    DEFINITIONS,
    FROM_ENVIRONMENT,
    canonical_name,
    definition,
)
from portico.gateway.kernel.errors import Invalid

REFERENCE = """
openai anthropic openrouter deepseek gemini ollama telnyx copilot glm zai glm-coding zai-coding local bedrock
azure-openai groq mistral xai together fireworks novita perplexity cohere venice cerebras deepinfra huggingface ai21
nvidia sambanova reka baseten nscale anyscale nebius friendli lepton siliconflow aihubmix astrai stepfun baichuan
hunyuan ovhcloud synthetic doubao qianfan hyperbolic yi lmstudio llamacpp sglang vllm osaurus litellm custom
"""


def test_all_of_the_reference_and_rehearsal() -> None:
    assert [known.name for known in DEFINITIONS] == [*REFERENCE.split(), "rehearsal"]


def test_no_name_means_two_providers() -> None:
    names = [name for known in DEFINITIONS for name in (known.name, *known.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OpenAI", "openai"),
        (" anthropic ", "anthropic"),
        ("Google", "gemini"),
        ("github-copilot", "copilot"),
        ("ZHIPU", "glm"),
        ("z.ai", "zai"),
        ("aws-bedrock", "bedrock"),
        ("azure_openai", "azure-openai"),
        ("azure", "azure-openai"),
        ("grok", "xai"),
        ("hf", "huggingface"),
        ("openai-compatible", "custom"),
    ],
)
def test_canonical_name(name: str, expected: str) -> None:
    assert canonical_name(name) == expected


@pytest.mark.parametrize("name", ["", "nobody", "open ai", "claude-code", "x" * 80])
def test_unknown_names(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        definition(name)
    assert (refusal.value.code, refusal.value.path) == ("unknown_provider", "$.provider")


def test_which_can_be_used() -> None:
    out_of_reach = {known.name for known in DEFINITIONS if not known.is_available}
    assert out_of_reach == {"gemini", "copilot", "local", "bedrock", "azure-openai", "hyperbolic", "yi"}
    assert {known.kind for known in DEFINITIONS if known.is_available} == {
        "chat_completions",
        "anthropic_messages",
        "rehearsal",
    }


def test_addresses_are_in_the_form_that_is_stored() -> None:
    for known in DEFINITIONS:
        if known.base_url is not None:
            assert base_url_of(known, known.base_url) == known.base_url
            assert known.base_url.startswith("https://") or not known.needs_key


def test_variables() -> None:
    assert definition("openai").keys == ("OPENAI_API_KEY",)
    assert definition("openai").urls == ("OPENAI_BASE_URL",)
    assert definition("huggingface").keys == ("HUGGINGFACE_API_KEY", "HF_TOKEN")
    assert definition("azure").keys == ("AZURE_OPENAI_API_KEY",)
    assert definition("ollama").urls == ("OLLAMA_BASE_URL", "OLLAMA_HOST")


def test_what_the_environment_may_choose_can_be_used() -> None:
    assert all(definition(name).is_available for name in FROM_ENVIRONMENT)
    assert FROM_ENVIRONMENT[:3] == ("openai", "anthropic", "openrouter")
    assert "huggingface" not in FROM_ENVIRONMENT
