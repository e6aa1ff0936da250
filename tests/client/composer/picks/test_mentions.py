"""Files that a message names."""

import pytest

from portico.client.composer.draft import Scene
from portico.client.composer.pick import Refusal
from portico.client.composer.picks.mentions import MAX_PATH_CHARS, MENTIONS, Mention
from portico.client.words import say
from portico.protocol.types.input import MentionInput


@pytest.mark.parametrize(
    ("path", "is_refused"),
    [("/a/b.py", False), ("", True), ("a\0b", True), ("x" * MAX_PATH_CHARS, False), ("x" * (MAX_PATH_CHARS + 1), True)],
)
def test_paths(path: str, is_refused: bool) -> None:
    expected = [Refusal(say("composer.bad_path", name="b.py"), "1")] if is_refused else []
    assert list(MENTIONS.check(Mention("1", "b.py", path), Scene("t"))) == expected


def test_it_is_sent_by_name_and_path() -> None:
    assert MENTIONS.input_of(Mention("1", "b.py", "/a/b.py")) == MentionInput(name="b.py", path="/a/b.py")
