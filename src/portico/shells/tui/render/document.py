"""A document of Markdown as lines. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from portico.client.markdown.model import (
    Block,
    Break,
    Code,
    CodeSpan,
    Document,
    Emphasis,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Strong,
    Table,
    Text,
)
from portico.shells.tui.glyphs import Glyphs
from portico.shells.tui.palette import Palette
from portico.shells.tui.render.code import coloured
from portico.shells.tui.render.lines import Line, Piece, cut, filled, folded, indented, wrapped
from portico.shells.tui.safe import shown

DEEPEST = 12
LEAST_COLUMN = 3
BOLD, ITALIC, STRUCK = Style(bold=True), Style(italic=True), Style(strike=True)


@dataclass(frozen=True, slots=True)
class Pen:
    """How a document is written."""

    palette: Palette
    glyphs: Glyphs

    def text(self, text: str) -> str:
        return shown(text, is_ascii=self.glyphs.is_ascii)


class DocumentLines:
    """Lines of one growing document: blocks that stay are not laid out again."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Block, list[Line]]] = {}
        self._for: tuple[Pen, int] | None = None

    def lines(self, document: Document, pen: Pen, width: int) -> list[Line]:
        if self._for != (pen, width):
            self._made, self._for = {}, (pen, width)
        made: dict[int, tuple[Block, list[Line]]] = {}
        found: list[Line] = []
        for place, block in enumerate(document.blocks):
            known = self._made.get(id(block))
            lines = known[1] if known is not None else block_lines(block, pen, width)
            made[id(block)] = (block, lines)
            found += [[], *lines] if place else lines
        self._made = made
        return found


def blocks_lines(blocks: Iterable[Block], pen: Pen, width: int, *, depth: int = 0, tight: bool = False) -> list[Line]:
    """Blocks with a blank line between, none if `tight`."""
    found: list[Line] = []
    for place, block in enumerate(blocks):
        if place and not tight:
            found.append([])
        found += block_lines(block, pen, width, depth)
    return found


def block_lines(block: Block, pen: Pen, width: int, depth: int = 0) -> list[Line]:
    match block:
        case Paragraph(inlines=inlines):
            return wrapped(_pieces(inlines, pen, pen.palette.text), width)
        case Heading(inlines=inlines, level=level):
            mark: Line = [Segment("#" * level + " ", pen.palette.dim)]
            return indented(wrapped(_pieces(inlines, pen, pen.palette.heading), width - level - 1), mark)
        case Code():
            return _code(block, pen, width)
        case ListBlock():
            return _list(block, pen, width, depth)
        case Quote(blocks=blocks):
            bar: Line = [Segment(pen.glyphs.column + " ", pen.palette.dim)]
            return indented(blocks_lines(blocks, pen, width - 2, depth=depth + 1), bar, bar)
        case Table():
            return table_lines(block, pen, width)
        case Rule():
            return [[Segment(pen.glyphs.rule * min(width, 40), pen.palette.dim)]]


def _pieces(inlines: Iterable[Inline], pen: Pen, style: Style) -> Iterator[Piece]:
    palette = pen.palette
    for inline in inlines:
        match inline:
            case Text(text=text):
                yield pen.text(text).replace("\n", " "), style
            case CodeSpan(text=text):
                yield pen.text(text), style + palette.string
            case Break():
                yield "\n", style
            case Strong(inlines=inner):
                yield from _pieces(inner, pen, style + BOLD)
            case Emphasis(inlines=inner):
                yield from _pieces(inner, pen, style + ITALIC)
            case Strike(inlines=inner):
                yield from _pieces(inner, pen, style + STRUCK)
            case Link():
                yield from _link(inline, pen, style)


def _link(link: Link, pen: Pen, style: Style) -> Iterator[Piece]:
    """The address stands behind its name: a terminal's person sees where it leads before it is followed."""
    words = list(_pieces(link.inlines, pen, style + pen.palette.link))
    yield from words
    if "".join(text for text, _ in words).strip() != link.href:
        yield f" ({link.href})", pen.palette.dim


def _code(code: Code, pen: Pen, width: int) -> list[Line]:
    room = width - 2
    background = pen.palette.code
    lines: list[Line] = []
    current: list[Piece] = []
    for text, style in coloured(pen.text(code.text), code.language, pen.palette):
        first, *others = text.split("\n")
        current.append((first, style))
        for part in others:
            lines += _code_line(current, room)
            current = [(part, style)]
    lines += _code_line(current, room)
    title = pen.text(code.language)
    head: list[Line] = [cut([(title, background + pen.palette.dim)], room, pen.glyphs.ellipsis)] if title else []
    edge: Line = [Segment(" ", background)]
    return filled(indented([*head, *lines], edge, edge), width, background)


