"""What the docs say is missing really is: whoever builds it finds here which page to change."""

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.protocol_words import NOT_SENT

from portico.gateway.kernel.config import Config
from portico.protocol import frames
from portico.protocol.events import ItemDelta
from portico.protocol.schema import EVENT_TYPES
from tests.docs.pages import ROOT, Page, page

SOURCES = sorted((ROOT / "src" / "portico").rglob("*.py"))
CONFIGURATION = {"config.py", "config_file.py", "config_variables.py"}
FIELDS = [place.name for place in dataclasses.fields(Config)]
OPERATIONS, GUIDE = page("docs/operations.md"), page("docs/guide.md")


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "flags"])
def test_every_field_of_the_configuration_is_read_by_something(field: str) -> None:
    """But the flags, which only a reload of the configuration itself needs."""
    assert _users(rf"\.{field}\b") != [], f"{field} has no effect: docs/operations.md must say so"


@pytest.mark.parametrize("told", [OPERATIONS, GUIDE], ids=lambda told: told.name)
def test_nothing_is_said_to_have_no_effect(told: Page) -> None:
    assert "no effect yet" not in told.text


def test_notifications_that_are_not_sent_are_made_by_nothing() -> None:
    made = set(_calls(ROOT / "src" / "portico" / "gateway"))
    told = {frames.METHOD_OF[kind]: kind.__name__ in made for kind in EVENT_TYPES if kind is not ItemDelta}
    several = {name for name in told if list(frames.METHOD_OF.values()).count(name) > 1}
    assert {name for name, is_made in told.items() if not is_made} - several == NOT_SENT & told.keys()


def _users(pattern: str) -> list[str]:
    """Sources in which the pattern occurs, but those that read the configuration or define it."""
    others = [path for path in SOURCES if path.name not in CONFIGURATION]
    return [path.name for path in others if re.search(pattern, path.read_text())]


def _calls(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    yield name
                case _:
                    pass
