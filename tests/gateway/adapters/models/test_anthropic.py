"""The messages wire: where it posts, and with what."""

import pytest

from portico.gateway.adapters.models.anthropic import AnthropicWire


@pytest.mark.parametrize("base_url", ["http://host", "http://host/", "http://host/v1", "http://host/v1/"])
def test_the_address(base_url: str) -> None:
    assert AnthropicWire(base_url=base_url, api_key=None).url == "http://host/v1/messages"


def test_the_key_has_its_own_header_and_may_be_missing() -> None:
    wire = AnthropicWire(base_url="http://host", api_key="key")
    assert wire.headers["x-api-key"] == "key"
    assert wire.headers["anthropic-version"] == "2023-06-01"
    assert "x-api-key" not in AnthropicWire(base_url="http://host", api_key=None).headers
