"""What a sentence asks for, as far as rehearsal understands English and German: list, read, search, run. Pure."""

import re
import shlex
from dataclasses import dataclass
from typing import Any, Literal, cast

Kind = Literal["list", "read", "search", "run"]
TOOLS: dict[Kind, str] = {"list": "list_dir", "read": "read_file", "search": "grep_files", "run": "exec_command"}

_QUOTED = r"`([^`]+)`|\"([^\"]+)\"|'([^']+)'|“([^”]+)”"
_PATH = r"[\w.~@+-]*(?:[./][\w.~@+-]*)+|[\w-]+"
_RUN_ENGLISH = re.compile(
    rf"(?:^|[.,:;!?]\s*|\b(?:please|you|and|then|now|to)\s+)(?:run|execute)\s+(?:the\s+)?(?:shell\s+)?"
    rf"(?:commands?\b:?\s*)?(?:{_QUOTED}|([\w./~-][^\n]*))",
    re.I | re.M,
)
_RUN_GERMAN = re.compile(
    rf"(?:^|[.,:;!?]\s*|\b(?:bitte|und|dann|jetzt)\s+)(?:führe?|starte)\s+(?:bitte\s+)?"
    rf"(?:den\s+befehl\s+)?(?:{_QUOTED}|([\w./~-][^\n]*?))(?:\s+aus)?[.!]?$",
    re.I | re.M,
)
_READ = re.compile(
    rf"\b(?:read|open|cat|print|show(?:\s+me)?|lies|öffne|zeige?)\s+(?:(?:me|mir|bitte)\s+)?"
    rf"(?:(?:the|die)\s+)?(?:(?:file|datei)\s+)?(?:{_QUOTED}|([\w./~@+-]+))",
    re.I,
)
_SEARCH = re.compile(
    rf"\b(?:search|grep|look|find|suche?|finde)\b(?:\s+(?:this|the|all)?\s*(?:folder|files?|code|project|here|hier))?"
    rf"(?:\s+(?:for|nach))?\s+(?:(?:the|dem)\s+)?(?:(?:words?|text|wort)\s+)?(?:{_QUOTED}|(\S+))",
    re.I,
)
_LIST = re.compile(
    r"\b(?:list|ls|dir)\b|\b(?:show|what(?:'s| is| are)|which)\b.*\b(?:folder|directory|files|here)\b"
    r"|\b(?:liste|zeige?|welche)\b.*\b(?:dateien|ordner|verzeichnis)\b"
    r"|\b(?:look at|explain|describe)\b.*\b(?:folder|directory|project|repo(?:sitory)?)\b",
    re.I | re.S,
)
_WHERE = re.compile(
    rf"\b(?:in|of|under|inside|from|folder|directory|list|ls|ordner|verzeichnis)\s+(?:(?:the|dem)\s+)?"
    rf"(?:(?:folder|directory|ordner|verzeichnis)\s+)?(?:{_QUOTED}|({_PATH}))",
    re.I,
)
_NAMES = frozenset({"readme", "makefile", "dockerfile", "license", "changelog", "justfile", "procfile", "todo"})
_NO_PLACE = frozenset(
    {"this", "the", "a", "my", "our", "your", "all", "here", "it", "files", "file", "folder", "directory", "current"}
    | {"hier", "die", "der", "das", "dem", "den", "dateien", "datei", "ordner", "verzeichnis", "auf", "diesem", "alle"}
    | {"and", "contents", "everything", "what", "me", "project", "repository", "repo", "code", "which", "that"}
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A call to make: the tool's name and its arguments, taken from the text."""

    kind: Kind
    arguments: dict[str, Any]

    @property
    def tool(self) -> str:
        return TOOLS[self.kind]

    @property
    def subject(self) -> str:
        """What it is about, as it is named in the answer."""
        command: Any = self.arguments.get("command")
        if isinstance(command, list):
            return shlex.join(cast("list[str]", command))
        return str(self.arguments.get("pattern") or self.arguments.get("path") or ".")


def wish_of(text: str) -> Wish | None:
    """The first of run, read, search and list that the text asks for."""
    return _run(text) or _read(text) or _search(text) or _list(text)


def _run(text: str) -> Wish | None:
    found = _RUN_ENGLISH.search(text) or _RUN_GERMAN.search(text)
    if found is None:
        return None
    quoted = _first(found.groups()[:-1])
    command = quoted or (found.groups()[-1] or "").strip().rstrip(".!?")
    argv = _argv(command)
    is_command = bool(quoted) or (bool(argv) and argv[0].lower() not in _NO_PLACE)
    return Wish("run", {"command": argv}) if argv and is_command else None


def _argv(command: str) -> list[str]:
    """A line with shell signs needs a shell."""
    if re.search(r"[|&;<>$*?()`]", command):
        return ["bash", "-lc", command]
    try:
        return shlex.split(command)
    except ValueError:
        return ["bash", "-lc", command]


def _read(text: str) -> Wish | None:
    for found in _READ.finditer(text):
        quoted = _first(found.groups()[:-1])
        name = quoted or (found.groups()[-1] or "").rstrip(".,;:!?")
        if name and (quoted or _is_file(name)):
            return Wish("read", {"path": name})
    return None


def _is_file(name: str) -> bool:
    last = name.rsplit("/", 1)[-1]
    return last.lower() in _NAMES or bool(re.fullmatch(r"[\w.@+-]*\.[A-Za-z]\w{0,9}", last))


def _search(text: str) -> Wish | None:
    found = _SEARCH.search(text)
    if found is None:
        return None
    quoted = _first(found.groups()[:-1])
    pattern = quoted or (found.groups()[-1] or "").rstrip(".,;:!?")
    if not pattern or (not quoted and pattern.lower() in _NO_PLACE | {"at", "for", "in", "out", "into"}):
        return None
    arguments: dict[str, Any] = {"pattern": re.escape(pattern) if quoted else pattern}
    place = _place(text[found.end() :])
    return Wish("search", {**arguments, "path": place} if place else arguments)


def _list(text: str) -> Wish | None:
    if _LIST.search(text) is None:
        return None
    return Wish("list", {"path": _place(text) or "."})


def _place(text: str) -> str:
    """The folder that is named, "" for this one."""
    for found in _WHERE.finditer(text):
        quoted = _first(found.groups()[:-1])
        name = quoted or (found.groups()[-1] or "").rstrip(",;:!?")
        name = name if name in {".", ".."} else name.rstrip(".")
        if name and (quoted or name.lower() not in _NO_PLACE):
            return name
    return ""


def _first(groups: tuple[str | None, ...]) -> str:
    return next((group for group in groups if group), "")
