"""Lines of styled pieces, and how text is wrapped into them by the cells it takes. Pure."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

Piece = tuple[str, Style]
Line = list[Segment]
_WORDS = re.compile(r"\n|[^\S\n]+|\S+")
LEAST = 4
"""Cells that a text gets at least, however deep it stands."""


def wrapped(pieces: Iterable[Piece], width: int) -> list[Line]:
    """The pieces as one text, broken at blanks, inside a word only where it is wider than a line. Never empty."""
    paper = _Paper(max(width, LEAST))
    for text, style in pieces:
        for word in _WORDS.findall(text):
            paper.put(word, style)
    return paper.ended()


def folded(text: str, style: Style, width: int) -> list[Line]:
    """Each line of `text` cut where the width ends, blanks kept: for code and output."""
    width = max(width, LEAST)
    lines: list[Line] = []
    for line in text.split("\n"):
        lines += [[Segment(part, style)] for part in _chopped(line, width)]
    return lines


def cut(pieces: Sequence[Piece], width: int, ellipsis: str) -> Line:
    """One line of at most `width` cells."""
    line: Line = []
    left = max(width, 1)
    for text, style in pieces:
        size = cell_len(text)
        if size <= left:
            line.append(Segment(text, style))
            left -= size
            continue
        short = _chopped(text, max(left - 1, 1))[0] if left > 1 else ""
        return [*line, Segment(short + ellipsis, style)]
    return line


def indented(lines: Iterable[Line], first: Line, rest: Line | None = None) -> list[Line]:
    """`first` stands before the first line, `rest` (else blanks) before the others."""
    blank = rest if rest is not None else [Segment(" " * line_cells(first))] if first else []
    return [[*(blank if place else first), *line] for place, line in enumerate(lines)]


def filled(lines: Iterable[Line], width: int, style: Style) -> list[Line]:
    """Each line as wide as `width`, so that a background is a block."""
    return [[*line, Segment(" " * max(width - line_cells(line), 0), style)] for line in lines]


def line_cells(line: Line) -> int:
    return sum(segment.cell_length for segment in line)


def plain(lines: Iterable[Line]) -> str:
    """The text alone, without blanks at the ends of lines."""
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)


def _chopped(text: str, width: int) -> list[str]:
    """Parts of at most `width` cells each; at least one, maybe empty."""
    if text.isascii():
        return [text[start : start + width] for start in range(0, len(text), width)] or [""]
    parts: list[str] = []
    begun, at = 0, 0
    ends = list(accumulate(cell_len(sign) for sign in text))
    for place, end in enumerate(ends):
        if end - at > width and place > begun:
            parts.append(text[begun:place])
            begun, at = place, ends[place - 1]
    return [*parts, text[begun:]]


class _Paper:
    """Takes words and makes lines."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lines: list[Line] = []
        self._line: Line = []
        self._used = 0
        self._blank: Piece | None = None

    def put(self, word: str, style: Style) -> None:
        if word == "\n":
            self._end()
        elif word.isspace():
            self._blank = (word, style)
        else:
            self._word(word, style)

    def ended(self) -> list[Line]:
        return [*self._lines, self._line]

    def _word(self, word: str, style: Style) -> None:
        size = cell_len(word)
        blank = self._blank
        blank_size = cell_len(blank[0]) if blank else 0
        if self._used and self._used + blank_size + size > self._width and (blank or size <= self._width):
            self._end()
            blank, blank_size = None, 0
        if blank and self._used + blank_size < self._width:
            self._line.append(Segment(*blank))
            self._used += blank_size
        self._blank = None
        for part in _chopped(word, self._width) if size > self._width else (word,):
            self._part(part, style)

    def _part(self, part: str, style: Style) -> None:
        size = cell_len(part)
        if self._used + size > self._width and self._used:
            self._end()
        self._line.append(Segment(part, style))
        self._used += size

    def _end(self) -> None:
        self._lines.append(self._line)
        self._line, self._used, self._blank = [], 0, None
