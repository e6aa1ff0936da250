"""What sentences ask for."""

from typing import Any

import pytest

from portico.gateway.adapters.models.rehearsal_wishes import Wish, wish_of


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("list this folder and tell me what it is", "list_dir", {"path": "."}),
        ("List the files here", "list_dir", {"path": "."}),
        ("list the files in src", "list_dir", {"path": "src"}),
        ("list the folder `my docs`", "list_dir", {"path": "my docs"}),
        ("ls src/portico", "list_dir", {"path": "src/portico"}),
        ("ls", "list_dir", {"path": "."}),
        ("ls ..", "list_dir", {"path": ".."}),
        ("What is in this directory?", "list_dir", {"path": "."}),
        ("what's in the folder tests/kit?", "list_dir", {"path": "tests/kit"}),
        ("show me the files of ./web.", "list_dir", {"path": "./web"}),
        ("Describe this project", "list_dir", {"path": "."}),
        ("read README.md", "read_file", {"path": "README.md"}),
        ("Please read the file src/main.py.", "read_file", {"path": "src/main.py"}),
        ("show me pyproject.toml", "read_file", {"path": "pyproject.toml"}),
        ("open the Makefile", "read_file", {"path": "Makefile"}),
        ('read "my notes"', "read_file", {"path": "my notes"}),
        ("cat .gitignore", "read_file", {"path": ".gitignore"}),
        ("search for foo", "grep_files", {"pattern": "foo"}),
        ("search for 'a.b' in src", "grep_files", {"pattern": r"a\.b", "path": "src"}),
        ("grep TODO in tests", "grep_files", {"pattern": "TODO", "path": "tests"}),
        ("find the word `anyio` in this folder", "grep_files", {"pattern": "anyio"}),
        ("look for main.", "grep_files", {"pattern": "main"}),
        ("run ls -la", "exec_command", {"command": ["ls", "-la"]}),
        ("run `git status --short`", "exec_command", {"command": ["git", "status", "--short"]}),
        ("Please run the command: echo 'two words'", "exec_command", {"command": ["echo", "two words"]}),
        ("execute ls | wc -l", "exec_command", {"command": ["bash", "-lc", "ls | wc -l"]}),
        ("run echo it's", "exec_command", {"command": ["bash", "-lc", "echo it's"]}),
        ("run make test.\nthen stop", "exec_command", {"command": ["make", "test"]}),
        ("Liste die Dateien hier auf", "list_dir", {"path": "."}),
        ("Welche Dateien sind im Ordner src?", "list_dir", {"path": "src"}),
        ("Zeige die Dateien in docs", "list_dir", {"path": "docs"}),
        ("Lies README.md", "read_file", {"path": "README.md"}),
        ("Zeig mir die Datei Makefile", "read_file", {"path": "Makefile"}),
        ("Suche nach TODO", "grep_files", {"pattern": "TODO"}),
        ("Suche nach dem Wort TODO in src", "grep_files", {"pattern": "TODO", "path": "src"}),
        ("Führe date aus", "exec_command", {"command": ["date"]}),
        ("Bitte führe `ls | wc` aus.", "exec_command", {"command": ["bash", "-lc", "ls | wc"]}),
        ("Starte git status", "exec_command", {"command": ["git", "status"]}),
    ],
)
def test_wishes(text: str, tool: str, arguments: dict[str, Any]) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert (wish.tool, wish.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "What is the meaning of life?",
        "read my mind",
        "I like running",
        "how do I run the tests?",
        "Wie führe ich die Tests aus?",
        "Hallo, wie geht es?",
        "Suche",
        "run it",
        "search",
        "run",
        "run  ",
        "look at me",
    ],
)
def test_no_wish(text: str) -> None:
    assert wish_of(text) is None


@pytest.mark.parametrize(
    ("wish", "subject"),
    [
        (Wish("list", {"path": "."}), "."),
        (Wish("search", {"pattern": "a", "path": "b"}), "a"),
        (Wish("run", {"command": ["echo", "a b"]}), "echo 'a b'"),
        (Wish("list", {}), "."),
    ],
)
def test_subjects(wish: Wish, subject: str) -> None:
    assert wish.subject == subject
