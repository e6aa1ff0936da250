"""Diffs of files as lines. Pure."""

from collections.abc import Iterator, Sequence

from rich.segment import Segment
from rich.style import Style

from portico.client.timeline import FileDiff
from portico.shells.tui.phrases import Phrases
from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line, cut, filled, folded, indented
from portico.shells.tui.safe import line, shown

MOST_CLOSED = 12
"""Lines of a diff that are shown before it is opened."""


def diff_lines(files: Sequence[FileDiff], pen: Pen, width: int, *, is_open: bool, phrases: Phrases) -> list[Line]:
    """Every file with its lines, the first ones where it is not opened."""
    lines = [part for file in files for part in _file(file, pen, width, phrases)]
    if not is_open and len(lines) > MOST_CLOSED + 1:
        note = phrases.count("ui.tui.row.later_lines", len(lines) - MOST_CLOSED)
        lines = [*lines[:MOST_CLOSED], [Segment(note, pen.palette.comment)]]
    return indented(lines, [Segment("  ")])


def _file(file: FileDiff, pen: Pen, width: int, phrases: Phrases) -> Iterator[Line]:
    palette = pen.palette
    path = line(file.path, is_ascii=pen.glyphs.is_ascii)
    moved = f" -> {line(file.moved_to, is_ascii=pen.glyphs.is_ascii)}" if file.moved_to else ""
    change = phrases.say(f"ui.tui.change.{file.change}")
    yield cut([(f"{change} ", palette.dim), (f"{path}{moved}", palette.strong)], width, pen.glyphs.ellipsis)
    styles: dict[str, Style] = {"+": palette.added, "-": palette.removed}
    for hunk in file.hunks:
        if hunk.header:
            header = line(hunk.header, is_ascii=pen.glyphs.is_ascii)
            yield cut([(f"@@ {header}", palette.dim)], width, pen.glyphs.ellipsis)
        for one in hunk.lines:
            style = styles.get(one.sign, palette.dim)
            text = shown(one.text, is_ascii=pen.glyphs.is_ascii).replace("\n", " ")
            body = indented(folded(text, style, width - 2), [Segment(f"{one.sign} ", style)], [Segment("  ", style)])
            yield from filled(body, width, style)
