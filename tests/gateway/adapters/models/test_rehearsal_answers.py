"""What rehearsal makes of results."""

import pytest

from portico.gateway.adapters.models import rehearsal_answers as answers
from portico.gateway.adapters.models.rehearsal_wishes import Wish

LIST, READ = Wish("list", {"path": "."}), Wish("read", {"path": "x.md"})
SEARCH, RUN = Wish("search", {"pattern": "foo"}), Wish("run", {"command": ["ls"]})


def said(wish: Wish, content: str, *, is_error: bool = False) -> str:
    text = answers.answer(wish, content, is_error=is_error)
    assert text.endswith(answers.NO_MODEL)
    return text.removesuffix(answers.NO_MODEL).strip()


def test_a_folder_is_counted_named_and_guessed() -> None:
    text = answers.about_folder(".", "src/\ntests/\nREADME.md\npyproject.toml\nlink@", "Portico")
    assert text == (
        "This folder holds 2 folders and 3 files.\n\n"
        "Folders: `src/`, `tests/`.\n\n"
        "Files: `README.md`, `pyproject.toml`, `link`.\n\n"
        "It looks like a Python project (`pyproject.toml`).\n\n"
        "Its README begins: Portico"
    )


def test_long_listings_are_cut_and_empty_ones_said() -> None:
    assert "and 88 more" in answers.about_folder("big", "\n".join(f"f{n}" for n in range(100)))
    assert answers.about_folder("x", "[the folder is empty]") == "The folder `x` is empty."


@pytest.mark.parametrize(
    ("names", "part"),
    [
        (["package.json", "src/"], "a JavaScript or TypeScript project"),
        (["Cargo.toml", "pyproject.toml"], "a Rust project and a Python project"),
        (["a.csv", "b.csv", "c.md"], "tables: 2 `.csv` files"),
        (["one.md"], "1 `.md` file."),
        (["a/", "b/"], "only folders"),
        (["strange"], "No file in it says"),
    ],
)
def test_guesses(names: list[str], part: str) -> None:
    assert part in answers.guess(names)


@pytest.mark.parametrize(
    ("listing", "readme"), [("src/\nREADME.md", "README.md"), ("readme", "readme"), ("readme/", ""), ("a", "")]
)
def test_readmes(listing: str, readme: str) -> None:
    assert answers.readme_of(listing) == readme


@pytest.mark.parametrize(
    ("content", "heading"),
    [
        ("     1\t# Portico\n     2\ttext", "Portico"),
        ("<p>\n[![x]]\n\nA tool.", "A tool."),
        ("\n---\n", ""),
        ("[the file is empty]", ""),
    ],
)
def test_headings(content: str, heading: str) -> None:
    assert answers.heading_of(content) == heading


def test_a_file_is_quoted_without_numbers() -> None:
    assert said(READ, "     1\tone\n     2\ttwo") == "`x.md` says:\n\n    one\n    two"


def test_long_texts_are_cut() -> None:
    text = said(READ, "\n".join(f"{n}\tline" for n in range(1, 101)))
    assert text.endswith("    … 60 more lines")
    assert answers.quote("") == "    (nothing)"


def test_searches() -> None:
    assert said(SEARCH, "a.py:3:foo") == "`foo` was found:\n\n    a.py:3:foo"
    assert said(SEARCH, "[no match]") == "Nothing matches `foo`."
    assert said(SEARCH, "") == "Nothing matches `foo`."


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('{"exit_code":0,"stdout":"a\\n","stderr":""}', "`ls` ran well.\n\n    a"),
        ('{"exit_code":0,"stdout":""}', "`ls` ran well and printed nothing."),
        ('{"exit_code":2,"stdout":"","stderr":"no\\n"}', "`ls` ended with exit code 2.\n\n    no"),
        ('{"exit_code":null,"timed_out":true}', "`ls` took too long and was ended and printed nothing."),
        ("plain", "`ls` answered:\n\n    plain"),
        ("[1]", "`ls` answered:\n\n    [1]"),
    ],
)
def test_commands(content: str, text: str) -> None:
    assert said(RUN, content) == text


def test_errors_are_told() -> None:
    assert said(LIST, "no such folder", is_error=True) == "list_dir could not do that for `.`:\n\n    no such folder"


def test_a_missing_tool_is_told() -> None:
    assert "offers no such tool" in answers.without_tool(RUN)
