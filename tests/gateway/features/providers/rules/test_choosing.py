"""Which provider and model a turn gets."""

import pytest

from portico.gateway.features.providers.rules.choosing import Selection, choose, first_chat_model, first_listed
from portico.gateway.kernel.errors import Invalid
from portico.protocol.types.provider import ModelCapabilities, ModelLimits, ProviderModel

NONE = Selection()


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        pytest.param([NONE, NONE], NONE, id="nobody says anything"),
        pytest.param([Selection("OpenAI", "a"), Selection("groq", "b")], Selection("openai", "a"), id="first level"),
        pytest.param([NONE, Selection("groq", "b")], Selection("groq", "b"), id="second level"),
        pytest.param(
            [Selection("openai"), Selection("groq", "b")],
            Selection("openai"),
            id="another provider's model is not taken",
        ),
        pytest.param(
            [Selection("grok"), Selection("xai", "b")], Selection("xai", "b"), id="the same provider's model is"
        ),
        pytest.param([Selection(None, "a"), Selection("groq", "b")], Selection("groq", "a"), id="a model alone"),
        pytest.param(
            [Selection("groq"), Selection(None, "b")], Selection("groq"), id="a later model alone is for others"
        ),
        pytest.param([NONE, Selection(None, "b")], Selection(None, "b"), id="a model and no provider anywhere"),
        pytest.param([Selection("", ""), Selection("groq", "")], Selection("groq"), id="empty says nothing"),
    ],
)
def test_choose(levels: list[Selection], expected: Selection) -> None:
    assert choose(levels) == expected


def test_an_unknown_provider_is_invalid() -> None:
    with pytest.raises(Invalid) as refusal:
        choose([Selection("nobody")])
    assert refusal.value.code == "unknown_provider"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], None),
        (["text-embedding-3-small", "whisper-1", "gpt-5.5"], "gpt-5.5"),
        (["nomic-embed-text:latest", "llama3.2:3b"], "llama3.2:3b"),
        (["nomic-embed-text"], "nomic-embed-text"),
        (["a", "b"], "a"),
    ],
)
def test_first_chat_model(names: list[str], expected: str | None) -> None:
    assert first_chat_model(names) == expected


def test_first_listed_passes_over_what_cannot_chat() -> None:
    def model(name: str, *, active: bool | None = None, embeddings: bool | None = None) -> ProviderModel:
        return ProviderModel(
            id=name,
            provider="x",
            limits=ModelLimits(),
            capabilities=ModelCapabilities(embeddings=embeddings),
            active=active,
        )

    models = [model("retired", active=False), model("vectors", embeddings=True), model("tts-1"), model("chat")]
    assert first_listed(models) == "chat"
    assert first_listed([]) is None
