"""Searches files for a regular expression, with ripgrep where it is installed."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from portico.gateway.adapters.guard import Guard
from portico.gateway.features.tools import (
    Command,
    Exit,
    Found,
    Match,
    SearchWish,
    ShellPort,
    Stream,
    ToolFault,
)

WRONG = 2
LONGEST_LINE = 1_000
SLACK = 64 * 1024
"""Raw output beyond `max_bytes`: paths and line numbers are in it too."""
CHILD = Path(__file__).parent / "grep_child.py"

Cut = Literal["max_results", "max_output_bytes", "timeout"]


@dataclass(slots=True)
class _Output:
    """What the searching program wrote."""

    stdout: list[bytes] = field(default_factory=list[bytes])
    stderr: list[bytes] = field(default_factory=list[bytes])

    def take(self, stream: Stream, data: bytes) -> None:
        (self.stdout if stream == "stdout" else self.stderr).append(data)


class Search:
    """The SearchPort of the tools. `ripgrep` is the program's path, None where it is not installed."""

    def __init__(self, shell: ShellPort, guard: Guard, ripgrep: str | None) -> None:
        self._shell = shell
        self._guard = guard
        self._ripgrep = ripgrep

    async def search(self, cwd: Path, wish: SearchWish) -> Found:
        """Matching lines in the order of their paths. Raises ToolFault."""
        real = self._guard.resolve(cwd, wish.path)
        if not real.exists():
            raise ToolFault("not_found", f"{wish.path} does not exist")
        if "\0" in wish.pattern + wish.glob:
            raise ToolFault("invalid_arguments", "the pattern holds a NUL character")
        base = _real(cwd)
        where = str(real.relative_to(base)) if real.is_relative_to(base) else str(real)
        output = _Output()
        command = Command(self._argv(wish, where), base, wish.timeout_seconds, wish.max_bytes + SLACK)
        ended = await self._shell.run(command, output.take)
        matches = _parse(b"".join(output.stdout))
        if ended.code is not None and ended.code >= WRONG:
            matches = _despite(ended.code, list(matches), b"".join(output.stderr))
        if self._guard.concerns(real):
            matches = (match for match in matches if not self._guard.is_private(base / match.path))
        return _limited(matches, wish, ended)

    def _argv(self, wish: SearchWish, where: str) -> tuple[str, ...]:
        if self._ripgrep is None:
            case = "sensitive" if wish.is_case_sensitive else "any"
            return (sys.executable, "-I", "-S", str(CHILD), wish.pattern, where, wish.glob, case)
        return (
            self._ripgrep,
            "--no-config",
            "--null",
            "--line-number",
            "--with-filename",
            "--no-heading",
            "--color=never",
            f"--max-columns={LONGEST_LINE}",
            "--max-columns-preview",
            "--case-sensitive" if wish.is_case_sensitive else "--ignore-case",
            *(("--glob", wish.glob) if wish.glob else ()),
            "--regexp",
            wish.pattern,
            "--",
            where,
        )


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder))


def _parse(raw: bytes) -> Iterator[Match]:
    """Lines `path NUL number : text`; a last one that was cut off is left out."""
    for line in raw.split(b"\n")[:-1]:
        path, separator, rest = line.partition(b"\0")
        number, colon, text = rest.partition(b":")
        if separator and colon and number.isdigit():
            name = path.decode("utf-8", "replace").removeprefix("./")
            yield Match(name, int(number), text.decode("utf-8", "replace").removesuffix("\r"))


def _despite(code: int, matches: list[Match], stderr: bytes) -> Iterator[Match]:
    """Some files could not be read: what was found counts. Raises ToolFault when nothing was."""
    message = stderr.decode("utf-8", "replace").strip()[:500]
    if code > WRONG:
        raise ToolFault("execution_failed", f"the search broke: {message}")
    if "regex" in message or "glob" in message:
        raise ToolFault("invalid_arguments", f"the search was refused: {message}")
    return iter(matches)


def _limited(matches: Iterator[Match], wish: SearchWish, ended: Exit) -> Found:
    kept: list[Match] = []
    size = 0
    cut: Cut | None = "timeout" if ended.timed_out else "max_output_bytes" if ended.limited else None
    for match in sorted(matches, key=lambda match: match.path):
        size += len(match.path) + len(match.text.encode("utf-8", "replace")) + 8
        if len(kept) == wish.max_results or size > wish.max_bytes:
            cut = cut or ("max_results" if len(kept) == wish.max_results else "max_output_bytes")
            break
        kept.append(match)
    return Found(tuple(kept), cut)