def _code_line(pieces: list[Piece], room: int) -> list[Line]:
    """Folded where it is too wide, blanks kept."""
    lines: list[Line] = [[]]
    left = max(room, 1)
    for text, style in pieces:
        rest = text
        while rest:
            part = folded(rest, style, left)[0][0].text if left >= 4 else rest[:left]
            lines[-1].append(Segment(part, style))
            left -= cell_len(part)
            rest = rest[len(part) :]
            if rest or left <= 0:
                lines.append([])
                left = max(room, 1)
    return lines if len(lines) == 1 or lines[-1] else lines[:-1]


def _list(block: ListBlock, pen: Pen, width: int, depth: int) -> list[Line]:
    found: list[Line] = []
    wide = len(str(block.start + len(block.items) - 1)) + 2
    for place, item in enumerate(block.items):
        mark = f"{block.start + place}.".rjust(wide - 1) + " " if block.ordered else f"{pen.glyphs.bullet} "
        inner = width - len(mark) if depth < DEEPEST else width
        if place and not block.tight:
            found.append([])
        lines = blocks_lines(item, pen, inner, depth=depth + 1, tight=block.tight) or [[]]
        found += indented(lines, [Segment(mark, pen.palette.accent)] if depth < DEEPEST else [])
    return found


def table_lines(table: Table, pen: Pen, width: int) -> list[Line]:
    """Columns as wide as they need; when they do not fit, each gets its share and its cells wrap."""
    columns = len(table.align)
    if columns * (LEAST_COLUMN + 3) > width:
        return _as_lines(table, pen, width)
    rows = (table.head, *table.rows)
    needs = [max(_cells(row[place], pen) for row in rows) for place in range(columns)]
    widths = _shares(needs, width - 3 * (columns - 1))
    head = _row(table.head, widths, table, pen, is_head=True)
    cross = f"{pen.glyphs.rule}{'+' if pen.glyphs.is_ascii else '┼'}{pen.glyphs.rule}"
    rule: Line = [Segment(cross.join(pen.glyphs.rule * one for one in widths), pen.palette.dim)]
    return [*head, rule, *(line for row in table.rows for line in _row(row, widths, table, pen))]


def _as_lines(table: Table, pen: Pen, width: int) -> list[Line]:
    """A table with more columns than the width has room for: a line for each cell."""
    found: list[Line] = []
    for row in table.rows or (table.head,):
        for head, cell in zip(table.head, row, strict=True):
            pieces = [
                *_pieces(head, pen, pen.palette.strong),
                (": ", pen.palette.dim),
                *_pieces(cell, pen, pen.palette.text),
            ]
            found += wrapped(pieces, width)
        found.append([])
    return found[:-1]


def _row(
    cells: tuple[tuple[Inline, ...], ...], widths: list[int], table: Table, pen: Pen, *, is_head: bool = False
) -> list[Line]:
    style = pen.palette.strong if is_head else pen.palette.text
    made = [wrapped(_pieces(cell, pen, style), width) for cell, width in zip(cells, widths, strict=True)]
    between = Segment(f" {pen.glyphs.column} ", pen.palette.dim)
    found: list[Line] = []
    for place in range(max(len(lines) for lines in made)):
        line: Line = []
        for column, lines in enumerate(made):
            part = lines[place] if place < len(lines) else []
            line += [between] if column else []
            line += _aligned(part, widths[column], table.align[column])
        found.append(line)
    return found


def _aligned(line: Line, width: int, align: str) -> Line:
    left = max(width - sum(segment.cell_length for segment in line), 0)
    before = left if align == "right" else left // 2 if align == "center" else 0
    return [Segment(" " * before), *line, Segment(" " * (left - before))]


def _cells(cell: tuple[Inline, ...], pen: Pen) -> int:
    return max(
        (cell_len(line) for line in "".join(text for text, _ in _pieces(cell, pen, Style())).split("\n")), default=0
    )


def _shares(needs: list[int], room: int) -> list[int]:
    """Narrow columns get what they need, the others an equal part of what is left."""
    found = [max(need, 1) for need in needs]
    if sum(found) <= room:
        return found
    left, open_ = room, sorted(range(len(found)), key=lambda place: found[place])
    while open_:
        share = left // len(open_)
        place = open_.pop(0)
        found[place] = max(min(found[place], share), LEAST_COLUMN)
        left -= found[place]
    return found
