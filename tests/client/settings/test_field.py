"""One setting: its value, and what it cannot be."""

from typing import Any

import pytest

from portico.client.settings.field import Field
from portico.client.words import Phrase, say
from portico.protocol.types.settings import GatewaySettings

SWITCH = Field("memory.enabled", "setting.memory_enabled", "switch")
TEXT = Field("general.default_model", "setting.default_model", "text", most=3)
CHOICE = Field("general.tools", "setting.tools", "choice", ("all", "none"))
WHOLE = Field("thread_episodic.min_results", "setting.context_results", "number", least=1, most=1_000)
PART = Field("thread_episodic.min_relevancy", "setting.context_relevancy", "number", most=1, is_whole=False)


def test_where_it_is() -> None:
    assert (WHOLE.part, WHOLE.name, WHOLE.value_in(GatewaySettings())) == ("thread_episodic", "min_results", 1)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (SWITCH, True, None),
        (SWITCH, 1, say("settings.not_a_switch", title="Remember across threads")),
        (TEXT, " abc ", None),
        (TEXT, "abcd", say("settings.text_too_long", title="Default model", limit=3)),
        (TEXT, None, say("settings.not_text", title="Default model")),
        (CHOICE, "none", None),
        (CHOICE, "some", say("settings.not_a_choice", title="Tools", choices="all, none")),
        (CHOICE, [], say("settings.not_a_choice", title="Tools", choices="all, none")),
        (WHOLE, 1_000, None),
        (WHOLE, 0, say("settings.out_of_range", title="Least results", least="1", most="1,000")),
        (WHOLE, 1.5, say("settings.not_a_number", title="Least results")),
        (WHOLE, True, say("settings.not_a_number", title="Least results")),
        (PART, 0.5, None),
        (PART, 1, None),
        (PART, float("nan"), say("settings.out_of_range", title="Least relevancy", least="0", most="1")),
        (PART, "1", say("settings.not_a_number", title="Least relevancy")),
    ],
)
def test_values(field: Field, value: Any, expected: Phrase | None) -> None:
    assert field.refusal(value) == expected
