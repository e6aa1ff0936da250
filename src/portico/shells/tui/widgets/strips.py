"""Lines as strips of a widget's own width and background."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from portico.shells.tui.render.lines import Line


def strip_of(line: Line, width: int, base: Style) -> Strip:
    """The line on the background of `base`, exactly `width` cells wide."""
    return Strip(line).adjust_cell_length(width, None).apply_style(base) if line else Strip.blank(width, base)


def highlighted(line: Line, style: Style) -> Line:
    """The line on the background of `style`, its own colours kept."""
    background = Style(bgcolor=style.bgcolor)
    return [Segment(segment.text, (segment.style or Style.null()) + background) for segment in line]
