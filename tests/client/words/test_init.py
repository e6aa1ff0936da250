"""The catalogues say the same in every language, and say what the code asks for."""

import ast
import re
from collections.abc import Iterator
from itertools import groupby, product
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import portico
from portico.client.status import Action
from portico.client.words import LANGUAGES, Phrase, catalogue, language_of, say, say_count, sentence
from portico.gateway.agent.ports import ErrorClass
from portico.protocol.efforts import EFFORTS
from portico.protocol.events import ItemTimeoutDetected
from portico.protocol.types.item import Outcome

PACKAGE = Path(portico.__file__).parent
PYTHON = sorted(path for name in ("client", "boundary", "shells") for path in (PACKAGE / name).rglob("*.py"))
WEB = PACKAGE.parents[1] / "web" / "src"
ENGLISH = catalogue("en")
AREAS = {id_.partition(".")[0] for id_ in ENGLISH}
ID = re.compile(r"[a-z]+(?:\.[a-z0-9_]*[a-z0-9])+")
TASK = (
    *("draft", "scheduled", "queued", "running", "waiting", "waiting_review"),
    *("completed", "failed", "cancelled", "blocked"),
)
MADE = {
    *(f"action.{one}" for one in get_args(Action)),
    *(f"connection.{one}" for one in ("connecting", "online", "stopping")),
    *(f"effort.{one}" for one in EFFORTS),
    *(f"failure.{one}" for one in get_args(ErrorClass)),
    *(f"failure.{one}" for one in get_args(get_type_hints(Outcome)["status"]) if one != "ok"),
    *(f"task.{one}" for one in TASK),
    *(f"trouble.{one}" for one in get_args(get_type_hints(ItemTimeoutDetected)["reason"])),
    *(f"trouble.attempt{''.join(ends)}" for ends in product(("", "_of"), ("", "_in"), ("", "_why"))),
}
"""Ids that are put together where they are said."""


def values_of(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def kinds_of(id_: str) -> set[str]:
    """The ids of the catalogue that code means by `id_`."""
    return {found for found in (id_, f"{id_}.one", f"{id_}.other") if found in ENGLISH}


def literals(path: Path) -> Iterator[str]:
    """Texts of the source, without the pieces of those that are put together."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    pieces = {id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            yield node.value


def said(source: str) -> Iterator[tuple[str, set[str]]]:
    """The ids of phrases that the source says as they are, and the names of the values it gives."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id="say" | "say_count"), args=[ast.Constant(value=str(id_)), *_]):
                yield id_, {word.arg or "" for word in node.keywords}
            case _:
                pass


def fits(id_: str, given: set[str]) -> bool:
    return bool(kinds_of(id_)) and all(values_of(ENGLISH[one]) - {"count"} <= given for one in kinds_of(id_))


def web_text() -> str:
    paths = sorted(path for path in WEB.rglob("*") if path.suffix in {".ts", ".tsx"})
    return "\n".join(path.read_text() for path in paths)


def test_a_phrase_is_its_words_with_the_values() -> None:
    phrase = say("connection.reconnecting", seconds=4, name="home")
    assert phrase == Phrase("connection.reconnecting", (("name", "home"), ("seconds", 4)))
    assert str(phrase) == "The connection to home broke; trying again in 4 s"
    assert sentence(phrase, "de") == "Verbindung zu home unterbrochen; neuer Versuch in 4 s"


@pytest.mark.parametrize("name", ["{why} {0}", "{name}", "%s", "\\1", "{", "\N{RIGHT-TO-LEFT OVERRIDE}"])
def test_a_value_is_no_template(name: str) -> None:
    assert str(say("connection.online", name=name)) == f"Connected to {name}"


def test_a_value_that_is_not_given_stays_in_braces() -> None:
    assert str(Phrase("connection.failed", (("name", "home"), ("more", 1)))) == "home cannot be used: {why}"


def test_an_id_that_the_catalogue_lacks_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        say("no.such.words")
    with pytest.raises(KeyError):
        say_count("row.exit", 1)
    with pytest.raises(KeyError):
        sentence(Phrase("no.such.words"))


@pytest.mark.parametrize("language", ["", "fr", "EN", "../en", "en.json"])
def test_a_language_that_there_is_not(language: str) -> None:
    with pytest.raises(KeyError):
        catalogue(language)
    with pytest.raises(KeyError):
        sentence(say("thread.unnamed"), language)


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "0 earlier steps", "0 frühere Schritte"),
        (1, "1 earlier step", "1 früherer Schritt"),
        (2, "2 earlier steps", "2 frühere Schritte"),
    ],
)
def test_what_is_counted_has_two_sentences(count: int, english: str, german: str) -> None:
    phrase = say_count("row.earlier_steps", count)
    assert (str(phrase), sentence(phrase, "de")) == (english, german)


