"""Each kind of provider is opened with its wire."""

from dataclasses import dataclass

import pytest

from portico.gateway.adapters.http import Http
from portico.gateway.adapters.models import ModelOpener
from portico.gateway.adapters.models.rehearsal import RehearsalModel
from portico.gateway.adapters.models.wire import WireModel
from portico.gateway.kernel.errors import Unavailable
from tests.kit import FakeClock, FakeIds


@dataclass(frozen=True, slots=True)
class Resolved:
    kind: str
    provider: str = "vendor"
    base_url: str = "http://host/v1"
    api_key: str | None = "sk-0123456789"
    proxy_url: str | None = "http://user:password@proxy"
    context_tokens: int | None = None
    max_output_tokens: int | None = None


def opener() -> ModelOpener:
    return ModelOpener(Http(), FakeClock(), FakeIds())


@pytest.mark.parametrize(
    ("kind", "opened"),
    [("chat_completions", WireModel), ("anthropic_messages", WireModel), ("rehearsal", RehearsalModel)],
)
def test_kinds(kind: str, opened: type) -> None:
    port = opener()(Resolved(kind))
    assert isinstance(port, opened)
    assert port.provider == "vendor"


def test_a_wire_that_is_not_spoken() -> None:
    with pytest.raises(Unavailable):
        opener()(Resolved("gemini"))
