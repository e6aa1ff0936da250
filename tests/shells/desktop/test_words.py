"""Sentences in the language that was chosen, each with the values that are given where it is said."""

import ast
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

import portico.shells.desktop
from portico.client.words import LANGUAGES, Phrase, catalogue
from portico.shells.desktop.words import say, speak, spoken, told
from tests.client.words.test_init import fits, said

SOURCES = sorted(Path(portico.shells.desktop.__file__).parent.glob("*.py"))


@pytest.fixture(autouse=True)
def english() -> Generator[None]:
    """As it was, for the next test."""
    yield
    speak("en")


def test_a_sentence_is_said_in_the_language_of_the_session() -> None:
    assert say("ui.desktop.signing_in", name="Büro") == "Signing in to Büro"
    speak("de")
    assert spoken() == "de"
    assert say("ui.desktop.signing_in", name="Büro") == "Anmeldung bei Büro"
    assert told(Phrase("thread.unnamed")) == catalogue("de")["thread.unnamed"]


@pytest.mark.parametrize("language", ["", "fr", "../de"])
def test_a_language_that_there_is_not_changes_nothing(language: str) -> None:
    with pytest.raises(KeyError):
        speak(language)
    assert spoken() == "en"


def test_an_unknown_sentence_is_a_fault() -> None:
    with pytest.raises(KeyError):
        say("no such words")


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """Every sentence as it is said: file, id, the names of its values."""
    for path in SOURCES:
        for id_, given in said(path.read_text()):
            yield path.name, id_, given


def test_every_sentence_is_said_with_its_values() -> None:
    found = list(calls())
    assert len(found) > 30
    assert [(name, id_) for name, id_, given in found if not fits(id_, given)] == []


def test_every_sentence_of_this_shell_is_used() -> None:
    source = "\n".join(path.read_text() for path in SOURCES)
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    own = {id_ for id_ in catalogue("en") if id_.startswith("ui.desktop.")}
    assert sorted(id_ for id_ in own - texts if not id_.startswith("ui.desktop.turn.")) == []
    assert len(own) > 40
    assert len(LANGUAGES) > 1
