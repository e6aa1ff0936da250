"""What the docs say is missing really is: whoever builds it finds here which page to change."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.protocol_words import NOT_SENT

from portico.protocol import frames
from portico.protocol.events import ItemDelta
from portico.protocol.schema import EVENT_TYPES
from tests.docs.pages import ROOT, page

SOURCES = sorted((ROOT / "src" / "portico").rglob("*.py"))
CONFIGURATION = {"config.py", "config_file.py", "config_variables.py"}
UNUSED = {
    "session_persist": "SESSION_PERSIST",
    "web_ui": "GATEWAY_ENABLE_WEB_UI",
}
"""Fields of the configuration that nothing reads, and their variables."""
OPERATIONS, STATUS = page("docs/operations.md"), page("docs/status.md")


@pytest.mark.parametrize(("field", "variable"), UNUSED.items())
def test_what_has_no_effect_yet_is_read_by_nothing(field: str, variable: str) -> None:
    assert _users(rf"\.{field}\b") == [], f"{field} is in use now: docs/operations.md and docs/status.md say it is not"
    (row,) = [line for line in OPERATIONS.text.splitlines() if line.startswith("|") and f"`{variable}`" in line]
    assert "no effect yet" in row
    assert f"`{variable}`" in STATUS.text


@pytest.mark.parametrize("variable", ["OLLAMA_CONTEXT_WINDOW", "OLLAMA_MAX_TOKENS"])
def test_variables_without_effect_are_named_nowhere(variable: str) -> None:
    assert _users(variable) == []
    assert f"`{variable}`" in STATUS.text


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
