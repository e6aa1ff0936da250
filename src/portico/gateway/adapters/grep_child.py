"""Searches files where ripgrep is not installed; run as a program of its own, so that a bad pattern can be ended.

Only the standard library: it is started by its file name, without the gateway's packages.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

BINARY_PROBE = 8 * 1024
BIGGEST = 32 * 1024 * 1024
LONGEST_LINE = 1_000
SKIPPED = frozenset({"node_modules", "__pycache__"})
NO_MATCH, WRONG = 1, 2
_BRACES = re.compile(r"^(.*?)\{([^{}]*)\}(.*)$", re.DOTALL)


def main(arguments: list[str], out: BinaryIO) -> int:
    """`pattern path glob case`: matches as `path NUL line : text`, as ripgrep writes them. 0 found, 1 none, 2 wrong."""
    pattern, path, glob, case = arguments
    try:
        expression = re.compile(pattern, 0 if case == "sensitive" else re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        sys.stderr.write(f"regex parse error: {error}\n")
        return WRONG
    found = False
    for file in _files(Path(path), glob):
        for number, line in _matching(file, expression):
            found = True
            out.write(os.fsencode(file) + b"\0%d:" % number + line.encode("utf-8", "replace") + b"\n")
    out.flush()
    return 0 if found else NO_MATCH


def _files(path: Path, glob: str) -> Iterator[Path]:
    """Regular files below, in order; no hidden ones, no links."""
    if path.is_file():
        yield path
        return
    wanted, is_except = _expanded(glob.removeprefix("!")), glob.startswith("!")
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(names):
            file = Path(folder, name)
            is_like = not glob or _is_like(file.relative_to(path).as_posix(), wanted) != is_except
            if is_like and not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield file


def _expanded(glob: str) -> list[str]:
    """`*.{a,b}` as `*.a` and `*.b`."""
    match = _BRACES.match(glob)
    if match is None:
        return [glob]
    before, choices, after = match.groups()
    return [one for choice in choices.split(",") for one in _expanded(before + choice + after)]


def _is_like(path: str, globs: Iterable[str]) -> bool:
    """A glob without a slash is about the name, one with a slash about the path below the folder."""
    name = path.rpartition("/")[2]
    return any(
        fnmatchcase(path, glob.removeprefix("/").replace("**/", "*")) if "/" in glob else fnmatchcase(name, glob)
        for glob in globs
    )


def _matching(file: Path, expression: "re.Pattern[str]") -> Iterator[tuple[int, str]]:
    try:
        if file.stat().st_size > BIGGEST:
            return
        content = file.read_bytes()
    except OSError:
        return
    if b"\0" in content[:BINARY_PROBE]:
        return
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n"), 1):
        if expression.search(line.removesuffix("\r")):
            yield number, line.removesuffix("\r")[:LONGEST_LINE]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout.buffer))
