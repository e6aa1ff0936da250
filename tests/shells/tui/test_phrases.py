"""Languages, times and numbers."""

import pytest

from portico.client.words import Phrase, say
from portico.shells.tui.phrases import Phrases, amount, duration


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (40, "40 ms"),
        (400, "0.4 s"),
        (2_000, "2 s"),
        (59_999, "59 s"),
        (185_000, "3 min 05 s"),
        (7_620_000, "2 h 07 min"),
    ],
)
def test_duration(ms: int, expected: str) -> None:
    assert duration(ms) == expected


@pytest.mark.parametrize(("number", "expected"), [(950, "950"), (1_200, "1.2k"), (34_000, "34k"), (1_500_000, "1.5M")])
def test_amount(number: int, expected: str) -> None:
    assert amount(number) == expected


def test_phrases_are_said_in_the_language() -> None:
    german = Phrases("de")
    assert german.say("ui.tui.row.thinking") == "Denkt nach"
    assert german.count("ui.tui.row.steps", 1) == "1 Schritt"
    assert german.phrase(say("thread.unnamed")) != Phrases().phrase(say("thread.unnamed"))
    assert german.phrase(None) == ""
    assert german.phrase(Phrase("of.a.later.version")) == "of.a.later.version"
