"""The list's lines, and what its window says."""

import msgspec
import pytest

from portico.client.registry_plan import Registry, RemoteGateway
from portico.shells.desktop.listing import Open, Remove, Save, entries, intents_of

OFFICE = RemoteGateway(id="office", name="Office", url="https://office.example", token_ref="r")


def test_the_local_gateway_stands_first() -> None:
    known = Registry(gateways=(OFFICE,))
    local, office = entries(known, "office", {"local": ("failed", "it stopped")})
    assert (local.id, local.is_local, local.state, local.words) == ("local", True, "failed", "it stopped")
    assert (office.id, office.state, office.words, office.has_token) == ("office", "open", "", True)


def test_what_is_asked_is_read() -> None:
    text = '[{"do":"open","id":"a"},{"do":"remove","id":"b"},{"do":"save","name":"n","url":"u","token":"secret"}]'
    asked = intents_of(text)
    assert asked == [Open(id="a"), Remove(id="b"), Save(name="n", url="u", token="secret")]
    assert "secret" not in repr(asked)


LONG = "a" * 5_000
BAD = [
    "",
    "{}",
    "null",
    '[{"do":"run","id":"a"}]',
    '[{"do":"open"}]',
    '[{"do":"open","id":1}]',
    '[{"do":"open","id":"a","more":1}]',
    msgspec.json.encode([{"do": "open", "id": LONG}]).decode(),
    "[" * 9_999,
]


@pytest.mark.parametrize("text", BAD)
def test_anything_else_asks_for_nothing(text: str) -> None:
    assert intents_of(text) == []
