"""The tree of threads: one line a node, only those that are seen are drawn, however many there are."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from portico.client.tree import Node
from portico.shells.tui.render.document import Pen
from portico.shells.tui.render.lines import Line, cut
from portico.shells.tui.safe import line
from portico.shells.tui.widgets.strips import highlighted, strip_of

DEEPEST = 8


class ThreadTree(ScrollView, can_focus=True):
    """Nodes come by `show`; which folders are open is its own."""

    BINDINGS = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup", "step(-10)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("home,g", "step(-1000000)", show=False),
        Binding("end,G", "step(1000000)", show=False),
        Binding("right,l", "fold(True)", show=False),
        Binding("left,h", "fold(False)", show=False),
        Binding("enter", "choose", show=False),
        Binding("n", "want('new')", show=False),
        Binding("N", "want('folder')", show=False),
        Binding("r", "want('rename')", show=False),
        Binding("d,delete", "want('delete')", show=False),
        Binding("m", "want('move')", show=False),
        Binding("slash", "want('search')", show=False),
    ]

    class Chosen(Message):
        """A person wants to see a thread."""

        def __init__(self, thread_id: str) -> None:
            super().__init__()
            self.thread_id = thread_id

    class Wanted(Message):
        """A person wants something: `new`, `folder`, `rename`, `delete`, `move`, `search`; `node` is where."""

        def __init__(self, what: str, node: Node | None) -> None:
            super().__init__()
            self.what = what
            self.node = node

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chosen: str | None = None
        self.opened: str | None = None
        """The thread that is shown beside."""
        self._shown_nodes: Sequence[Node] = ()
        self._lines: list[tuple[Node, int]] = []
        self._shut: set[str] = set()
        self._pen: Pen | None = None
        self._base = Style()
        self._empty = ""

    def restyle(self, pen: Pen, base: Style, empty: str) -> None:
        """`empty` is said where there is no thread."""
        self._pen, self._base, self._empty = pen, base, empty
        self.refresh()

    def show(self, nodes: Sequence[Node], opened: str | None) -> None:
        """The nodes as they are now; a node that is gone leaves the choice to the line where it stood."""
        place = self._place()
        self._shown_nodes, self.opened = nodes, opened
        self._lay_out()
        if self.chosen is None and opened is not None:
            self.chosen = opened
        if self._place() is None and self._lines:
            self.chosen = self._lines[min(place or 0, len(self._lines) - 1)][0].id
        self.refresh()

    @property
    def node(self) -> Node | None:
        """The chosen one."""
        place = self._place()
        return self._lines[place][0] if place is not None else None

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        at = y + self.scroll_offset.y
        if self._pen is None:
            return Strip.blank(width, self._base)
        if not self._lines and at == 0 and self._empty:
            return strip_of(cut([(f" {self._empty}", self._pen.palette.dim)], width, "~"), width, self._base)
        if at >= len(self._lines):
            return Strip.blank(width, self._base)
        node, depth = self._lines[at]
        shown = self._line(node, depth, self._pen, width)
        if node.id == self.chosen and self.has_focus:
            shown = highlighted([*shown, Segment(" " * width)], self._pen.palette.chosen)
        return strip_of(shown, width, self._base)

    def action_step(self, by: int) -> None:
        if not self._lines:
            return
        place = self._place()
        following = 0 if place is None else min(max(place + by, 0), len(self._lines) - 1)
        self.chosen = self._lines[following][0].id
        self.scroll_to_region(Region(0, following, 1, 1), animate=False, force=True)
        self.refresh()

    def action_fold(self, is_open: bool) -> None:
        """Open or close a folder; closing in a folder goes to it."""
        node = self.node
        if node is None:
            return
        if node.kind == "folder" and (node.id in self._shut) == is_open:
            self._toggle(node)
        elif not is_open:
            above = self._above()
            if above is not None:
                self.chosen = above
                self.refresh()

    def action_choose(self) -> None:
        node = self.node
        if node is not None:
            self._choose(node)

    def action_want(self, what: str) -> None:
        self.post_message(self.Wanted(what, self.node))

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if at < len(self._lines):
            node = self._lines[at][0]
            self.chosen = node.id
            self._choose(node)
            self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        self.virtual_size = Size(self.size.width, len(self._lines))

    def _choose(self, node: Node) -> None:
        if node.kind == "folder":
            self._toggle(node)
        else:
            self.post_message(self.Chosen(node.id))

    def _toggle(self, node: Node) -> None:
        self._shut ^= {node.id}
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        lines: list[tuple[Node, int]] = []
        waiting = [(node, 0) for node in reversed(self._shown_nodes)]
        while waiting:
            node, depth = waiting.pop()
            lines.append((node, depth))
            if node.id not in self._shut:
                waiting += [(child, depth + 1) for child in reversed(node.children)]
        self._lines = lines
        self.virtual_size = Size(self.size.width, len(lines))

    def _line(self, node: Node, depth: int, pen: Pen, width: int) -> Line:
        glyphs, palette = pen.glyphs, pen.palette
        indent = " " * (1 + 2 * min(depth, DEEPEST))
        name = line(node.name, is_ascii=glyphs.is_ascii)
        if node.kind == "folder":
            mark = glyphs.closed if node.id in self._shut else glyphs.opened
            return cut([(f"{indent}{mark} ", palette.dim), (name, palette.strong)], width - 1, glyphs.ellipsis)
        style = palette.heading if node.id == self.opened else palette.dim if node.is_pending else palette.text
        mark = glyphs.bar if node.id == self.opened else " "
        return cut([(f"{indent}{mark} ", palette.accent), (name, style)], width - 1, glyphs.ellipsis)

    def _place(self) -> int | None:
        return next((place for place, (node, _) in enumerate(self._lines) if node.id == self.chosen), None)

    def _above(self) -> str | None:
        """The folder that holds the chosen node."""
        place = self._place()
        if place is None:
            return None
        depth = self._lines[place][1]
        return next((node.id for node, deep in reversed(self._lines[:place]) if deep < depth), None)
