"""The apply_patch format: parse it, and apply its hunks to a text."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

BEGIN, END, END_OF_FILE = "*** Begin Patch", "*** End Patch", "*** End of File"
ADD, DELETE, UPDATE, MOVE = "*** Add File: ", "*** Delete File: ", "*** Update File: ", "*** Move to: "
_UNIFIED = re.compile(r"^-\d+(,\d+)? \+\d+(,\d+)? @@\s*")
_HEREDOC = re.compile(r"^(?:apply_patch\s+)?<<-?\s*(['\"]?)(\w+)\1\s*$")


class PatchError(Exception):
    """The text is no patch (`kind` syntax), or it does not fit the file (`kind` context)."""

    def __init__(self, message: str, kind: Literal["syntax", "context"] = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Hunk:
    """Signed lines (space, minus, plus) below the lines `anchors`; `is_at_end` ties them to the end of the file."""

    anchors: tuple[str, ...]
    lines: tuple[tuple[str, str], ...]
    is_at_end: bool = False

    @property
    def old(self) -> tuple[str, ...]:
        return tuple(text for sign, text in self.lines if sign != "+")


@dataclass(frozen=True, slots=True)
class FilePatch:
    """What happens to one file. `content` belongs to add, `hunks` and `move_to` to update."""

    kind: Literal["add", "delete", "update"]
    path: str
    content: str = ""
    hunks: tuple[Hunk, ...] = ()
    move_to: str | None = None


def parse(text: str) -> tuple[FilePatch, ...]:
    """The changes in the order they are written. Raises PatchError, naming the line."""
    lines = _body(text)
    patches: list[FilePatch] = []
    position = 0
    while position < len(lines):
        patch, position = _file(lines, position)
        patches.append(patch)
    if not patches:
        raise PatchError("the patch changes no file")
    return tuple(patches)


def paths(patches: Sequence[FilePatch]) -> list[str]:
    """The files a patch touches, each once, in order."""
    touched = [path for patch in patches for path in (patch.path, patch.move_to) if path]
    return list(dict.fromkeys(touched))


def apply(old: str, hunks: Sequence[Hunk], path: str) -> str:
    """The text after the hunks. Line ends stay as they were; raises PatchError when a place is not found."""
    newline = "\r\n" if old.count("\r\n") * 2 > old.count("\n") else "\n"
    text = old.replace("\r\n", "\n") if newline == "\r\n" else old
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    result: list[str] = []
    position = 0
    for number, hunk in enumerate(hunks, 1):
        start, length = _place(lines, hunk, position, f"hunk {number} of {path}")
        result += lines[position:start]
        result += _replaced(lines[start : start + length], hunk)
        position = start + length
    result += lines[position:]
    return newline.join([*result, ""]) if result else ""


def _replaced(found: Sequence[str], hunk: Hunk) -> list[str]:
    """What stands there afterwards; lines of context stay as the file has them (matching may be loose)."""
    had = iter(found)
    result: list[str] = []
    for sign, text in hunk.lines:
        line = text if sign == "+" else next(had, None)
        if sign != "-" and line is not None:
            result.append(line)
    return result


def _body(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").strip().split("\n")
    if lines[0].startswith("```"):
        lines = lines[1:-1] if lines[-1].startswith("```") else lines[1:]
    heredoc = _HEREDOC.match(lines[0].strip()) if lines else None
    if heredoc:
        lines = lines[1:-1] if lines[-1].strip() == heredoc[2] else lines[1:]
    if not lines or lines[0].strip() != BEGIN:
        raise PatchError(f"the first line must be '{BEGIN}'")
    if lines[-1].strip() != END:
        raise PatchError(f"the last line must be '{END}'")
    return lines[1:-1]


def _file(lines: Sequence[str], position: int) -> tuple[FilePatch, int]:
    header = lines[position].strip()
    for marker, read in ((ADD, _add), (DELETE, _delete), (UPDATE, _update)):
        if header.startswith(marker.rstrip()) and header[len(marker) - 1 :].strip():
            return read(header[len(marker) - 1 :].strip(), lines, position + 1)
    raise PatchError(f"line {position + 2} is no '*** Add File:', '*** Delete File:' or '*** Update File:'")


def _add(path: str, lines: Sequence[str], position: int) -> tuple[FilePatch, int]:
    content: list[str] = []
    while position < len(lines) and not lines[position].startswith("*** "):
        if not lines[position].startswith("+"):
            raise PatchError(f"line {position + 2}: every line of an added file begins with '+'")
        content.append(lines[position][1:])
        position += 1
    return FilePatch("add", path, "".join(f"{line}\n" for line in content)), position


def _delete(path: str, lines: Sequence[str], position: int) -> tuple[FilePatch, int]:
    return FilePatch("delete", path), position


def _update(path: str, lines: Sequence[str], position: int) -> tuple[FilePatch, int]:
    move_to = None
    if position < len(lines) and lines[position].strip().startswith(MOVE.rstrip()):
        move_to = lines[position].strip()[len(MOVE) - 1 :].strip()
        position += 1
    hunks: list[Hunk] = []
    while position < len(lines) and (not lines[position].startswith("*** ")):
        hunk, position = _hunk(lines, position)
        if hunk is not None:
            hunks.append(hunk)
    if not hunks and not move_to:
        raise PatchError(f"the update of {path} has no hunk")
    return FilePatch("update", path, hunks=tuple(hunks), move_to=move_to), position


def _hunk(lines: Sequence[str], position: int) -> tuple[Hunk | None, int]:
    anchors: list[str] = []
    while position < len(lines) and lines[position].startswith("@@"):
        anchor = _UNIFIED.sub("", lines[position][2:].strip())
        anchors += [anchor] if anchor else []
        position += 1
    body: list[tuple[str, str]] = []
    while position < len(lines) and not lines[position].startswith(("@@", "*** ")):
        body.append(_signed(lines[position], position))
        position += 1
    is_at_end = position < len(lines) and lines[position].strip() == END_OF_FILE
    position += is_at_end
    if not body and anchors:
        raise PatchError(f"line {position + 1}: a hunk without lines")
    return (Hunk(tuple(anchors), tuple(body), is_at_end) if body else None), position


def _signed(line: str, position: int) -> tuple[str, str]:
    sign, text = line[:1] or " ", line[1:]
    if sign not in {" ", "+", "-"}:
        raise PatchError(f"line {position + 2} must begin with ' ', '+', '-' or '@@'")
    return sign, text


def _place(lines: Sequence[str], hunk: Hunk, position: int, name: str) -> tuple[int, int]:
    """Where the hunk's old lines stand, at or after `position`, and how many of them."""
    start = position
    for anchor in hunk.anchors:
        at = _find(lines, (anchor,), start, is_at_end=False)
        if at is None:
            raise PatchError(f"{name}: the line '@@ {anchor}' was not found", "context")
        start = at + 1
    if not hunk.old:
        return (start if hunk.anchors and not hunk.is_at_end else len(lines)), 0
    for old in _shorter(hunk.old):
        at = _find(lines, old, start, is_at_end=hunk.is_at_end)
        if at is None and hunk.anchors:
            # The anchor may itself be repeated as the first line of context.
            at = _find(lines, old, start - 1, is_at_end=hunk.is_at_end)
        if at is not None:
            return at, len(old)
    raise PatchError(f"{name}: its lines were not found in the file", "context")


def _shorter(old: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The lines; then without an empty last one, which models add for the end of the file."""
    yield old
    if len(old) > 1 and old[-1] == "":
        yield old[:-1]


def _find(lines: Sequence[str], wanted: Sequence[str], start: int, *, is_at_end: bool) -> int | None:
    last = len(lines) - len(wanted)
    order = range(max(start, 0), last + 1)
    if is_at_end and last >= start:
        order = [last, *order]
    for same in _LOOSER:
        keys = [same(line) for line in wanted]
        for at in order:
            if same(lines[at]) == keys[0] and all(same(lines[at + n]) == key for n, key in enumerate(keys)):
                return at
    return None


_DASHES_AND_QUOTES = str.maketrans("‐‑‒–—―−‘’‚‛“”„‟", "-------''''\"\"\"\"")


def _plain(line: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", line).translate(_DASHES_AND_QUOTES).split())


def _exact(line: str) -> str:
    return line


_LOOSER: tuple[Callable[[str], str], ...] = (_exact, str.rstrip, str.strip, _plain)
"""Ways to compare lines, the strictest first."""
