"""Changes of files, as diffs: read from what the call was asked to do."""

from collections.abc import Iterable
from typing import Any, Literal, cast

import msgspec

from portico.client.state.types import ItemState
from portico.client.timeline.kinds.tools import tool_row
from portico.client.timeline.row import DiffLine, FileDiff, Hunk, Row
from portico.protocol.types.item import FileChange

MAX_LINES = 2_000
"""Lines of a diff that are shown, over all its files."""
_FILES: dict[str, Literal["add", "delete", "update"]] = {
    "*** Add File: ": "add",
    "*** Delete File: ": "delete",
    "*** Update File: ": "update",
}
_MOVE = "*** Move to: "


def change_row(state: ItemState, fields: dict[str, Any]) -> Row:
    """A tool row with its diff."""
    row = tool_row(state, fields, "change")
    if not isinstance(state.item, FileChange):
        return row
    return msgspec.structs.replace(row, diff=diffs(state.item))


def diffs(item: FileChange) -> tuple[FileDiff, ...]:
    """A diff per file; of a form that is not known only the names."""
    arguments = cast("dict[str, Any]", item.arguments) if isinstance(item.arguments, dict) else dict[str, Any]()
    patch = arguments.get("input", arguments.get("patch"))
    path, content = arguments.get("path"), arguments.get("content")
    if isinstance(patch, str):
        read = _patch(patch.splitlines()[: MAX_LINES + 1])
        if read:
            return read
    if isinstance(path, str) and isinstance(content, str):
        added = tuple(DiffLine(sign="+", text=line) for line in content.splitlines()[:MAX_LINES])
        return (FileDiff(path=path, change="write", hunks=(Hunk(lines=added),) if added else ()),)
    return tuple(FileDiff(path=name, change="update") for name in item.changed_files)


def _patch(lines: Iterable[str]) -> tuple[FileDiff, ...]:
    """What an apply_patch text says, as far as it can be read."""
    reader = _Reader()
    for line in lines:
        reader.take(line)
    reader.end_file()
    return tuple(reader.files)


class _Reader:
    """Collects the lines of the hunk and the hunks of the file that are being read."""

    def __init__(self) -> None:
        self.files: list[FileDiff] = []
        self._path = ""
        self._change: Literal["add", "delete", "update"] = "update"
        self._moved_to: str | None = None
        self._hunks: list[Hunk] = []
        self._header = ""
        self._lines: list[DiffLine] = []

    def take(self, line: str) -> None:
        mark = next((mark for mark in _FILES if line.startswith(mark)), None)
        if mark is not None:
            self.end_file()
            self._path, self._change = line.removeprefix(mark).strip(), _FILES[mark]
        elif line.startswith(_MOVE):
            self._moved_to = line.removeprefix(_MOVE).strip()
        elif line.startswith("@@"):
            self._end_hunk()
            self._header = line.strip("@ ")
        elif self._path and not line.startswith("*** "):
            sign = line[:1] if line[:1] in {"+", "-", " "} else " "
            self._lines.append(DiffLine(sign=sign, text=line[1:]))

    def end_file(self) -> None:
        self._end_hunk()
        if self._path:
            hunks = tuple(self._hunks)
            self.files.append(FileDiff(path=self._path, change=self._change, hunks=hunks, moved_to=self._moved_to))
        self._path, self._moved_to, self._hunks = "", None, []

    def _end_hunk(self) -> None:
        if self._lines:
            self._hunks.append(Hunk(lines=tuple(self._lines), header=self._header))
        self._header, self._lines = "", []
