"""The table of words, and phrases of it."""

import re
from pathlib import Path

import pytest

import portico.client
from portico.client.words import WORDS, Phrase, say


def test_a_phrase_is_its_words_with_the_values() -> None:
    phrase = say("connection.reconnecting", seconds=4, name="home")
    assert phrase == Phrase("connection.reconnecting", (("name", "home"), ("seconds", 4)))
    assert str(phrase) == "The connection to home broke; trying again in 4 s"


def test_a_value_with_braces_is_no_template() -> None:
    assert str(say("connection.online", name="{why} {0}")) == "Connected to {why} {0}"


def test_an_id_that_the_table_lacks_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        say("no.such.words")


def test_every_id_of_the_table_is_used() -> None:
    sources = Path(portico.client.__file__).parent.rglob("*.py")
    text = "\n".join(path.read_text() for path in sources if path.name != "words.py")
    made = {"connection.connecting", "connection.online", "connection.stopping"}
    made |= {id_ for id_ in WORDS if id_.startswith(("action.", "effort."))}
    assert [id_ for id_ in WORDS if id_ not in made and not re.search(rf"[\"']{re.escape(id_)}[\"']", text)] == []
