"""The chat completions wire: where it posts, and what it learns."""

import json

import pytest

from portico.gateway.adapters.models.chat_completions import ChatCompletionsWire
from portico.gateway.agent.model import ModelRequest, TextPart, UserMessage
from tests.kit import FakeIds

REQUEST = ModelRequest(model="m", messages=(UserMessage((TextPart("hi"),)),), max_output_tokens=5)


def wire(base_url: str = "http://host/v1", api_key: str | None = "key") -> ChatCompletionsWire:
    return ChatCompletionsWire(provider="Custom", base_url=base_url, api_key=api_key, ids=FakeIds())


@pytest.mark.parametrize("base_url", ["http://host/v1", "http://host/v1/"])
def test_the_address(base_url: str) -> None:
    assert wire(base_url).url == "http://host/v1/chat/completions"


def test_the_key_is_a_bearer_and_may_be_missing() -> None:
    assert wire().headers["Authorization"] == "Bearer key"
    assert "Authorization" not in wire(api_key=None).headers


@pytest.mark.parametrize(
    ("status", "said", "has_option", "limit"),
    [
        (400, b"stream_options is unknown", False, "max_tokens"),
        (422, b"extra field include_usage", False, "max_tokens"),
        (400, b"use max_completion_tokens", True, "max_completion_tokens"),
        (400, b"something else", True, "max_tokens"),
        (500, b"stream_options", True, "max_tokens"),
    ],
)
def test_what_a_refusal_teaches(status: int, said: bytes, has_option: bool, limit: str) -> None:
    pupil = wire()
    pupil.relent(status, said)
    sent = json.loads(pupil.body(REQUEST))
    assert (("stream_options" in sent), sent.get(limit)) == (has_option, 5)
