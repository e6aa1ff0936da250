"""What rehearsal says about a tool's result, and what it makes of a folder. Pure."""

import re
from collections import Counter
from pathlib import PurePosixPath
from typing import Any, cast

import msgspec

from portico.gateway.adapters.models.rehearsal_wishes import Wish

NO_MODEL = (
    "No model was asked: this answer comes from Portico's built-in rehearsal. For a real one set OPENAI_API_KEY or "
    "ANTHROPIC_API_KEY (or OPENAI_BASE_URL for a server of your own, or start Ollama) and start Portico again."
)
HELP = (
    "Hello, this is rehearsal: Portico at work without a model. Ask me to list a folder, read a file, search for a "
    "word or run a command, and I do it with the real tools. I also obey lines that begin with /tool, /say, /think, "
    "/fail or /repeat."
)
QUOTED_LINES = 40
QUOTED_CHARACTERS = 4_000
NAMED = 12

_MARKS = {
    "pyproject.toml": "a Python project",
    "setup.py": "a Python project",
    "requirements.txt": "a Python project",
    "package.json": "a JavaScript or TypeScript project",
    "Cargo.toml": "a Rust project",
    "go.mod": "a Go project",
    "pom.xml": "a Java project",
    "build.gradle": "a Java or Kotlin project",
    "build.gradle.kts": "a Java or Kotlin project",
    "Gemfile": "a Ruby project",
    "composer.json": "a PHP project",
    "mix.exs": "an Elixir project",
    "CMakeLists.txt": "a C or C++ project",
    "Package.swift": "a Swift project",
    "index.html": "a web site",
    "docker-compose.yml": "a set of containers",
    "compose.yaml": "a set of containers",
}
_ENDINGS = {
    ".py": "Python code",
    ".js": "JavaScript code",
    ".ts": "TypeScript code",
    ".rs": "Rust code",
    ".go": "Go code",
    ".c": "C code",
    ".java": "Java code",
    ".sh": "shell scripts",
    ".ipynb": "notebooks",
    ".csv": "tables",
    ".json": "JSON data",
    ".md": "notes in Markdown",
    ".tex": "LaTeX documents",
    ".txt": "plain text",
    ".pdf": "PDF documents",
    ".jpg": "pictures",
    ".png": "pictures",
    ".mp3": "music",
    ".zip": "archives",
}
_NUMBERED = re.compile(r"^\s*\d+\t", re.MULTILINE)


def answer(wish: Wish, content: str, *, is_error: bool, heading: str = "") -> str:
    """The whole answer to a wish; `heading` is the first line of the folder's README, if one was read."""
    if is_error:
        told = f"{wish.tool} could not do that for `{wish.subject}`:\n\n{quote(content)}"
    elif wish.kind == "list":
        told = about_folder(wish.subject, content, heading)
    elif wish.kind == "read":
        told = f"`{wish.subject}` says:\n\n{quote(_NUMBERED.sub('', content))}"
    elif wish.kind == "search":
        told = _about_search(wish.subject, content)
    else:
        told = _about_run(wish.subject, content)
    return f"{told}\n\n{NO_MODEL}"


def without_tool(wish: Wish) -> str:
    """The answer where the tool for a wish is not offered."""
    return f"I would use {wish.tool} for `{wish.subject}`, but this turn offers no such tool.\n\n{NO_MODEL}"


def about_folder(path: str, content: str, heading: str = "") -> str:
    """Names, counts, and a guess at what it is."""
    names = entries(content)
    if not names:
        return f"{_here(path)} is empty."
    folders = [name for name in names if name.endswith("/")]
    files = [name for name in names if not name.endswith("/")]
    told = [f"{_here(path)} holds {_count(len(folders), 'folder')} and {_count(len(files), 'file')}."]
    if folders:
        told.append(f"Folders: {_names(folders)}.")
    if files:
        told.append(f"Files: {_names(files)}.")
    told.append(guess(names))
    if heading:
        told.append(f"Its README begins: {heading}")
    return "\n\n".join(told)


def guess(names: list[str]) -> str:
    """What a folder is, by the names in it."""
    marks = dict.fromkeys(_MARKS[name] for name in names if name in _MARKS)
    reasons = [name for name in names if name in _MARKS]
    if marks:
        return f"It looks like {' and '.join(marks)} ({_names(reasons)})."
    endings = Counter(PurePosixPath(name).suffix.lower() for name in names if not name.endswith("/"))
    known = [(ending, count) for ending, count in endings.most_common() if ending in _ENDINGS]
    if known:
        return f"It looks like a folder of {_ENDINGS[known[0][0]]}: {_count(known[0][1], f'`{known[0][0]}` file')}."
    if all(name.endswith("/") for name in names):
        return "It holds only folders: a place where several things are kept."
    return "No file in it says what it is for."


def readme_of(content: str) -> str:
    """The README in a listing, "" if none."""
    return next((name for name in entries(content) if re.fullmatch(r"readme(\.\w+)?", name, re.I)), "")


def heading_of(content: str) -> str:
    """The first line of a README that says something."""
    for line in _NUMBERED.sub("", content).splitlines():
        words = line.strip().lstrip("#=-*").strip()
        if words and not words.startswith(("<", "[", "!")):
            return words[:200]
    return ""


def entries(content: str) -> list[str]:
    """The names of a listing: a name a line, `/` after folders; notes in brackets are not names."""
    lines = [line.strip().rstrip("@") for line in content.splitlines()]
    return [line for line in lines if line and not (line.startswith("[") and line.endswith("]"))]


def quote(text: str) -> str:
    """The beginning of a text, indented as a block, with what was left out."""
    text = text.strip("\n")
    if not text:
        return "    (nothing)"
    shown = text[:QUOTED_CHARACTERS].splitlines()[:QUOTED_LINES]
    left = len(text.splitlines()) - len(shown)
    rest = [f"    … {left} more lines"] if left else []
    return "\n".join([*(f"    {line}" for line in shown), *rest])


def _about_search(pattern: str, content: str) -> str:
    lines = [line for line in content.splitlines() if line.strip()]
    if not lines or lines[0].lower().startswith(("[no ", "no ")):
        return f"Nothing matches `{pattern}`."
    return f"`{pattern}` was found:\n\n{quote(content)}"


def _about_run(command: str, content: str) -> str:
    """`exec_command` answers with JSON; another tool's text is quoted as it is."""
    try:
        result: Any = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        result = None
    if not isinstance(result, dict):
        return f"`{command}` answered:\n\n{quote(content)}"
    members = cast("dict[str, Any]", result)
    output = "\n".join(text for name in ("stdout", "stderr") if (text := str(members.get(name) or "").strip("\n")))
    code = members.get("exit_code")
    ended = "ran well" if code == 0 else f"ended with exit code {code}"
    if members.get("timed_out"):
        ended = "took too long and was ended"
    return f"`{command}` {ended}.\n\n{quote(output)}" if output else f"`{command}` {ended} and printed nothing."


def _here(path: str) -> str:
    return "This folder" if path in {".", "./", ""} else f"The folder `{path}`"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _names(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