def test_a_catalogue_is_read_once_and_not_changed() -> None:
    assert catalogue("de") is catalogue("de")
    with pytest.raises(TypeError):
        catalogue("de")["thread.unnamed"] = "x"  # pyright: ignore[reportIndexIssue] - that it cannot be is the point


def test_there_are_the_languages_that_there_are_files_of() -> None:
    files = {path.stem for path in (PACKAGE / "client" / "words").glob("*.json")}
    assert files == set(LANGUAGES)


@pytest.mark.promise("client.words")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_ids_in_the_same_order(language: str) -> None:
    assert list(catalogue(language)) == list(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_has_the_values_of_the_english_one(language: str) -> None:
    other = catalogue(language)
    assert [id_ for id_ in ENGLISH if values_of(other[id_]) != values_of(ENGLISH[id_])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_has_anything_but_values_in_braces(language: str) -> None:
    bare = {id_: re.sub(r"\{\w+\}", "x", text) for id_, text in catalogue(language).items()}
    assert [
        id_ for id_, text in bare.items() if not text.strip() or text != text.strip() or set("{}\n") & set(text)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_has_a_line_per_id_by_area(language: str) -> None:
    lines = (PACKAGE / "client" / "words" / f"{language}.json").read_text().splitlines()
    assert len(lines) == len(catalogue(language)) + 2
    areas = [area for area, _ in groupby(id_.partition(".")[0] for id_ in catalogue(language))]
    assert areas == sorted(areas)


def test_what_is_counted_has_both_sentences() -> None:
    ones = {id_.removesuffix(".one") for id_ in ENGLISH if id_.endswith(".one")}
    assert sorted(id_ for id_ in ones if f"{id_}.other" not in ENGLISH) == []


def test_every_id_is_used() -> None:
    web = web_text()
    named = {found for path in PYTHON for text in literals(path) for found in kinds_of(text)}
    named |= {found for id_ in ID.findall(web) for found in kinds_of(id_)}
    shells = "\n".join(path.read_text() for path in PYTHON if "shells" in path.parts)
    begun = tuple(re.findall(r"`(ui\.[a-z0-9_.]*)\$\{", web) + re.findall(r"f[\"'](ui\.[a-z0-9_.]*)\{", shells))
    assert [id_ for id_ in ENGLISH if id_ not in named | MADE and not id_.startswith(begun)] == []


def test_every_id_that_is_made_exists() -> None:
    assert sorted(id_ for id_ in MADE if id_ not in ENGLISH) == []


def test_every_id_that_is_written_exists() -> None:
    written = {text for path in PYTHON for text in literals(path) if ID.fullmatch(text)}
    written |= set(re.findall(r"[\"'`](ui\.[a-z0-9_.]*[a-z0-9_])[\"'`]", web_text()))
    assert sorted(id_ for id_ in written if id_.partition(".")[0] in AREAS and not kinds_of(id_)) == []


def test_every_phrase_is_said_with_its_values() -> None:
    wrong: list[str] = []
    for path in PYTHON:
        source = path.read_text()
        if "from portico.client.words import" in source:
            wrong += [f"{path.name}: {id_}" for id_, given in said(source) if not fits(id_, given)]
    assert wrong == []


@pytest.mark.parametrize(
    ("english", "german"),
    [(r"\bturns?\b", "Runde"), (r"\bthreads?\b", "Thread|Gespräch"), (r"\bworkspaces?\b", "Arbeitsbereich")],
)
def test_a_thing_has_one_name(english: str, german: str) -> None:
    named = [id_ for id_, text in ENGLISH.items() if re.search(english, re.sub(r"\{\w+\}", "", text))]
    assert [id_ for id_ in named if not re.search(german, catalogue("de")[id_])] == []


@pytest.mark.parametrize(
    ("environ", "given", "expected"),
    [
        ({}, None, "en"),
        ({"LANG": "de_DE.UTF-8"}, None, "de"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, None, "en"),
        ({"LANG": "fr_FR"}, None, "en"),
        ({"LANG": "de_DE"}, "en", "en"),
    ],
)
def test_the_language_of_an_environment(environ: dict[str, str], given: str | None, expected: str) -> None:
    assert language_of(environ, given) == expected
